// Stands where the embedded AWS answers: the console's page asks, and this reads the answer from the file itself.
"use strict";

const PREVIEW = JSON.parse(document.getElementById("preview").textContent);

// Values are packed, one a period from the first on; nothing is a period without data.
function unpacked(one, start) {
  const points = [];
  one.values.forEach((value, place) => {
    const at = one.first + place * one.period;
    if (value !== null && at >= start) points.push([at, value].flat()); // of a band two
  });
  return { ...one, points };
}

function answerTo(path) {
  if (path === "/api/state") return PREVIEW.state;
  const asked = new URL(path, "http://preview.invalid").searchParams;
  const start = asked.has("hours") ? Math.max(PREVIEW.start, PREVIEW.end - Number(asked.get("hours")) * 3600) : PREVIEW.start;
  const variables = PREVIEW.variables.map((one) => ({ ...one, value: asked.get(`chosen.${one.id}`) ?? one.value }));
  // Each choice was drawn beforehand with the other variables at their defaults: where several differ, the last holds.
  const set = variables.flatMap(({ value, choices }) => choices.filter((one) => one.value === value)).reduce((on, one) => one.set || on, 0);
  const widgets = PREVIEW.sets[set].map((changed, place) => {
    const widget = changed ?? PREVIEW.sets[0][place];
    const series = widget.data.series && widget.data.series.map((one) => unpacked(one, widget.data.start ?? start));
    return { ...widget, data: { ...widget.data, ...(series && { series }) } };
  });
  return { name: PREVIEW.name, start, end: PREVIEW.end, variables, widgets };
}

// Answers wait until every script has run, so that the first drawing is already the preview's.
const everythingRead = new Promise((resolve) => addEventListener("DOMContentLoaded", resolve));
window.fetch = async (path) => {
  await everythingRead;
  return { ok: true, json: async () => answerTo(path) };
};
