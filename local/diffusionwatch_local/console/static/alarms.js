// Alarms: the row above the dashboard, the lists on it, and all that one says.
"use strict";

// Whatever is wrong, and whatever joins others; the quiet rest is counted, and shown on request.
function drawAlarms(alarms) {
  const rank = { ALARM: 0, OK: 1, INSUFFICIENT_DATA: 2 };
  const loud = alarms.filter((alarm) => alarm.composite || alarm.state !== "OK").sort((a, b) => rank[a.state] - rank[b.state]);
  const quiet = alarms.filter((alarm) => !loud.includes(alarm));
  const signature = JSON.stringify([shown.allAlarms, alarms.map((alarm) => [alarm.name, alarm.state])]);
  const box = byId("alarms"), focused = box.contains(document.activeElement) ? document.activeElement.dataset.name : null;
  if (box.dataset.signature === signature) return;
  box.dataset.signature = signature;
  box.replaceChildren(...[...loud, ...(shown.allAlarms ? quiet : [])].map((alarm) => {
    const chip = html("button", { type: "button", class: `chip${alarm.composite ? " composite" : ""}`, "data-state": alarm.state, "data-name": alarm.name },
      html("i"), short(alarm.name), html("span", { class: "spoken" }, ` ${STATES[alarm.state]}`));
    chip.title = `${alarm.name}: ${STATES[alarm.state]} since ${clockTime(alarm.since)}`;
    chip.onclick = () => tellAlarm(alarm.name);
    return chip;
  }));
  if (quiet.length) {
    const rest = html("button", { type: "button", class: "chip more", "aria-expanded": String(Boolean(shown.allAlarms)), "data-name": "" },
      shown.allAlarms ? "fewer" : `${quiet.length} more OK`);
    rest.onclick = () => { shown.allAlarms = !shown.allAlarms; drawAlarms([...shown.alarms.values()]); byId("alarms").lastChild.focus(); };
    box.append(rest);
  }
  if (focused !== null) [...box.children].find((chip) => chip.dataset.name === focused)?.focus();
}

const STATES = { ALARM: "in alarm", OK: "OK", INSUFFICIENT_DATA: "no data" };

// All that an alarm says: what it is, since when, why, and what to do.
function tellAlarm(name) {
  const alarm = shown.alarms.get(name);
  if (!alarm) return;
  const links = (text) => text.replace(/(^|\s)(https?:\/\/[^\s)]+)/g, "$1[$2]($2)");
  tell(alarm.name,
    html("p", { class: "state", "data-state": alarm.state }, html("b", {}, STATES[alarm.state]), html("time", {}, `since ${clockTime(alarm.since)} UTC`)),
    markdown([alarm.reason, alarm.description, alarm.rule ? `Rule: \`${alarm.rule}\`` : ""].filter(Boolean).map(links).join("\n\n")));
}

// One thing in full, over the page.
function tell(title, ...content) {
  const dialog = byId("details");
  dialog.querySelector("h2").textContent = title;
  dialog.querySelector(".told").replaceChildren(...content);
  dialog.showModal();
}

// An alarm's name without what the names of its fleet begin with.
const short = (name) => (name.startsWith(shown.prefix) ? name.slice(shown.prefix.length) : name);

// What a dashboard's name shares with most alarms, in whole words.
function fleetPrefix(dashboard, alarms) {
  const words = dashboard.split("-"), most = (start) => alarms.filter((alarm) => alarm.name.startsWith(start)).length > alarms.length / 2;
  return words.map((_, at) => `${words.slice(0, words.length - at).join("-")}-`).find(most) ?? "";
}

// Up to which letter all names are the same. Whole words only: "prod-image-api-" of every alarm of one fleet.
function commonPrefix(names) {
  if (names.length < 2) return 0;
  let length = 0;
  while (names.every((name) => name[length] !== undefined && name[length] === names[0][length])) length += 1;
  return names[0].lastIndexOf("-", length - 1) + 1;
}

function states(alarms, properties) {
  let list = alarms.filter((alarm) => !properties.states || properties.states.includes(alarm.state));
  if (properties.sortBy === "stateUpdatedTimestamp") list = [...list].sort((a, b) => b.since - a.since);
  return html("div", { class: "states" }, ...list.map((alarm) => {
    const box = html("button", { type: "button", class: "state", "data-state": alarm.state }, html("b", {}, short(alarm.name)),
      STATES[alarm.state], html("time", {}, clockTime(alarm.since)));
    box.title = `${alarm.name}\n${alarm.reason}`;
    box.onclick = () => tellAlarm(alarm.name);
    return box;
  }));
}
