// Behaviour the pages share: theme, toggles, upload, page highlights, keyboard, charts. No inline scripts anywhere (CSP).
(function () {
  "use strict";
  var $ = function (s, root) { return (root || document).querySelector(s); };
  var $$ = function (s, root) { return Array.prototype.slice.call((root || document).querySelectorAll(s)); };
  var csrf = function () { return JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRF-Token"]; };

  document.addEventListener("click", function (event) {
    var theme = event.target.closest("[data-theme-toggle]");
    if (theme) {
      var dark = document.documentElement.getAttribute("data-bs-theme") !== "dark";
      document.documentElement.setAttribute("data-bs-theme", dark ? "dark" : "light");
      try { localStorage.setItem("lingtan-theme", dark ? "dark" : "light"); } catch (e) { /* not kept in private mode */ }
      drawCharts();
    }
    var toggle = event.target.closest("[data-toggle]");
    if (toggle) {
      var box = $(toggle.getAttribute("data-toggle"));
      var shown = box.classList.toggle("show");
      toggle.setAttribute("aria-expanded", shown);
      var field = shown && $("input, textarea", box);
      if (field) { field.focus(); }
    }
    var ask = event.target.closest("[data-ask]");
    if (ask) { var q = $("#question"); q.value = ask.getAttribute("data-ask"); q.form.requestSubmit(); }
    var row = event.target.closest("tr[data-box]");
    if (row) { focusBox(row); }
  });

  // A field or record points at its place on the page picture.
  function focusBox(element) {
    var page = $('.lt-page[data-page="' + element.getAttribute("data-page") + '"]');
    if (!page) { return; }
    var b = element.getAttribute("data-box").split(",").map(Number);
    $$(".lt-focus").forEach(function (other) { other.hidden = true; });
    var mark = $(".lt-focus", page);
    mark.style.left = b[0] * 100 + "%"; mark.style.top = b[1] * 100 + "%";
    mark.style.width = (b[2] - b[0]) * 100 + "%"; mark.style.height = (b[3] - b[1]) * 100 + "%";
    mark.hidden = false;
    mark.scrollIntoView({ block: "center", behavior: "smooth" });
  }
  document.addEventListener("mouseover", function (event) { var a = event.target.closest("a[data-box]"); if (a) { focusBox(a); } });

  document.addEventListener("keydown", function (event) {
    var tag = event.target.tagName;
    if (event.key === "Enter" && event.target.matches("[data-submit-on-enter]") && !event.shiftKey && !event.isComposing) {
      event.preventDefault(); event.target.form.requestSubmit(); return;
    }
    if (event.key === "Enter" && event.target.matches("tr[data-box]")) { focusBox(event.target); return; }
    if (/INPUT|TEXTAREA|SELECT/.test(tag) || event.ctrlKey || event.metaKey || event.altKey) { return; }
    var target = $('[data-key="' + event.key.toLowerCase() + '"]');
    if (target) { event.preventDefault(); target.click(); }
  });

  // Upload: choose or drop; the server answers with the job's progress card.
  var form = $("form[data-upload]");
  function send(files) {
    if (!files.length) { return; }
    var data = new FormData();
    Array.prototype.forEach.call(files, function (f) { data.append("files", f, f.name); });
    var state = $("#upload-state");
    state.innerHTML = '<div class="card mb-3"><div class="card-body"><div class="d-flex mb-1"><strong>正在上传</strong><span class="ms-auto text-secondary" id="up-share"></span></div><div class="progress"><div class="progress-bar" id="up-bar"></div></div></div></div>';
    var request = new XMLHttpRequest();
    request.open("POST", form.getAttribute("action"));
    request.setRequestHeader("X-CSRF-Token", csrf());
    request.setRequestHeader("HX-Request", "true");
    request.upload.onprogress = function (e) {
      if (e.lengthComputable) { var p = Math.round(100 * e.loaded / e.total) + "%"; $("#up-bar").style.width = p; $("#up-share").textContent = p; }
    };
    request.onload = function () {
      if (request.status < 400) { state.innerHTML = request.responseText; htmx.process(state); htmx.trigger(document.body, "refresh-documents"); }
      else { state.innerHTML = ""; alertBox(request.responseText || "上传失败，请重试"); }
    };
    request.onerror = function () { state.innerHTML = ""; alertBox("上传中断，请检查服务是否在运行后重试；已收到的文件不会重复计入"); };
    request.send(data);
  }
  if (form) {
    $("input[type=file]", form).addEventListener("change", function () { send(this.files); this.value = ""; });
    ["dragenter", "dragover"].forEach(function (n) { form.addEventListener(n, function (e) { e.preventDefault(); form.classList.add("lt-over"); }); });
    ["dragleave", "drop"].forEach(function (n) { form.addEventListener(n, function (e) { e.preventDefault(); form.classList.remove("lt-over"); }); });
    form.addEventListener("drop", function (e) { send(e.dataTransfer.files); });
  }
  document.addEventListener("htmx:sseMessage", function (event) { if (event.detail.type === "line") { htmx.trigger(document.body, "refresh-documents"); } });
  document.addEventListener("htmx:sseClose", function () { htmx.trigger(document.body, "refresh-documents"); });

  function alertBox(text) {
    var box = $("#lt-alert");
    box.innerHTML = '<div class="alert alert-danger alert-dismissible"><div></div><button type="button" class="btn-close" aria-label="关闭"></button></div>';
    $("div > div", box).textContent = text;
    $("button", box).onclick = function () { box.innerHTML = ""; };
    box.scrollIntoView({ block: "nearest" });
  }
  // Errors of htmx requests are shown in the form's own place, else at the top of the page.
  document.addEventListener("htmx:responseError", function (event) {
    var target = event.detail.target;
    if (target && /-error$/.test(target.id)) { target.textContent = event.detail.xhr.responseText; } else { alertBox(event.detail.xhr.responseText); }
  });
  document.addEventListener("htmx:sendError", function () { alertBox("没有收到回应，请检查服务是否在运行"); });
  document.addEventListener("htmx:afterRequest", function (event) {
    if (event.target.matches && event.target.matches("[data-reset]") && event.detail.successful) {
      event.target.reset();
      var last = $(".lt-exchange:last-child"); if (last) { last.scrollIntoView({ behavior: "smooth", block: "start" }); }
    }
  });

  // Charts: data stands as JSON in the page; drawn as SVG in the colours of the theme.
  function drawCharts() {
    var source = $("#chart-data");
    if (!source || !window.echarts) { return; }
    var data = JSON.parse(source.textContent);
    var style = getComputedStyle(document.documentElement);
    var ink = style.getPropertyValue("--tblr-body-color").trim(), line = style.getPropertyValue("--tblr-border-color").trim();
    var colors = ["#0f7b4f", "#e8a33d", "#3b82c4", "#b4553c", "#7c6fb0", "#5aa08d", "#94765a", "#8a94a0"];
    var text = { color: ink, fontFamily: style.getPropertyValue("--tblr-font-sans-serif") };
    $$("[data-chart]").forEach(function (box) {
      var chart = echarts.getInstanceByDom(box) || echarts.init(box, null, { renderer: "svg" });
      if (box.getAttribute("data-chart") === "monthly") {
        chart.setOption({ color: colors, textStyle: text, aria: { enabled: true }, tooltip: { trigger: "axis", valueFormatter: function (v) { return v == null ? "—" : Number(v).toLocaleString("zh-CN", { maximumFractionDigits: 2 }) + " tCO₂"; } },
          legend: { textStyle: { color: ink }, bottom: 0, type: "scroll" }, grid: { left: 8, right: 8, top: 24, bottom: 36, containLabel: true },
          xAxis: { type: "category", data: data.months, axisLine: { lineStyle: { color: line } }, axisLabel: { color: ink } },
          yAxis: { type: "value", name: "tCO₂", nameTextStyle: { color: ink }, axisLabel: { color: ink }, splitLine: { lineStyle: { color: line } } },
          series: data.series.map(function (s) { return { name: s.name, type: "bar", stack: "all", data: s.values, barMaxWidth: 34 }; }) }, true);
      } else {
        chart.setOption({ color: colors, textStyle: text, aria: { enabled: true }, tooltip: { trigger: "item", valueFormatter: function (v) { return Number(v).toLocaleString("zh-CN", { maximumFractionDigits: 2 }) + " tCO₂"; } },
          legend: { textStyle: { color: ink }, bottom: 0, type: "scroll" },
          series: [{ type: "pie", radius: ["45%", "70%"], center: ["50%", "44%"], data: data.mix, label: { color: ink, formatter: "{b}\n{d}%" }, itemStyle: { borderColor: style.getPropertyValue("--tblr-bg-surface").trim(), borderWidth: 2 } }] }, true);
      }
    });
  }
  window.addEventListener("load", drawCharts);
  window.addEventListener("resize", function () { $$("[data-chart]").forEach(function (box) { var c = window.echarts && echarts.getInstanceByDom(box); if (c) { c.resize(); } }); });
})();
