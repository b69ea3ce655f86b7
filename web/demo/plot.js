// The picture: one small plot for each sensor, all over the same time.

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 460;
const HEIGHT = 150;
const EDGE = { left: 46, right: 8, top: 8, bottom: 20 };
/** More lines and numbers than any axis has: numbers too large to step through end there. */
const LINES = 40;
/** The contract's rule: readings that their sensor trusts less are ignored. */
const LEAST_QUALITY = 0.25;

/** Draws readings and what became of them into `place`. Returns a sentence that says the same. */
export function draw(place, readings, report) {
  const outliers = new Map(report.outliers.map((outlier) => [outlier.index, outlier]));
  const times = readings.map((reading) => reading.timestamp);
  const span = bounds(times);
  const figures = report.summaries.map((summary) => [summary, points(summary.sensor, readings, outliers)]);
  const drawn = figures.filter(([, all]) => all.length).map(([summary, all]) => figure(summary, all, span));
  place.replaceChildren(...drawn);

  const total = (key) => report.summaries.reduce((sum, summary) => sum + summary[key], 0);
  const labels = readings.flatMap((reading, index) => (reading.outlier === true ? [index] : []));
  const found = labels.filter((index) => outliers.has(index)).length;
  const other = outliers.size - found;
  const labelled = labels.length
    ? ` Of the ${labels.length} readings that are labelled as wrong, ${found} were dropped, and ${other || "no"} other${other > 1 ? "s" : ""}.`
    : "";
  return `${total("kept")} kept, ${total("dropped")} dropped, ${total("ignored")} ignored, ` +
    `from ${moment(span[0])} to ${moment(span[1])}.${labelled}`;
}

/** A sensor's unit, in the usual sign. */
export function unit(unit) {
  return { celsius: "°C", hectopascal: "hPa", percent: "%" }[unit] ?? unit.other ?? "";
}

/** A time, short, in UTC. */
export function moment(milliseconds) {
  const date = new Date(milliseconds);
  return Number.isNaN(date.valueOf()) ? `${milliseconds} ms` : date.toISOString().slice(0, 16).replace("T", " ");
}

function points(sensor, readings, outliers) {
  return readings.flatMap((reading, index) => {
    if (reading.sensor !== sensor) return [];
    const ignored = typeof reading.quality === "number" && reading.quality < LEAST_QUALITY;
    const outlier = outliers.get(index);
    return [{ time: reading.timestamp, value: Number(reading.value), outlier, fate: outlier ? "dropped" : ignored ? "ignored" : "kept" }];
  });
}

function figure(summary, all, [first, last]) {
  const sign = unit(summary.unit);
  const [low, high] = padded(bounds(all.map((point) => point.value)));
  const x = (time) => EDGE.left + ((time - first) / (last - first || 1)) * (WIDTH - EDGE.left - EDGE.right);
  const y = (value) => EDGE.top + ((high - value) / (high - low)) * (HEIGHT - EDGE.top - EDGE.bottom);

  const title = `${summary.sensor}: ${summary.kept} readings kept, ${summary.dropped} dropped, ${summary.ignored} ignored, ` +
    `median ${short(summary.median)} ${sign}`;
  const svg = element("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": title });
  svg.append(...scale(low, high, y), ...days(first, last, x));
  svg.append(element("line", { class: "median", x1: EDGE.left, x2: WIDTH - EDGE.right, y1: y(summary.median), y2: y(summary.median) }));

  const kept = all.filter((point) => point.fate === "kept");
  svg.append(element("path", { class: "kept", d: kept.map((p) => `M${x(p.time).toFixed(1)} ${y(p.value).toFixed(1)}h0`).join("") }));
  for (const { time, value, fate, outlier } of all) {
    if (fate === "ignored") svg.append(element("circle", { class: fate, r: 3, cx: x(time), cy: y(value) }));
    if (fate !== "dropped") continue;
    const mark = element("g", { transform: `translate(${x(time).toFixed(1)} ${y(value).toFixed(1)})` });
    const text = `${moment(time)}: ${value} ${sign}, expected about ${short(outlier.expected)} ${sign}`;
    mark.append(
      element("title", {}, text),
      element("circle", { class: "target", r: 9 }),
      element("path", { class: fate, d: "M-3.5-3.5 3.5 3.5M-3.5 3.5 3.5-3.5" }),
    );
    svg.append(mark);
  }

  const caption = document.createElement("figcaption");
  const aside = document.createElement("span");
  aside.textContent = `${sign} · ${summary.dropped} dropped`;
  caption.append(summary.sensor, aside);
  const figure = document.createElement("figure");
  figure.append(caption, svg);
  return figure;
}

/** The lines and numbers of the value axis. */
function scale(low, high, y) {
  const step = round((high - low) / 3);
  const parts = [];
  for (let n = Math.ceil(low / step); n * step <= high && parts.length < LINES; n += 1) {
    const value = n * step;
    parts.push(element("line", { class: "grid", x1: EDGE.left, x2: WIDTH - EDGE.right, y1: y(value), y2: y(value) }));
    parts.push(element("text", { x: EDGE.left - 6, y: y(value) + 4, "text-anchor": "end" }, short(value)));
  }
  return parts;
}

/** The days of the time axis, in UTC. */
function days(first, last, x) {
  const day = 86_400_000;
  const step = Math.max(1, Math.ceil((last - first) / day / 6)) * day;
  const parts = [];
  for (let time = Math.ceil(first / day) * day; time <= last && parts.length < LINES; time += step) {
    const left = x(time);
    parts.push(element("line", { class: "grid", x1: left, x2: left, y1: EDGE.top, y2: HEIGHT - EDGE.bottom }));
    const text = new Date(time).toLocaleDateString("en", { month: "short", day: "numeric", timeZone: "UTC" });
    parts.push(element("text", { x: Math.min(left, WIDTH - EDGE.right - 34), y: HEIGHT - 5 }, text));
  }
  return parts;
}

function bounds(numbers) {
  return numbers.reduce(([low, high], n) => [Math.min(low, n), Math.max(high, n)], [Infinity, -Infinity]);
}

function padded([low, high]) {
  const edge = (high - low) * 0.06 || Math.abs(high) * 0.05 || 1;
  return [low - edge, high + edge];
}

/** The nearest of 1, 2, 5 times a power of ten. */
function round(step) {
  const power = 10 ** Math.floor(Math.log10(step));
  return [1, 2, 5, 10].find((factor) => factor * power >= step) * power;
}

function short(number) {
  return typeof number === "number" ? String(Number(number.toPrecision(6))) : number;
}

function element(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}
