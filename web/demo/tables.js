// The tables and the log.

import { moment, unit } from "./plot.js";

/** Puts the two hosts side by side. Each is a result of hosts.js with the SHA-256s it was given. */
export function showHosts(table, page, native) {
  const rows = [
    ["Engine", (host) => host.engine],
    ["Component, SHA‑256", (host) => host.sha256, "code"],
    ["Answer, SHA‑256", (host) => host.digest, "code"],
    ["Compile", (host) => compiled(host)],
    ["Instantiate", (host) => milliseconds(host.milliseconds?.instantiate)],
    ["First run", (host) => milliseconds(host.milliseconds?.first)],
    ["Later runs, median", (host) => median(host.milliseconds?.later)],
    ["No answer", (host) => host.refusal ?? host.absent],
  ];
  sideBySide(table, rows, page, native);
}

/** Puts two answers to one request side by side. */
export function showAnswers(table, page, native) {
  const rows = [
    ["Engine", (host) => host.engine],
    ["Component, SHA‑256", (host) => host.component, "code"],
    ["Status", (host) => String(host.status)],
    ["Type", (host) => host.type],
    ["Answer", (host) => host.answer, "code"],
    ["Answer, SHA‑256", (host) => host.digest, "code"],
  ];
  sideBySide(table, rows, page, native);
}

/** One row for each of `rows` that either host has something for: its name, how to pick it, and its kind. */
function sideBySide(table, rows, page, native) {
  const body = rows.flatMap(([name, pick, kind]) => {
    const [here, there] = [pick(page), pick(native)];
    if ((here ?? there) == null) return [];
    const cells = [cell(here ?? "–", kind), cell(there ?? "–", kind)];
    if (kind === "code" && here && there) cells[1].className = here === there ? "same" : "differs";
    return [row(heading(name, "row"), ...cells)];
  });
  table.tBodies[0].replaceChildren(...body);
}

/** One line for each sensor. */
export function showSummaries(table, summaries) {
  const names = ["Sensor", "Unit", "Kept", "Dropped", "Ignored", "Minimum", "Median", "Mean", "Maximum"];
  const lines = summaries.map((s) => row(
    heading(s.sensor, "row"),
    cell(unit(s.unit)),
    ...[s.kept, s.dropped, s.ignored].map((n) => cell(n.toLocaleString("en"), "number")),
    ...[s.minimum, s.median, s.mean, s.maximum].map((n) => cell(decimals(n), "number")),
  ));
  fill(table, names, 2, lines);
}

/** One line for each outlier. */
export function showOutliers(table, outliers, readings) {
  const names = ["Sensor", "Time (UTC)", "Read", "Expected", "Score"];
  const lines = outliers.map((o) => row(
    heading(o.sensor, "row"),
    cell(moment(readings[o.index]?.timestamp)),
    ...[o.value, o.expected, o.score].map((n) => cell(decimals(n), "number")),
  ));
  fill(table, names, 2, lines);
}

/** The log, one entry for each message. */
export function showLog(list, log) {
  const entries = log.map(({ level, message }) => {
    const [entry, tag] = [document.createElement("li"), document.createElement("b")];
    entry.dataset.level = tag.textContent = level;
    entry.append(tag, message);
    return entry;
  });
  if (!entries.length) entries.push(Object.assign(document.createElement("li"), { textContent: "nothing" }));
  list.replaceChildren(...entries);
}

function fill(table, names, text, lines) {
  const [head, body] = [document.createElement("thead"), document.createElement("tbody")];
  head.append(row(...names.map((name, index) => heading(name, "col", index < text ? "" : "number"))));
  body.append(...lines);
  table.replaceChildren(head, body);
}

function row(...cells) {
  const made = document.createElement("tr");
  made.append(...cells);
  return made;
}

function heading(text, scope, kind = "") {
  return Object.assign(document.createElement("th"), { textContent: text, scope, className: kind });
}

function cell(text, kind) {
  const made = document.createElement("td");
  if (kind === "code") made.append(Object.assign(document.createElement("code"), { textContent: text }));
  else Object.assign(made, { textContent: text, className: kind ?? "" });
  return made;
}

function decimals(number) {
  return typeof number === "number" ? number.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 }) : number;
}

function milliseconds(time) {
  return time === undefined ? undefined : `${time < 10 ? time.toFixed(2) : time.toFixed(1)} ms`;
}

/** How long a component took to compile, and whether it had been translated before. */
function compiled({ milliseconds: times, precompiled }) {
  const time = milliseconds(times?.compile);
  return time && precompiled ? `${time}, precompiled` : time;
}

/** The time in the middle, and of how many. */
function median(times) {
  if (!times?.length) return undefined;
  const sorted = [...times].sort((a, b) => a - b);
  return `${milliseconds(sorted[sorted.length >> 1])}, of ${times.length} ${times.length === 1 ? "run" : "runs"}`;
}
