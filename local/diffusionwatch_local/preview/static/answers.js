// Stands where the embedded AWS answers: the console's page asks, and this reads the answer from the file itself.
"use strict";

const PREVIEW = JSON.parse(document.getElementById("preview").textContent);
const chosen = { set: 0 };

// Values are packed, one a period from the first on; nothing is a period without data.
function unpacked(one, start) {
  const points = [];
  one.values.forEach((value, place) => {
    const at = one.first + place * one.period;
    if (value !== null && at >= start) points.push([at, value]);
  });
  return { ...one, points };
}

function answerTo(path) {
  if (path === "/api/state") return PREVIEW.state;
  const hours = Number(new URL(path, "http://preview.invalid").searchParams.get("hours"));
  const start = Math.max(PREVIEW.start, PREVIEW.end - hours * 3600);
  const widgets = PREVIEW.sets[chosen.set].map((widget) => {
    const series = widget.data.series && widget.data.series.map((one) => unpacked(one, start));
    return { ...widget, data: { ...widget.data, ...(series && { series }) } };
  });
  return { name: PREVIEW.name, start, end: PREVIEW.end, widgets };
}

// Answers wait until every script has run, so that the first drawing is already the preview's.
const everythingRead = new Promise((resolve) => addEventListener("DOMContentLoaded", resolve));
window.fetch = async (path) => {
  await everythingRead;
  return { ok: true, json: async () => answerTo(path) };
};
