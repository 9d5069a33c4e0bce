// The page: asks for the state each second and for the shown dashboard every two, and draws both.
"use strict";

const shown = { name: null, hours: null, alarms: new Map(), data: null, state: null, prefix: "", chosen: {} };
const SHORTEST = 0.75, LONGEST = 3; // hours that "auto" shows: from when there was something to show, at most 3
const byId = (id) => document.getElementById(id);

async function get(path) {
  const answer = await fetch(path, { cache: "no-store" });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

// ---- header, story

function drawState(state) {
  byId("time").textContent = clockTime(state.clock.now);
  byId("speed").textContent = state.clock.speed === 1 ? "UTC" : `UTC ×${figure(state.clock.speed)}`;
  if (!state.dashboards.includes(shown.name)) shown.name = state.dashboards[0] ?? null;
  byId("dashboards").replaceChildren(...state.dashboards.map((name) => {
    const button = html("button", { type: "button", title: name }, name.slice(commonPrefix(state.dashboards)));
    if (name === shown.name && !shown.logs) button.setAttribute("aria-current", "page");
    button.onclick = () => { shown.name = name; location.hash = name; leaveLogs(); drawState(state); refresh(); };
    return button;
  }), ...(state.logs ? [logsButton()] : []));
  shown.alarms = new Map(state.alarms.map((alarm) => [alarm.name, alarm]));
  shown.prefix = fleetPrefix(state.dashboards[0] ?? "", state.alarms);
  drawAlarms(state.alarms);
  shown.state = state;
  drawStory(state);
}

function drawStory({ story, clock }) {
  byId("story").hidden = !story.title;
  if (!story.title) return;
  byId("story").dataset.mood = story.mood;
  byId("banner-title").textContent = story.title;
  byId("banner-text").textContent = story.text;
  const width = byId("timeline").clientWidth, lanes = story.lanes || [], row = 13, top = 24, height = top + lanes.length * row + 18;
  const gutter = lanes.length ? Math.min(150, width * 0.3) : 0;
  const x = (at) => gutter + Math.max(0, Math.min(1, (at - story.start) / (story.end - story.start))) * (width - gutter - 2);
  const svg = el("svg", { viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": "Incidents and alarms over time" });
  svg.append(el("rect", { x: gutter, y: 2, width: Math.max(0, width - gutter - 2), height: 18, rx: 4, fill: "var(--rule)" }));
  svg.append(el("rect", { x: gutter, y: 2, width: Math.max(0, x(clock.now) - gutter), height: 18, rx: 4, fill: "var(--ok)", opacity: 0.22 }));
  for (const incident of story.incidents) {
    const from = x(incident.begins), to = x(incident.ends);
    const over = clock.now >= incident.begins;
    svg.append(el("rect", { x: from, y: 2, width: to - from, height: 18, rx: 4, fill: over ? "var(--s3)" : "var(--faint)", opacity: over ? 0.9 : 0.4 },
      el("title", {}, `${incident.title}, ${clockTime(incident.begins)} to ${clockTime(incident.ends)}`)));
    svg.append(el("text", { x: from + 7, y: 15, "font-size": 11.5, "font-weight": 600, fill: over ? "#241a02" : "var(--ink)" }, fit(incident.title, to - from - 12)));
  }
  lanes.forEach((lane, place) => {
    const middle = top + place * row + row / 2;
    svg.append(el("text", { class: "axis", x: 0, y: middle + 4 }, fit(lane.alarm, gutter - 8)));
    svg.append(el("line", { class: "grid", x1: gutter, x2: width - 2, y1: middle, y2: middle }));
    for (const [from, to] of lane.alarming)
      svg.append(el("rect", { x: x(from), y: middle - 4, width: Math.max(2, x(to ?? clock.now) - x(from)), height: 8, rx: 2, fill: "var(--alarm)" }));
  });
  for (const at of timeTicks(story.start, story.end, width - gutter))
    svg.append(el("text", { class: "axis", x: x(at), y: height - 3, "text-anchor": x(at) > width - 20 ? "end" : "middle" }, clockTime(at)));
  if (clock.now < story.end)
    svg.append(el("line", { x1: x(clock.now), x2: x(clock.now), y1: 0, y2: height - 14, stroke: "var(--ink)", "stroke-width": 1.5 }));
  byId("timeline").replaceChildren(svg);
  byId("messages").replaceChildren(...(story.messages || []).map(({ at, by, text }) =>
    html("li", { "data-by": by }, html("time", {}, clockTime(at)), html("b", {}, by), text)));
}

const fit = (text, width) => (text.length * 6.4 <= width ? text : text.slice(0, Math.max(0, Math.floor(width / 6.4) - 1)) + "…");

// ---- widgets

// A link to a dashboard that is shown here, or to the logs, leads there and not to AWS.
function nearby(link) {
  if (link.includes("#logsV2:") && shown.state?.logs) return HASH_OF_LOGS;
  const name = link.match(/#dashboards(?:\/dashboard\/|:name=)([\w-]+)/)?.[1];
  return shown.state?.dashboards.includes(name) ? `#${name}` : link;
}

function markdown(text) {
  const escape = (s) => s.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
  const inline = (s) => escape(s)
    .replace(/`([^`]+)`/g, "<code>$1</code>")
    .replace(/\*\*([^*]+)\*\*/g, "<b>$1</b>")
    // An address may hold parentheses, as far as they are balanced.
    .replace(/\[([^\]]+)\]\((https?:(?:[^()\s]|\((?:[^()\s]|\([^()\s]*\))*\))+)\)/g, (_, words, link) => `<a href="${nearby(link)}" rel="noreferrer">${words}</a>`);
  const blocks = [];
  let list = [];
  const close = () => { if (list.length) blocks.push(`<ul>${list.join("")}</ul>`); list = []; };
  for (const line of text.split("\n")) {
    const heading = line.match(/^(#{1,3}) (.*)/), item = line.match(/^\s*[-*] (.*)/);
    if (item) { list.push(`<li>${inline(item[1])}</li>`); continue; }
    close();
    if (heading) blocks.push(`<h${heading[1].length}>${inline(heading[2])}</h${heading[1].length}>`);
    else if (line.trim()) blocks.push(`<p>${inline(line)}</p>`);
  }
  close();
  const box = html("div", { class: "markdown" });
  box.innerHTML = blocks.join("");
  return box;
}

// A custom widget's HTML without what CloudWatch strips as well: scripts, frames, handlers. A preview has it in both themes.
function harmless({ html: light, dark }) {
  const text = document.documentElement.dataset.theme === "dark" ? dark ?? light : light;
  const parsed = new DOMParser().parseFromString(text, "text/html");
  parsed.querySelectorAll("script, iframe, use, object, embed, link, cwdb-action").forEach((node) => node.remove());
  for (const node of parsed.body.querySelectorAll("*"))
    for (const { name, value } of [...node.attributes])
      if (name.startsWith("on") || /^\s*javascript:/i.test(value)) node.removeAttribute(name);
  return html("div", { class: "markdown custom" }, ...parsed.body.childNodes);
}

const thousands = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

function logTable({ columns, rows }, days) {
  if (!rows.length) return html("div", { class: "note" }, "Nothing in this range");
  const number = new Set(columns.filter((name) => rows.every((row) => row[name] === undefined || /^-?(0|[1-9]\d*)(\.\d+)?$/.test(row[name]))));
  const look = (name) => (number.has(name) ? { class: "figure" } : {});
  const cell = (row, name) => {
    const text = row[name] ?? "";
    const moment = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/.test(text);
    return html("td", { title: moment ? `${text} UTC` : text, ...look(name) }, moment ? text.slice(days ? 5 : 11, 19) : number.has(name) && text ? thousands.format(Number(text)) : text);
  };
  return html("table", {},
    html("thead", {}, html("tr", {}, ...columns.map((name) => html("th", { scope: "col", ...look(name) }, name.replace("@", ""))))),
    html("tbody", {}, ...rows.map((row) => opens(html("tr", {}, ...columns.map((name) => cell(row, name))), row["@ptr"]))));
}

function valueTable({ series }) {
  return html("table", {}, html("tbody", {}, ...series.map((one) => {
    const last = one.points[one.points.length - 1];
    return html("tr", {}, html("td", {}, one.label), html("td", {}, last ? figure(last[1]) : "–"));
  })));
}

const CHARTS = { timeSeries, gauge, bar, pie };

function fill(widget, content) {
  const view = widget.properties?.view || "timeSeries";
  content.className = "content";
  content.removeAttribute("tabindex");
  if (widget.type === "text") return content.replaceChildren(markdown(widget.properties.markdown));
  if (widget.data.note) return content.replaceChildren(html("div", { class: "note" }, widget.data.note));
  if (widget.type === "alarm") { scrolls(content); return content.replaceChildren(states(widget.data.alarms, widget.properties)); }
  if (widget.data.columns) { scrolls(content); return content.replaceChildren(logTable(widget.data, widget.end - widget.start > 72000)); }
  if (widget.data.bars) return drawChart(content, widget, ...(view === "pie" ? [pie, slices(widget.data.bars)] : [columns, widget.data.bars.values]));
  if (widget.type === "log") return drawChart(content, { ...widget, properties: { ...widget.properties, stacked: widget.properties.stacked || view === "stackedArea" } }, timeSeries, widget.data.series);
  if (widget.data.html !== undefined) { scrolls(content); return content.replaceChildren(harmless(widget.data)); }
  if (widget.data.markdown !== undefined) return content.replaceChildren(markdown(widget.data.markdown));
  if (widget.type !== "metric") return content.replaceChildren(html("div", { class: "note" }, `A ${widget.type} widget is drawn by the CloudWatch console only`));
  if (view === "singleValue") return content.replaceChildren(singleValue(widget));
  if (view === "table") return content.replaceChildren(valueTable(widget.data));
  drawChart(content, widget, CHARTS[view] || timeSeries, widget.data.series);
}

// Legend and footnote first: a chart takes the room that it leaves.
function drawChart(content, widget, chart, series) {
  content.classList.add("chart");
  const box = html("div", { class: "plot" });
  content.replaceChildren(box);
  if (chart === columns && !widget.data.bars.names.length) return content.replaceChildren(html("div", { class: "note" }, "Nothing in this range"));
  if (widget.data.empty && !series.some(hasPoints)) return content.replaceChildren(html("div", { class: "note" }, widget.data.empty));
  if (widget.properties.legend?.position !== "hidden" && chart !== gauge) content.append(legend(chart === pie ? withShares(series) : series));
  if (widget.data.footnote) content.append(html("div", { class: "footnote" }, widget.data.footnote));
  box.append(chart(chart === pie ? { ...widget, data: { series } } : widget, box));
}

// What does not fit is scrolled, by keys as well.
function scrolls(content) {
  content.classList.add("scroll");
  content.tabIndex = 0;
}

// A graph whose threshold belongs to an alarm that is going off gets that alarm's colour.
function alarming(widget) {
  const labels = (widget.properties?.annotations?.horizontal || []).flat().map((note) => note.label || "");
  const arns = (widget.properties?.annotations?.alarms || []).map((arn) => arn.split(":alarm:")[1]);
  for (const alarm of shown.alarms.values()) {
    if (alarm.state !== "ALARM" || alarm.composite) continue;
    if (arns.includes(alarm.name) || labels.some((label) => label && alarm.name.endsWith(`-${label}`))) return true;
  }
  return false;
}

// A widget may look at another time than its dashboard, and says so beside its title.
function ownRange(start, end, now) {
  const hours = (end - start) / 3600;
  const size = hours < 1 ? `${figure(hours * 60)} min` : hours < 48 ? `${figure(hours)} h` : `${figure(hours / 24)} d`;
  return end >= now - 60 ? `last ${size}` : `${moment(start, DAY + 1)} to ${moment(end, DAY + 1)} (${size})`;
}

function drawDashboard(data) {
  const grid = byId("grid");
  const signature = JSON.stringify([data.name, data.widgets.map((w) => [w.type, w.x, w.y, w.width, w.height, w.properties?.title])]);
  if (grid.dataset.signature !== signature) {
    grid.dataset.signature = signature;
    grid.replaceChildren(...data.widgets.map((widget) => {
      const tile = html("section", { class: `tile ${widget.properties?.view || widget.type}` });
      tile.style.setProperty("--rows", widget.height ?? 6);
      tile.style.gridColumn = `${(widget.x ?? 0) + 1} / span ${widget.width ?? 6}`;
      tile.style.gridRow = `${(widget.y ?? 0) + 1} / span ${widget.height ?? 6}`;
      if (widget.properties?.background === "transparent") tile.classList.add("plain");
      if (widget.properties?.title) tile.append(html("h2", { title: widget.properties.title }, widget.properties.title, html("small")));
      tile.append(html("div", { class: "content" }));
      return tile;
    }));
  }
  data.widgets.forEach((widget, place) => {
    const tile = grid.children[place], content = tile.querySelector(".content");
    if ((tile.matches(":hover") || tile.contains(document.activeElement)) && !byId("tip").hidden) return; // do not pull a graph from under the pointer
    const { scrollTop, scrollLeft } = content, focused = tile.contains(document.activeElement) && document.activeElement.tagName;
    const { start = data.start, end = data.end } = widget.data;
    fill({ ...widget, start, end }, content);
    const range = tile.querySelector("h2 small");
    if (range) range.textContent = start === data.start && end === data.end ? "" : ownRange(start, end, data.end);
    Object.assign(content, { scrollTop, scrollLeft });
    if (focused) (focused === "svg" ? content.querySelector("svg[tabindex]") : content)?.focus();
    tile.classList.toggle("alarming", alarming(widget));
  });
}

// ---- variables: what the dashboard lets people choose, kept for each dashboard while the page is open

function drawVariables({ name, variables = [] }) {
  const box = byId("variables"), signature = JSON.stringify([name, variables]);
  if (box.dataset.signature === signature || box.contains(document.activeElement) && document.activeElement.matches("input")) return;
  box.dataset.signature = signature;
  box.replaceChildren(...variables.map((variable) => {
    const input = variable.input === "input" ? html("input", { value: variable.value, size: 12 })
      : html("select", {}, ...variable.choices.map(({ value, label }) => html("option", { value }, label)));
    input.value = variable.value;
    input.dataset.variable = variable.id;
    input.onchange = () => {
      shown.chosen[name] = { ...shown.chosen[name], [variable.id]: input.value };
      input.blur();
      refresh();
    };
    return html("label", { class: "range" }, `${variable.label} `, input);
  }));
}

// ---- refreshing

// Hours; null where it is the dashboard's own to say.
function range() {
  const { story, clock } = shown.state;
  if (shown.hours || !story.start) return shown.hours;
  return Math.min(LONGEST, Math.max(SHORTEST, (clock.now - story.start) / 3600 + 0.1)).toFixed(2);
}

async function refresh() {
  if (!shown.name || shown.logs) return;
  const asked = new URLSearchParams({ theme: document.documentElement.dataset.theme });
  if (range()) asked.set("hours", range());
  for (const [id, value] of Object.entries(shown.chosen[shown.name] ?? {})) asked.set(`chosen.${id}`, value);
  const data = await get(`/api/dashboards/${encodeURIComponent(shown.name)}?${asked}`);
  if (data.name !== shown.name) return;
  shown.data = data;
  drawVariables(data);
  drawDashboard(data);
}

async function repeat(task, milliseconds) {
  try {
    await task();
    byId("notice").hidden = true;
  } catch (error) {
    byId("notice").textContent = "The embedded AWS does not answer. Is it still running?";
    byId("notice").hidden = false;
  }
  setTimeout(() => repeat(task, milliseconds), milliseconds);
}

function theme(name) {
  document.documentElement.dataset.theme = name;
}

const asked = new URLSearchParams(location.search);
theme(asked.get("theme") || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
byId("theme").onclick = () => theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
const leaveLogs = () => { if (shown.logs) showLogs(false); };
const beginsWithLogs = location.hash === HASH_OF_LOGS;
shown.name = beginsWithLogs ? null : decodeURIComponent(location.hash.slice(1)) || null;
shown.hours = Number(asked.get("hours")) || null;
byId("range").value = String(shown.hours ?? "auto");
byId("details").onclick = (event) => { if (event.target === byId("details")) byId("details").close(); };
byId("range").onchange = (event) => { shown.hours = Number(event.target.value) || null; shown.logs ? ask(byId("query")) : refresh(); };
addEventListener("hashchange", () => {
  const name = decodeURIComponent(location.hash.slice(1));
  byId("details").close();
  if (location.hash === HASH_OF_LOGS) return shown.logs || showLogs(true);
  if (!name || (name === shown.name && !shown.logs) || !shown.state) return;
  leaveLogs();
  shown.name = name;
  drawState(shown.state);
  refresh();
  scrollTo(0, 0);
});
addEventListener("resize", () => { if (shown.data) drawDashboard(shown.data); });
repeat(async () => drawState(await get("/api/state")), 1000).then(() => {
  if (beginsWithLogs && shown.state?.logs) showLogs(true);
  repeat(refresh, 2000);
});
