// Set the colour scheme before the first paint: the user's choice, else the system's.
(function () {
  var saved = null;
  try { saved = localStorage.getItem("lingtan-theme"); } catch (e) { /* private mode: follow the system */ }
  var dark = saved ? saved === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.setAttribute("data-bs-theme", dark ? "dark" : "light");
})();
