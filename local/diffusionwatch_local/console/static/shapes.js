// Views that compare values instead of following them: gauge, bars, pie, and columns of a log query.
"use strict";

function gauge(widget, box) {
  const axis = widget.properties.yAxis?.left || { min: 0, max: 100 };
  const one = widget.data.series[0], last = one?.points[one.points.length - 1];
  const size = Math.min(box.clientWidth / 2, box.clientHeight) - 14, middle = box.clientWidth / 2, base = size + 8;
  const arc = (from, to, color) => {
    const at = (share) => [middle - Math.cos(share * Math.PI) * size, base - Math.sin(share * Math.PI) * size];
    const [x1, y1] = at(from), [x2, y2] = at(to);
    return el("path", { d: `M${x1} ${y1}A${size} ${size} 0 0 1 ${x2} ${y2}`, fill: "none", stroke: color, "stroke-width": 12 });
  };
  const svg = el("svg", { viewBox: `0 0 ${box.clientWidth} ${box.clientHeight}`, height: box.clientHeight }, arc(0, 1, "var(--rule)"));
  if (last) {
    const share = Math.max(0, Math.min(1, (last[1] - axis.min) / (axis.max - axis.min)));
    svg.append(arc(0, Math.max(share, 0.001), colorOf(one, 0, widget.data.series)));
    svg.append(el("text", { x: middle, y: base - 6, "text-anchor": "middle", fill: "currentColor", "font-size": 24, "font-weight": 600 }, figure(last[1])));
  }
  return svg;
}

const total = (one) => one.points.reduce((sum, p) => sum + p[1], 0);

function bar(widget, box) {
  const rows = widget.data.series, height = box.clientHeight, width = box.clientWidth;
  const most = Math.max(...rows.map(total), 1e-9), each = Math.min(26, height / Math.max(1, rows.length));
  const svg = el("svg", { viewBox: `0 0 ${width} ${height}`, height });
  rows.forEach((one, place) => {
    const length = (total(one) / most) * (width - 50);
    svg.append(el("rect", { x: 0, y: place * each + 3, width: length, height: each - 6, rx: 3, fill: colorOf(one, place, rows) }));
    svg.append(el("text", { class: "axis", x: length + 6, y: place * each + each / 2 + 4 }, figure(total(one))));
  });
  return svg;
}

function withShares(rows) {
  const sum = rows.reduce((all, one) => all + total(one), 0);
  return rows.map((one) => ({ ...one, label: `${one.label}: ${sum ? figure((total(one) / sum) * 100) : 0} %` }));
}

function pie(widget, box) {
  const rows = widget.data.series, sum = rows.reduce((all, one) => all + total(one), 0);
  const radius = Math.min(box.clientWidth, box.clientHeight) / 2 - 6, cx = box.clientWidth / 2, cy = box.clientHeight / 2;
  const svg = el("svg", { viewBox: `0 0 ${box.clientWidth} ${box.clientHeight}`, height: box.clientHeight });
  const round = 2 * Math.PI * radius * 0.75;
  let done = 0;
  rows.forEach((one, place) => {
    const share = sum ? total(one) / sum : 0;
    svg.append(el("circle", { cx, cy, r: radius * 0.75, fill: "none", stroke: colorOf(one, place, rows), "stroke-width": radius * 0.5,
      "stroke-dasharray": `${share * round} ${round}`, "stroke-dashoffset": -done * round, transform: `rotate(-90 ${cx} ${cy})` }));
    done += share;
  });
  return svg;
}

// What a log query counts by its groups: one column for each value, side by side at each group.
function columns(widget, box) {
  const { by, names, values } = widget.data.bars, width = box.clientWidth, height = box.clientHeight;
  const pad = { left: 38, right: 8, top: 8, bottom: 32 };
  const inner = { width: Math.max(10, width - pad.left - pad.right), height: Math.max(10, height - pad.top - pad.bottom) };
  const [low, high] = scale(values.map((one) => ({ points: one.values.map((value) => [0, value ?? 0]) })), {}, []);
  const y = (value) => pad.top + (1 - (value - low) / (high - low)) * inner.height;
  const slot = inner.width / Math.max(1, names.length), each = Math.min(34, (slot * 0.76) / values.length);
  const svg = el("svg", { viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": `${widget.properties.title || ""}: ${inWords(widget.data.bars)}` });
  for (const value of ticks(low, high, inner.height / 38)) {
    svg.append(el("line", { class: "grid", x1: pad.left, x2: pad.left + inner.width, y1: y(value), y2: y(value) }));
    svg.append(el("text", { class: "axis", x: pad.left - 6, y: y(value) + 3.5, "text-anchor": "end" }, figure(value)));
  }
  // As many names as have room: each, or every second, third …
  const every = Math.max(1, Math.ceil((Math.max(...names.map((name) => name.length), 1) * 6.2 + 8) / slot));
  names.forEach((name, at) => {
    const middle = pad.left + slot * (at + 0.5), left = middle - (each * values.length) / 2;
    const group = svg.appendChild(el("g", {}, el("rect", { x: middle - slot / 2, y: pad.top, width: slot, height: inner.height, fill: "transparent" })));
    values.forEach((one, place) => {
      const value = one.values[at];
      if (value === null) return;
      group.append(el("rect", { x: left + each * place + 1, width: Math.max(1, each - 2), y: Math.min(y(value), y(0)), height: Math.max(1, Math.abs(y(0) - y(value))), rx: 2, fill: colorOf(one, place, values) }));
    });
    if (at % every === 0) svg.append(el("text", { class: "axis", x: middle, y: height - 18, "text-anchor": "middle" }, name));
    group.addEventListener("mousemove", (event) => tellAt(document.getElementById("tip"), event.clientX, event.clientY, html("div", {}, html("b", {}, `${by} ${name}`)),
      ...values.map((one, place) => html("div", {}, html("i", { style: `background:${colorOf(one, place, values)}` }), `${one.label}: `, html("b", {}, one.values[at] === null ? "–" : figure(one.values[at]))))));
  });
  svg.addEventListener("mouseleave", () => { document.getElementById("tip").hidden = true; });
  svg.append(el("text", { class: "axis", x: pad.left + inner.width / 2, y: height - 4, "text-anchor": "middle" }, by));
  return svg;
}

const inWords = ({ names, values }) => names.map((name, at) => `${name} ${values.map((one) => `${one.label} ${one.values[at] === null ? "none" : figure(one.values[at])}`).join(", ")}`).join("; ");

// A pie of a log query has a slice for each group, of its first value.
const slices = ({ names, values }) => names.map((label, at) => ({ label, color: "", points: [[0, values[0].values[at] ?? 0]] }));
