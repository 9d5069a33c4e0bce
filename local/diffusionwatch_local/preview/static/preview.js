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

const drawn = drawDashboard;
drawDashboard = (data) => {
  drawn(data);
  data.widgets.forEach((widget, place) => {
    if (widget.change) byId("grid").children[place].dataset.change = widget.change;
  });
};

addEventListener("beforeprint", () => { theme("light"); if (shown.data) drawDashboard(shown.data); });
