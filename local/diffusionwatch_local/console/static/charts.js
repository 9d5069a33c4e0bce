// Charts as SVG, drawn from CloudWatch's own words: series of [seconds, value], horizontal and vertical annotations.
"use strict";

// Beside series that bring a colour of their own, mostly blue, green, orange or red, the others come first.
const COLORS = ["--s1", "--s2", "--s3", "--s4", "--s5", "--s6", "--s7", "--s8"];
const BESIDE = ["--s4", "--s2", "--s7", "--s6", "--s8", "--s3", "--s1", "--s5"];
const SVG = "http://www.w3.org/2000/svg";

function el(name, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

function html(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

// Series without a colour of their own take the next of the palette, so that two never share one by their places.
function colorOf(series, place, all) {
  if (series.color) return series.color;
  if (series.band) return "var(--faint)";
  const before = all.slice(0, place).filter((one) => !one.color && !one.band).length;
  const palette = all.some((one) => one.color) ? BESIDE : COLORS;
  return `var(${palette[before % palette.length]})`;
}
// Colours that a dashboard fixes were chosen on white; as text on dark tiles they are too dark.
const legible = (color) => (color.startsWith("#") ? `color-mix(in srgb, ${color} var(--own-share), var(--ink))` : color);

const two = (n) => String(n).padStart(2, "0");

function clockTime(seconds) {
  const date = new Date(seconds * 1000);
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
}

// Three significant digits; thousands and millions by their letter.
function figure(value) {
  const size = Math.abs(value);
  if (size >= 1e6) return trim((value / 1e6).toPrecision(3)) + "M";
  if (size >= 1e4) return trim((value / 1e3).toPrecision(3)) + "k";
  if (size >= 100) return String(Math.round(value));
  return trim(value.toPrecision(3));
}
const trim = (text) => (text.includes(".") && !text.includes("e") ? text.replace(/\.?0+$/, "") : text);

function ticks(low, high, wanted) {
  const raw = (high - low) / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= raw) || raw;
  const found = [];
  for (let value = Math.ceil(low / step - 1e-9) * step; value <= high + step * 1e-6; value += step) found.push(value);
  return found;
}

const DAY = 86400, MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

// The day beside the time, where more than one is drawn.
function moment(seconds, span) {
  const date = new Date(seconds * 1000), day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
  if (span <= DAY) return clockTime(seconds);
  return seconds % DAY ? `${day} ${clockTime(seconds)}` : day;
}

function timeTicks(start, end, width) {
  const steps = [300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, DAY, 2 * DAY, 7 * DAY, 14 * DAY];
  const room = end - start > DAY ? 90 : 70, step = steps.find((s) => ((end - start) / s) * room <= width) || 28 * DAY;
  const found = [];
  for (let at = Math.ceil(start / step) * step; at <= end; at += step) found.push(at);
  return found;
}

// The last period has not ended: its sum is still growing, so it is drawn dotted and is no number of now.
const filling = (one, point, end) => point[0] + one.period > end;

// Missing is not zero: a line breaks where a period has no datapoint.
function runs(series) {
  const found = [];
  let run = [];
  for (const point of series.points) {
    if (run.length && point[0] - run[run.length - 1][0] > series.period * 1.5) { found.push(run); run = []; }
    run.push(point);
  }
  if (run.length) found.push(run);
  return found;
}

function stack(list) {
  const below = new Map();
  return list.map((series) => series.band ? series : ({
    ...series,
    points: series.points.map(([at, value]) => {
      const base = below.get(at) || 0;
      below.set(at, base + value);
      return [at, base + value, base];
    }),
  }));
}

const hasPoints = (one) => one.points.length > 0;

function scale(series, axis, annotations) {
  const values = series.flatMap((s) => s.points.flatMap((p) => s.band ? [p[1], p[2]] : [p[1]]));
  const lines = annotations.map((a) => a.value).filter((v) => typeof v === "number");
  const least = axis.min ?? Math.min(0, ...values);
  let most = axis.max ?? Math.max(...values, ...lines, least);
  if (axis.max === undefined) most += (most - least) * 0.08;
  if (!(most > least)) most = least + 1;
  return [least, most];
}

function timeSeries(widget, box) {
  const { properties = {}, data } = widget;
  const width = box.clientWidth, height = box.clientHeight;
  const series = properties.stacked ? stack(data.series) : data.series;
  const horizontal = [...(properties.annotations?.horizontal || []).flat(), ...(data.thresholds || [])];
  const sides = { left: [], right: [] };
  for (const one of series) sides[one.axis === "right" ? "right" : "left"].push(one);
  const notes = { left: [], right: [] };
  for (const note of horizontal) notes[note.yAxis === "right" ? "right" : "left"].push(note);
  const hasRight = sides.right.length > 0 || properties.yAxis?.right !== undefined;
  const units = { left: properties.yAxis?.left?.label, right: hasRight && properties.yAxis?.right?.label };
  const pad = { left: 38, right: hasRight ? 38 : 8, top: units.left || units.right ? 20 : 10, bottom: 18 };
  const inner = { width: Math.max(10, width - pad.left - pad.right), height: Math.max(10, height - pad.top - pad.bottom) };
  const x = (at) => pad.left + ((at - widget.start) / (widget.end - widget.start)) * inner.width;
  const y = {};
  for (const side of ["left", "right"]) {
    const [low, high] = scale(sides[side], properties.yAxis?.[side] || {}, notes[side]);
    y[side] = Object.assign((value) => pad.top + (1 - (value - low) / (high - low)) * inner.height, { low, high });
  }
  const svg = el("svg", { viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": properties.title || "" });

  // An axis of nothing would only look like one of something.
  const empty = { left: !sides.left.some(hasPoints) && !notes.left.length, right: !sides.right.some(hasPoints) && !notes.right.length };
  for (const value of empty.left ? [] : ticks(y.left.low, y.left.high, inner.height / 38)) {
    svg.append(el("line", { class: "grid", x1: pad.left, x2: pad.left + inner.width, y1: y.left(value), y2: y.left(value) }));
    svg.append(el("text", { class: "axis", x: pad.left - 6, y: y.left(value) + 3.5, "text-anchor": "end" }, figure(value)));
  }
  for (const value of empty.right ? [] : ticks(y.right.low, y.right.high, inner.height / 38))
    svg.append(el("text", { class: "axis", x: pad.left + inner.width + 6, y: y.right(value) + 3.5 }, figure(value)));
  if (units.left && !empty.left) svg.append(el("text", { class: "axis", x: 2, y: 10 }, units.left));
  if (units.right && !empty.right) svg.append(el("text", { class: "axis", x: width - 2, y: 10, "text-anchor": "end" }, units.right));
  for (const at of timeTicks(widget.start, widget.end, inner.width)) {
    if (x(at) > pad.left + 12 && x(at) < pad.left + inner.width - 12)
      svg.append(el("text", { class: "axis", x: x(at), y: height - 4, "text-anchor": "middle" }, moment(at, widget.end - widget.start)));
  }

  const clip = `clip${Math.random().toString(36).slice(2)}`;
  svg.append(el("clipPath", { id: clip }, el("rect", { x: pad.left, y: pad.top - 2, width: inner.width, height: inner.height + 4 })));
  const plot = svg.appendChild(el("g", { "clip-path": `url(#${clip})` }));

  for (const note of horizontal) {
    if (typeof note.value !== "number" || note.visible === false) continue;
    const at = y[note.yAxis === "right" ? "right" : "left"](note.value), color = note.color || "var(--alarm)";
    const area = note.fill === "above" ? [pad.top, at] : note.fill === "below" ? [at, pad.top + inner.height] : null;
    if (area && area[1] > area[0])
      plot.append(el("rect", { x: pad.left, width: inner.width, y: area[0], height: area[1] - area[0], fill: color, opacity: 0.055 }));
  }
  for (const mark of properties.annotations?.vertical || []) {
    const at = Date.parse(mark.value) / 1000;
    plot.append(el("line", { x1: x(at), x2: x(at), y1: pad.top, y2: pad.top + inner.height, stroke: mark.color || "var(--faint)", "stroke-dasharray": "2 3" }));
  }

  series.forEach((one, place) => {
    const side = y[one.axis === "right" ? "right" : "left"], color = colorOf(one, place, series);
    for (const run of one.band ? runs(one) : []) {
      const edge = (points, at) => points.map((p) => `${x(p[0]).toFixed(1)} ${side(p[at]).toFixed(1)}`).join("L");
      plot.append(el("path", { class: "band", d: `M${edge(run, 1)}L${edge([...run].reverse(), 2)}Z`, fill: color, opacity: 0.22 }));
    }
    for (const run of one.band ? [] : runs(one)) {
      const line = run.map((p, i) => `${i ? "L" : "M"}${x(p[0]).toFixed(1)} ${side(p[1]).toFixed(1)}`).join("");
      if (properties.stacked) {
        const back = [...run].reverse().map((p) => `L${x(p[0]).toFixed(1)} ${side(p[2]).toFixed(1)}`).join("");
        plot.append(el("path", { d: line + back + "Z", fill: color, opacity: 0.28 }));
      }
      const look = { fill: "none", stroke: color, "stroke-width": 1.8, "stroke-linejoin": "round", "stroke-linecap": "round" };
      if (run.length === 1) plot.append(el("circle", { cx: x(run[0][0]), cy: side(run[0][1]), r: 2, fill: color }));
      else if (!filling(one, run[run.length - 1], widget.end)) plot.append(el("path", { d: line, ...look }));
      else {
        const [before, last] = line.split(/L(?=[^L]*$)/), from = before.split(/[ML]/).pop();
        if (run.length > 2) plot.append(el("path", { d: before, ...look }));
        plot.append(el("path", { d: `M${from}L${last}`, ...look, "stroke-dasharray": "2 4", opacity: 0.7 }));
      }
    }
  });

  for (const note of horizontal) {
    if (typeof note.value !== "number" || note.visible === false) continue;
    const at = y[note.yAxis === "right" ? "right" : "left"](note.value), color = note.color || "var(--alarm)";
    plot.append(el("line", { x1: pad.left, x2: pad.left + inner.width, y1: at, y2: at, stroke: color, "stroke-width": 1.2, "stroke-dasharray": "5 4" }));
    if (note.label) {
      const above = at - pad.top > 16;
      svg.append(el("text", { class: "axis", x: pad.left + 6, y: above ? at - 4 : at + 12, style: `fill:${legible(color)};font-weight:600` }, note.label));
    }
  }
  if (!series.some(hasPoints))
    svg.append(el("text", { class: "axis", x: pad.left + inner.width / 2, y: pad.top + inner.height / 2, "text-anchor": "middle" }, "No datapoints in this range"));
  hover(svg, widget, series, { x, pad, inner });
  return svg;
}

// What the lines hold at the pointer, or with the arrow keys at the next point.
function hover(svg, widget, series, { x, pad, inner }) {
  const cross = svg.appendChild(el("line", { y1: pad.top, y2: pad.top + inner.height, stroke: "var(--faint)", visibility: "hidden" }));
  const tip = document.getElementById("tip");
  let shownAt = null;
  const leave = () => { tip.hidden = true; cross.setAttribute("visibility", "hidden"); };
  const show = (at, left, top) => {
    const rows = [];
    let found = null;
    series.forEach((one, place) => {
      const point = one.points.reduce((best, p) => (!best || Math.abs(p[0] - at) < Math.abs(best[0] - at) ? p : best), null);
      if (!point || Math.abs(point[0] - at) > one.period) return;
      found = found ?? point[0];
      const value = one.band ? `${figure(point[1])} to ${figure(point[2])}` : figure(point.length > 2 ? point[1] - point[2] : point[1]);
      rows.push(html("div", {}, html("i", { style: `background:${colorOf(one, place, series)}` }), `${one.label}: `, html("b", {}, value)));
    });
    if (!rows.length) return leave();
    shownAt = found;
    cross.setAttribute("x1", x(found)); cross.setAttribute("x2", x(found)); cross.setAttribute("visibility", "visible");
    tellAt(tip, left, top, html("div", {}, html("b", {}, moment(found, widget.end - widget.start))), ...rows);
  };
  const place = (at) => { const bounds = svg.getBoundingClientRect(); show(at, bounds.left + x(at), bounds.top + pad.top); };
  svg.addEventListener("mousemove", (event) => {
    const share = (event.clientX - svg.getBoundingClientRect().left - pad.left) / inner.width;
    if (share < 0 || share > 1) return leave();
    show(widget.start + share * (widget.end - widget.start), event.clientX, event.clientY);
  });
  svg.addEventListener("mouseleave", leave);
  svg.addEventListener("blur", leave);
  const times = [...new Set(series.flatMap((one) => one.points.map((p) => p[0])))].sort((a, b) => a - b);
  if (!times.length) return;
  svg.setAttribute("tabindex", "0");
  svg.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Escape") return leave();
    if (!step) return;
    event.preventDefault();
    const now = shownAt === null || tip.hidden ? times.length : times.indexOf(shownAt) + step;
    place(times[Math.max(0, Math.min(times.length - 1, now))]);
  });
}

function tellAt(tip, left, top, ...content) {
  tip.replaceChildren(...content);
  tip.hidden = false;
  tip.style.left = `${Math.max(4, Math.min(left + 14, innerWidth - tip.offsetWidth - 8))}px`;
  tip.style.top = `${Math.max(4, Math.min(top + 14, innerHeight - tip.offsetHeight - 8))}px`;
}

function legend(series) {
  return html("div", { class: "legend" }, ...series.map((one, place) =>
    html("span", {}, html("i", { class: one.band ? "area" : "", style: `background:${colorOf(one, place, series)}` }), one.label)));
}

function sparkline(one, color, start, end) {
  const width = 120, height = 20;
  const values = one.points.map((p) => p[1]), low = Math.min(...values), high = Math.max(...values);
  const px = (at) => ((at - start) / (end - start)) * width;
  const py = (value) => height - 2 - ((value - low) / (high - low || 1)) * (height - 4);
  const svg = el("svg", { viewBox: `0 0 ${width} ${height}`, height, preserveAspectRatio: "none" });
  for (const run of runs(one)) {
    const line = run.map((p, i) => `${i ? "L" : "M"}${px(p[0]).toFixed(1)} ${py(p[1]).toFixed(1)}`).join("");
    svg.append(el("path", { d: line, fill: "none", stroke: color, "stroke-width": 1.5, "vector-effect": "non-scaling-stroke" }));
  }
  return svg;
}

function singleValue(widget) {
  const { data, properties } = widget;
  return html("div", { class: "numbers" }, ...data.series.map((one, place) => {
    const points = one.points.filter((point) => !filling(one, point, widget.end)), last = points[points.length - 1];
    // A number that is three periods old is no number of now.
    const fresh = last && widget.end - last[0] <= one.period * 3;
    const box = html("div", { class: "number" }, html("b", {}, fresh ? figure(last[1]) : "–"), html("small", {}, one.label));
    if (!fresh) box.append(html("small", { class: "stale" }, last ? `nothing since ${clockTime(last[0] + one.period)}` : "nothing in this range"));
    if (properties.sparkline && points.length > 1) box.append(sparkline({ ...one, points }, colorOf(one, place, data.series), widget.start, widget.end));
    return box;
  }));
}
