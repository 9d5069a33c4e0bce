// The page of logs: queries of Logs Insights, those that are saved and those that somebody writes.
"use strict";

const HASH_OF_LOGS = "#/logs";

// The nav's last entry, where the log groups can be asked.
function logsButton() {
  const button = html("button", { type: "button", class: "logs" }, "logs");
  if (shown.logs) button.setAttribute("aria-current", "page");
  button.onclick = () => showLogs(true);
  return button;
}

async function showLogs(on) {
  shown.logs = on;
  byId("grid").hidden = on;
  byId("logs").hidden = !on;
  byId("variables").hidden = on;
  if (!on) return;
  if (location.hash !== HASH_OF_LOGS) location.hash = HASH_OF_LOGS;
  drawState(shown.state);
  if (shown.queries) return;
  shown.queries = { saved: [], groups: [] };
  const form = byId("query");
  form.onsubmit = (event) => { event.preventDefault(); ask(form); };
  form.elements.text.onkeydown = (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(); };
  drawForm(form, shown.queries = await get("/api/queries"));
}

function drawForm(form, { saved, groups }) {
  const { saved: choice, group } = form.elements;
  const prefix = commonPrefix(saved.map((one) => one.name.replaceAll("/", "-")));
  choice.replaceChildren(html("option", { value: "" }, "Saved queries …"), ...saved.map((one, at) => html("option", { value: at }, one.name.slice(prefix))));
  group.replaceChildren(...groups.map((name) => html("option", {}, name)));
  choice.onchange = () => {
    const one = saved[choice.value];
    if (!one) return;
    form.elements.text.value = one.text;
    if (groups.includes(one.groups[0])) group.value = one.groups[0];
    form.requestSubmit();
  };
  group.value = groups.find((name) => name.endsWith("/worker")) ?? groups[0] ?? "";
}

// A row of an event opens the whole of it.
function opens(row, pointer) {
  if (!pointer || !shown.state?.logs) return row;
  Object.assign(row, { tabIndex: 0, title: "Enter or click: the whole event", onclick: () => tellEvent(pointer) });
  row.classList.add("opens");
  row.onkeydown = (event) => { if (event.key === "Enter") tellEvent(pointer); };
  return row;
}

async function tellEvent(pointer) {
  const { record, error } = await get(`/api/record?${new URLSearchParams({ pointer })}`);
  const fields = Object.entries(record ?? {}).filter(([name]) => name !== "@ptr" && name !== "@message" && !name.startsWith("_aws."));
  tell("One log event", error ? html("p", {}, error) : html("table", { class: "record" }, html("tbody", {}, ...fields.map(([name, value]) =>
    html("tr", {}, html("th", { scope: "row" }, name), html("td", {}, value))))), html("details", {}, html("summary", {}, "As it was sent"), html("code", {}, record?.["@message"] ?? "")));
}

async function ask(form) {
  const asked = new URLSearchParams({ text: form.elements.text.value, group: form.elements.group.value, hours: range() ?? LONGEST });
  const answer = await get(`/api/query?${asked}`), box = byId("answer");
  if (answer.error) return box.replaceChildren(html("p", { class: "refused", role: "alert" }, answer.error));
  const { recordsMatched, recordsScanned, bytesScanned } = answer.statistics;
  const looked = `${thousands.format(answer.rows.length)} rows; ${thousands.format(recordsMatched)} of ${thousands.format(recordsScanned)} events matched, ${figure(bytesScanned / 1e6)} MB read`;
  const table = html("div", { class: "tile" }, html("div", { class: "content" }));
  scrolls(table.firstChild);
  table.firstChild.append(logTable(answer, answer.end - answer.start > 72000));
  box.replaceChildren(html("p", { role: "status" }, looked), table);
  if (!answer.chart || answer.chart.note) return;
  const chart = html("div", { class: "tile picture" }, html("div", { class: "content" }));
  box.insertBefore(chart, table);
  fill({ type: "log", properties: { view: answer.chart.bars ? "bar" : "timeSeries" }, data: answer.chart, start: answer.start, end: answer.end }, chart.firstChild);
}
