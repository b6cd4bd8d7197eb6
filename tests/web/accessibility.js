// Checks of one page as it stands in the browser; returns a list of what is wrong. Not a replacement for axe, but of the same kind:
// language, one heading of the first rank, names of controls, text of pictures, unique ids, contrast of text.
() => {
  const wrong = [];
  const shown = (e) => { const r = e.getBoundingClientRect(), s = getComputedStyle(e); return r.width > 0 && r.height > 0 && s.visibility !== "hidden" && s.display !== "none"; };
  const say = (e) => e.outerHTML.slice(0, 120).replace(/\s+/g, " ");
  if (document.documentElement.lang !== "zh-CN") { wrong.push("lang"); }
  const heads = [...document.querySelectorAll("h1")].filter(shown);
  if (heads.length !== 1) { wrong.push("h1 × " + heads.length); }
  for (const e of document.querySelectorAll("input, select, textarea")) {
    if (e.type === "hidden") { continue; }
    if (!(e.labels && e.labels.length) && !e.getAttribute("aria-label") && !e.getAttribute("aria-labelledby")) { wrong.push("no label: " + say(e)); }
  }
  for (const e of document.querySelectorAll("a[href], button, summary")) {
    if (shown(e) && !(e.innerText || "").trim() && !e.getAttribute("aria-label") && !e.title) { wrong.push("no name: " + say(e)); }
  }
  for (const e of document.querySelectorAll("img")) { if (!e.hasAttribute("alt")) { wrong.push("no alt: " + say(e)); } }
  for (const e of document.querySelectorAll("[role=img], [role=progressbar], [role=region], nav")) { if (!e.getAttribute("aria-label")) { wrong.push("no label: " + say(e)); } }
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of new Set(ids.filter((x, i) => ids.indexOf(x) !== i))) { wrong.push("id twice: " + id); }
  for (const e of document.querySelectorAll("label[for]")) { if (!document.getElementById(e.htmlFor)) { wrong.push("label of nothing: " + say(e)); } }

  // Contrast: the colour of text against everything painted under it.
  // Any notation of a colour (rgb, oklch, oklab) as red, green, blue, alpha: painted and read back.
  const brush = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const parse = (c) => {
    if (!known.has(c)) { brush.clearRect(0, 0, 1, 1); brush.fillStyle = c; brush.fillRect(0, 0, 1, 1); const d = brush.getImageData(0, 0, 1, 1).data; known.set(c, [d[0], d[1], d[2], d[3] / 255]); }
    return known.get(c);
  };
  const over = (top, base) => [0, 1, 2].map((i) => top[i] * top[3] + base[i] * (1 - top[3])).concat(1);
  const light = (c) => { const [r, g, b] = c.slice(0, 3).map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const under = (e) => {
    const layers = [];
    for (let n = e; n; n = n.parentElement) {
      const s = getComputedStyle(n);
      if (s.backgroundImage !== "none" && s.backgroundImage.includes("gradient")) { const stops = s.backgroundImage.match(/rgba?\([^)]+\)/g); layers.push(parse(stops[stops.length - 1])); break; }
      const c = parse(s.backgroundColor);
      if (c[3] > 0) { layers.push(c); }
      if (c[3] === 1) { break; }
    }
    return layers.reverse().reduce((base, top) => over(top, base), [255, 255, 255, 1]);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || seen.has(e) || !shown(e) || e.closest("script, style, svg, .visually-hidden, .visually-hidden-focusable, option, [disabled], .disabled, fieldset[disabled]")) { continue; }
    seen.add(e);
    const s = getComputedStyle(e), base = under(e);
    const ink = over(parse(s.color).map((v, i) => (i === 3 ? v * Number(s.opacity) : v)), base);
    const [a, b] = [light(ink), light(base)].sort((x, y) => y - x), ratio = (a + 0.05) / (b + 0.05);
    const size = parseFloat(s.fontSize), large = size >= 24 || (size >= 18.6 && Number(s.fontWeight) >= 600);
    if (ratio < (large ? 3 : 4.5)) { wrong.push("contrast " + ratio.toFixed(2) + ": " + say(e)); }
  }
  return wrong.slice(0, 12);
}
