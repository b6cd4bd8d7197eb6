// Editing a section of a draft: chips show their origin, pieces go in at the cursor, a typed text survives a closed tab.
(function () {
  "use strict";
  var $ = function (s, root) { return (root || document).querySelector(s); };
  var area = null;
  function changed() { area.dispatchEvent(new Event("input", { bubbles: true })); }
  function put(start, end, text) {
    area.focus();
    area.setRangeText(text, start, end, "end");
    changed();
  }
  function pair(text) { return text.split(",").map(Number); }
  function select(start, end) {
    area.focus();
    area.setSelectionRange(start, end);
    // A textarea has no way to scroll to a place: its share of the text comes near enough.
    area.scrollTop = area.scrollHeight * (start / Math.max(area.value.length, 1)) - area.clientHeight / 2;
    area.scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("click", function (event) {
    var chip = event.target.closest("[data-origins] a.fact");
    if (chip && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      htmx.ajax("GET", chip.getAttribute("href"), { target: "#origin", swap: "innerHTML" }).then(function () { $("#origin").scrollIntoView({ block: "nearest" }); });
      return;
    }
    if (!area) { return; }
    var button = event.target.closest("[data-token], [data-goto], [data-replace], [data-restore], [data-leave]");
    if (!button) { return; }
    if (button.hasAttribute("data-token")) { put(area.selectionStart, area.selectionEnd, button.getAttribute("data-token")); }
    if (button.hasAttribute("data-goto")) { var at = pair(button.getAttribute("data-goto")); select(at[0], at[1]); }
    if (button.hasAttribute("data-replace")) {
      var range = pair(button.getAttribute("data-replace")), was = button.getAttribute("data-was");
      // The text may have moved on since the server read it: the same words are looked for near their place.
      if (area.value.slice(range[0], range[1]) !== was) {
        var found = area.value.indexOf(was, Math.max(0, range[0] - 40));
        if (found < 0) { return; }
        range = [found, found + was.length];
      }
      put(range[0], range[1], button.getAttribute("data-with"));
    }
    if (button.hasAttribute("data-restore")) { area.value = kept(); $("#draft-kept").hidden = true; changed(); area.focus(); }
    if (button.hasAttribute("data-leave")) { forget(); }
  });
  function name() { return "lingtan-draft-" + area.getAttribute("data-keep"); }
  function kept() { try { return sessionStorage.getItem(name()); } catch (e) { return null; } }
  function forget() { try { sessionStorage.removeItem(name()); } catch (e) { /* private mode */ } area.defaultValue = area.value; }
  document.addEventListener("DOMContentLoaded", function () {
    area = $("#draft-text");
    if (!area) { return; }
    var before = kept();
    $("#draft-kept").hidden = !before || before === area.value;
    area.addEventListener("input", function () { try { sessionStorage.setItem(name(), area.value); } catch (e) { /* full or private: not kept */ } });
    // Only a saved text may be left without a question: the redirect after saving comes with this header.
    document.addEventListener("htmx:beforeOnLoad", function (event) {
      var to = event.detail.xhr.getResponseHeader("HX-Redirect");
      if (to && to.indexOf("said=") >= 0) { forget(); }
    });
    window.addEventListener("beforeunload", function (event) { if (area.value !== area.defaultValue) { event.preventDefault(); } });
  });
  document.addEventListener("keydown", function (event) {
    if (area && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") { event.preventDefault(); area.form.requestSubmit(); }
  });
})();
