// Behaviour the pages share: theme, toggles, upload, page highlights, keyboard, forms. No inline scripts anywhere (CSP).
(function () {
  "use strict";
  var $ = function (s, root) { return (root || document).querySelector(s); };
  var $$ = function (s, root) { return Array.prototype.slice.call((root || document).querySelectorAll(s)); };
  var csrf = function () { return JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRF-Token"]; };
  var calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  function scrollTo(element, block) { element.scrollIntoView({ block: block || "center", behavior: calm ? "auto" : "smooth" }); }

  // Clicks ---------------------------------------------------------------------------------------------------------
  var clicks = {
    "[data-theme-toggle]": function () {
      var dark = document.documentElement.getAttribute("data-bs-theme") !== "dark";
      document.documentElement.setAttribute("data-bs-theme", dark ? "dark" : "light");
      try { localStorage.setItem("lingtan-theme", dark ? "dark" : "light"); } catch (e) { /* not kept in private mode */ }
      drawCharts();
    },
    "[data-toggle]": function (button) {
      var box = $(button.getAttribute("data-toggle"));
      var shown = box.classList.toggle("show");
      button.setAttribute("aria-expanded", shown);
      var field = shown && $("input, textarea", box);
      if (field) { field.focus(); scrollTo(box, "nearest"); }
    },
    "[data-ask]": function (button) { var q = $("#question"); q.value = button.getAttribute("data-ask"); q.form.requestSubmit(); },
    "tr[data-box]": function (row) { focusBox(row); },
    "[data-zoom]": function (button) {
      var view = $("[data-view]"), on = view.classList.toggle("lt-zoomed");
      button.setAttribute("aria-pressed", on);
      showHighlight();
    },
    "[data-insert]": function (button) {
      var area = $("#profile"), section = button.getAttribute("data-section");
      var found = area.value.search(new RegExp("^\\s*\\[" + section + "\\]", "m"));
      if (found < 0 || button.hasAttribute("data-repeats")) {
        area.value = area.value.replace(/\s*$/, "\n\n") + button.getAttribute("data-insert");
        found = area.value.length;
      }
      area.focus();
      area.setSelectionRange(found, found);
      area.scrollTop = area.scrollHeight * (found / Math.max(area.value.length, 1)) - area.clientHeight / 2;
    },
    "[data-add-row]": function (button) {
      var last = $$("tr[data-row]", button.parentNode).pop(), n = Number(last.getAttribute("data-row")), next = n + 1;
      var row = last.cloneNode(true);
      row.setAttribute("data-row", next);
      $$("input, select", row).forEach(function (field) {
        field.name = field.name.replace("[" + n + "]", "[" + next + "]");
        if (field.id) { field.id = field.id.replace("-" + n + "-", "-" + next + "-"); }
        var said = field.getAttribute("aria-label");
        if (said) { field.setAttribute("aria-label", said.replace("第" + next + "行", "第" + (next + 1) + "行")); }
        if (field.type === "checkbox") { field.checked = false; } else { field.value = ""; }
      });
      last.after(row);
      $("input, select", row).focus();
    },
    "[data-back]": function (link, event) { if (history.length > 1) { event.preventDefault(); history.back(); } },
    ".lt-toc a": function (link, event) { openFragment(link.getAttribute("href"), event); }
  };
  document.addEventListener("click", function (event) {
    Object.keys(clicks).forEach(function (selector) {
      var hit = event.target.closest(selector);
      if (hit) { clicks[selector](hit, event); }
    });
  });
  function openFragment(href, event) {
    var target = document.getElementById(decodeURIComponent(href.slice(1)));
    if (target) { event.preventDefault(); history.replaceState(null, "", href); scrollTo(target, "start"); target.setAttribute("tabindex", "-1"); target.focus({ preventScroll: true }); }
  }

  // A field or record points at its place on the page picture ---------------------------------------------------------
  function focusBox(element) {
    var page = $('.lt-page[data-page="' + element.getAttribute("data-page") + '"]');
    if (!page) { return; }
    var b = element.getAttribute("data-box").split(",").map(Number);
    $$(".lt-focus").forEach(function (other) { other.hidden = true; });
    var mark = $(".lt-focus", page);
    mark.style.left = b[0] * 100 + "%"; mark.style.top = b[1] * 100 + "%";
    mark.style.width = (b[2] - b[0]) * 100 + "%"; mark.style.height = (b[3] - b[1]) * 100 + "%";
    mark.hidden = false;
    within(mark);
  }
  function within(mark) {
    var view = mark.closest("[data-view]");
    if (!view) { return; }
    var m = mark.getBoundingClientRect(), v = view.getBoundingClientRect();
    view.scrollTop += m.top - v.top - view.clientHeight / 3;
    view.scrollLeft += m.left - v.left - 24;
  }
  function showHighlight() { var mark = $("[data-view] .lt-box:not(.quiet):not(.lt-focus), [data-view] .lt-cell-hit, [data-view] .lt-cell-near"); if (mark) { within(mark); } }
  $$("[data-view] img").forEach(function (img, i) { if (i < 2) { img.addEventListener("load", showHighlight); } });
  document.addEventListener("mouseover", function (event) { var a = event.target.closest("a[data-box]"); if (a) { focusBox(a); } });
  document.addEventListener("focusin", function (event) { var a = event.target.closest("a[data-box]"); if (a) { focusBox(a); } });

  // Keyboard ---------------------------------------------------------------------------------------------------------
  document.addEventListener("keydown", function (event) {
    var target = event.target;
    if (event.key === "Enter" && target.matches("[data-submit-on-enter]") && !event.shiftKey && !event.isComposing) {
      event.preventDefault(); target.form.requestSubmit(); return;
    }
    if (event.key === "Enter" && target.matches("tr[data-box]")) { focusBox(target); return; }
    if (event.key === "Escape" && target.closest("#reject-box")) { $('[data-toggle="#reject-box"]').click(); $('[data-toggle="#reject-box"]').focus(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || (/INPUT|TEXTAREA|SELECT/.test(target.tagName) && !target.disabled)) { return; }
    var button = event.key.length === 1 && $('[data-key="' + CSS.escape(event.key.toLowerCase()) + '"]');
    if (button) { event.preventDefault(); button.click(); }
  });

  // Forms: Chinese validation texts whatever the browser's language, corrections marked, downloads that take a while -----
  document.addEventListener("invalid", function (event) {
    var field = event.target, v = field.validity;
    field.setCustomValidity("");
    field.setCustomValidity(v.valueMissing ? (field.tagName === "SELECT" ? "请选择一项" : "请填写这一项")
      : v.patternMismatch ? "格式不对：" + (field.title || "请检查")
      : v.rangeUnderflow ? "不能小于 " + field.min : v.rangeOverflow ? "不能大于 " + field.max
      : v.tooLong ? "太长，最多 " + field.maxLength + " 字" : v.badInput || v.typeMismatch ? "写法不对，请检查" : v.stepMismatch ? "请填整数" : "");
  }, true);
  ["input", "change"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      if (event.target.setCustomValidity) { event.target.setCustomValidity(""); }
      var form = event.target.closest("form[data-correct]");
      if (form) { markChanges(form); }
    });
  });
  function markChanges(form) {
    var changed = $$("input, select", form).filter(function (field) {
      var before = field.tagName === "SELECT" ? ($("option[selected]", field) || field.options[0]).value : field.defaultValue;
      var differs = field.value.trim() !== before;
      field.classList.toggle("lt-changed", differs);
      return differs;
    });
    $("[data-submit] span", form).textContent = changed.length ? "更正并确认" : form.getAttribute("data-label");
  }
  document.addEventListener("submit", function (event) {
    var label = event.target.getAttribute("data-native");
    if (!label) { return; }
    var button = $("button", event.target), text = $("span", button), before = text.textContent;
    text.textContent = label + "…";
    // Disabled only after the browser has taken the form's values.
    setTimeout(function () { button.disabled = true; }, 0);
    setTimeout(function () { button.disabled = false; text.textContent = before; }, 4000);
  });

  // A list narrows to what is typed --------------------------------------------------------------------------------------
  document.addEventListener("input", function (event) {
    var rows = event.target.getAttribute("data-filter");
    if (!rows) { return; }
    var words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    $$(rows).forEach(function (row) {
      var text = row.textContent.toLowerCase();
      row.hidden = !words.every(function (w) { return text.indexOf(w) >= 0; });
    });
  });

  // Upload: choose or drop; the server answers with the job's progress card --------------------------------------------
  var form = $("form[data-upload]");
  function send(files) {
    if (!files.length) { return; }
    var data = new FormData();
    Array.prototype.forEach.call(files, function (f) { data.append("files", f, f.name); });
    var state = $("#upload-state");
    var bar = document.createElement("div");
    bar.className = "card mb-3";
    bar.innerHTML = '<div class="card-body"><div class="d-flex mb-1"><strong>正在上传</strong><span class="ms-auto text-secondary" data-share></span></div><div class="progress" role="progressbar" aria-label="上传进度" aria-valuemin="0" aria-valuemax="100"><div class="progress-bar"></div></div></div>';
    state.prepend(bar);
    var request = new XMLHttpRequest();
    request.open("POST", form.getAttribute("action"));
    request.setRequestHeader("X-CSRF-Token", csrf());
    request.setRequestHeader("HX-Request", "true");
    request.upload.onprogress = function (e) {
      if (!e.lengthComputable) { return; }
      var p = Math.round(100 * e.loaded / e.total);
      $(".progress-bar", bar).style.width = p + "%"; $(".progress", bar).setAttribute("aria-valuenow", p); $("[data-share]", bar).textContent = p + "%";
    };
    request.onload = function () {
      bar.remove();
      if (request.status >= 400) { alertBox(request.responseText || "上传没有成功，请重试"); return; }
      var to = request.getResponseHeader("HX-Redirect");
      if (to) { location.assign(to); return; }
      var part = document.createElement("div");
      part.innerHTML = request.responseText;
      state.prepend(part);
      htmx.process(part);
      refreshSoon();
    };
    request.onerror = function () { bar.remove(); alertBox("上传中断，请检查服务是否在运行后重试；已收到的文件不会重复计入"); };
    request.send(data);
  }
  if (form) {
    $("input[type=file]", form).addEventListener("change", function () { send(Array.prototype.slice.call(this.files)); this.value = ""; });
    ["dragenter", "dragover"].forEach(function (n) { form.addEventListener(n, function (e) { e.preventDefault(); form.classList.add("lt-over"); }); });
    ["dragleave", "drop"].forEach(function (n) { form.addEventListener(n, function (e) { e.preventDefault(); form.classList.remove("lt-over"); }); });
    form.addEventListener("drop", function (e) { send(e.dataTransfer.files); });
  }
  // The list follows the job, once a second at most.
  var pending = null;
  function refreshSoon() {
    if (pending) { return; }
    pending = setTimeout(function () { pending = null; htmx.trigger(document.body, "refresh-documents"); }, 1000);
  }
  document.addEventListener("htmx:sseMessage", function (event) { if (event.detail.type === "line") { refreshSoon(); } });
  // A reader that had to start again gets old lines again: what stands there already is left out.
  document.addEventListener("htmx:sseBeforeMessage", function (event) {
    var id = /^\s*<li id="([^"]+)"/.exec(event.detail.data || "");
    if (id && document.getElementById(id[1])) { event.preventDefault(); }
  });
  document.addEventListener("htmx:sseClose", function (event) {
    if (event.target.closest("[data-job]")) { refreshSoon(); }
    var asked = event.target.closest(".lt-exchange");
    if (asked) { scrollTo(asked, "start"); }
  });

  // The conversation opens at its end; coming back from a source, the browser puts the page where it was ------------------
  var last = $("#thread .lt-exchange:last-of-type"), way = performance.getEntriesByType("navigation")[0];
  if (last && !location.hash && !(way && way.type === "back_forward")) { scrollTo(last, "start"); }

  // Errors of htmx requests are shown in the form's own place, else at the top of the page ------------------------------
  function alertBox(text) {
    var box = $("#lt-alert");
    box.innerHTML = '<div class="alert alert-danger alert-dismissible"><div></div><button type="button" class="btn-close" aria-label="关闭"></button></div>';
    $("div > div", box).textContent = text;
    $("button", box).onclick = function () { box.innerHTML = ""; };
    scrollTo(box, "nearest");
  }
  document.addEventListener("htmx:responseError", function (event) {
    var target = event.detail.target, text = event.detail.xhr.responseText || "没有成功，请重试";
    if (target && /-error$/.test(target.id)) { target.textContent = text; } else { alertBox(text); }
  });
  document.addEventListener("htmx:sendError", function () { alertBox("没有收到回应，请检查服务是否在运行"); });
  document.addEventListener("htmx:beforeRequest", function (event) { var t = event.detail.target; if (t && /-error$/.test(t.id)) { t.textContent = ""; } });
  document.addEventListener("htmx:afterRequest", function (event) {
    if (event.target.matches && event.target.matches("[data-reset]") && event.detail.successful) {
      event.target.reset();
      var last = $(".lt-exchange:last-child"); if (last) { scrollTo(last, "start"); }
    }
  });

  // Charts: data stands as JSON in the page; drawn as SVG in the colours of the theme -----------------------------------
  function drawCharts() {
    var source = $("#chart-data");
    if (!source || !window.echarts) { return; }
    var data = JSON.parse(source.textContent), style = getComputedStyle(document.documentElement);
    var css = function (name) { return style.getPropertyValue(name).trim(); };
    var ink = css("--tblr-body-color"), line = css("--tblr-border-color"), surface = css("--tblr-bg-surface");
    var colors = [0, 1, 2, 3, 4, 5, 6, 7].map(function (n) { return css("--lt-c" + n); });
    var tones = { "购入电力": 0, "购入热力": 1, "燃料燃烧": 2, "工业过程": 4, "输出电力": 7, "输出热力": 6, "已核排放": 5 };
    var tons = function (v) { return v == null ? "—" : Number(v).toLocaleString("zh-CN", { maximumFractionDigits: 2 }) + " 吨"; };
    var tip = { backgroundColor: surface, borderColor: line, textStyle: { color: ink } };
    var common = { color: colors, animation: !calm, textStyle: { color: ink, fontFamily: css("--tblr-font-sans-serif") } };
    $$("[data-chart]").forEach(function (box) {
      var chart = echarts.getInstanceByDom(box) || echarts.init(box, null, { renderer: "svg" });
      if (box.getAttribute("data-chart") === "monthly") {
        chart.setOption(Object.assign({}, common, {
          tooltip: Object.assign({ trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: tons }, tip),
          legend: { textStyle: { color: ink }, bottom: 0, itemWidth: 12, itemHeight: 12, icon: "roundRect" },
          grid: { left: 8, right: 8, top: 32, bottom: 40, containLabel: true },
          xAxis: { type: "category", data: data.months, axisTick: { show: false }, axisLine: { lineStyle: { color: line } }, axisLabel: { color: ink } },
          yAxis: { type: "value", name: "吨二氧化碳", nameTextStyle: { color: ink, align: "left" }, axisLabel: { color: ink }, splitLine: { lineStyle: { color: line } } },
          series: data.series.map(function (s) { var c = colors[tones[s.name] == null ? 3 : tones[s.name]]; return { name: s.name, type: "bar", stack: "all", data: s.values, barMaxWidth: 34, itemStyle: { color: c } }; }).sort(function (a, b) { return (tones[a.name] || 0) - (tones[b.name] || 0); })
        }), true);
      } else {
        chart.setOption(Object.assign({}, common, {
          tooltip: Object.assign({ trigger: "item", valueFormatter: tons }, tip),
          series: [{ type: "pie", radius: ["58%", "88%"], data: data.mix, label: { show: false }, labelLine: { show: false }, itemStyle: { borderColor: surface, borderWidth: 2 } }]
        }), true);
      }
    });
  }
  window.addEventListener("load", function () {
    drawCharts();
    showHighlight();
    var focus = $("[data-focus]");
    if (focus) { focus.scrollIntoView({ block: "center" }); focus.focus({ preventScroll: true }); }
  });
  window.addEventListener("resize", function () { $$("[data-chart]").forEach(function (box) { var c = window.echarts && echarts.getInstanceByDom(box); if (c) { c.resize(); } }); });
})();
