// What a preview adds to the console's page: the whole span, what changed, and paper.
"use strict";

const hours = Math.ceil((PREVIEW.end - PREVIEW.start) / 3600);
if (![...byId("range").options].some((option) => Number(option.value) === hours))
  byId("range").append(html("option", { value: hours }, `${hours} h`));
if (!shown.hours) { shown.hours = hours; byId("range").value = String(hours); }

if (PREVIEW.changes.length) {
  const list = html("ul", {}, ...PREVIEW.changes.map(({ kind, text }) => html("li", { "data-kind": kind }, text)));
  byId("alarms").before(html("details", { class: "changes", open: "" }, html("summary", {}, PREVIEW.against), list));
}

// A custom widget's HTML without what CloudWatch strips as well: scripts, frames, handlers.
function harmless(text) {
  const parsed = new DOMParser().parseFromString(text, "text/html");
  parsed.querySelectorAll("script, iframe, use, object, embed, link, cwdb-action").forEach((node) => node.remove());
  for (const node of parsed.body.querySelectorAll("*"))
    for (const { name, value } of [...node.attributes])
      if (name.startsWith("on") || /^\s*javascript:/i.test(value)) node.removeAttribute(name);
  return html("div", { class: "markdown" }, ...parsed.body.childNodes);
}

// One widget that cannot be drawn does not take the others with it.
const filled = fill;
fill = (widget, content) => {
  try { filled(widget, content); }
  catch (error) { content.replaceChildren(html("div", { class: "note" }, `This widget cannot be drawn: ${error.message}`)); }
};

const drawn = drawDashboard;
drawDashboard = (data) => {
  drawn(data);
  data.widgets.forEach((widget, place) => {
    const tile = byId("grid").children[place];
    if (widget.change) tile.dataset.change = widget.change;
    const { note, html: own, markdown: text } = widget.data;
    const content = tile.querySelector(".content");
    if (note && widget.type !== "log") content.replaceChildren(html("div", { class: "note" }, note));
    else if (own !== undefined) content.replaceChildren(harmless(own));
    else if (text !== undefined) content.replaceChildren(markdown(text));
  });
};

addEventListener("beforeprint", () => { theme("light"); if (shown.data) drawDashboard(shown.data); });
