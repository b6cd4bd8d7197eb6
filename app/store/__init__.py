"""Persistence: tables, migrations, content-addressed blobs, and the append-only log that is the truth of every project."""
