"""The web application: server-rendered pages with htmx, and the JSON API. Routes call services; they compute nothing."""
