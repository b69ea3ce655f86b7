// The page: loads what runs, runs it on both hosts, and says whether the answers are equal.
//
// When the first run is over, `data-verdict` of the document says how it ended: "equal", "different", "alone" (there is no native
// host) or "error: " and why.

import { difference, runInPage, runNatively, sha256 } from "./hosts.js";
import { draw } from "./plot.js";
import { showHosts, showLog, showOutliers, showSummaries } from "./tables.js";

/** The sample; its component also as a page runs it, precompiled. */
const SAMPLE = { component: "components/sensor.wasm", precompiled: "components/sensor.page", readings: "data/readings.json" };
/** What the native host takes; more is refused here already. */
const LARGEST = 16 * 1024 * 1024;

const at = (id) => document.getElementById(id);
const inputs = at("inputs");
/** The number of the run that counts. */
let latest = 0;

inputs.addEventListener("submit", (event) => {
  event.preventDefault();
  runAll();
});
inputs.addEventListener("reset", () => setTimeout(runAll));
inputs.addEventListener("change", () => runAll());
runAll();

/** Loads and runs everything; a later run overtakes an earlier one. */
async function runAll() {
  const run = ++latest;
  const overtaken = () => run !== latest;
  tell("busy", "Loading", "Fetching the component and its readings.");
  inputs.querySelectorAll("button").forEach((button) => (button.disabled = true));
  try {
    const input = await load();
    if (overtaken()) return;
    tell("busy", "Running", "The same component, in this page and in the native host.");
    const page = await runInPage(input.precompiled ?? input.component, input.readings);
    const native = await runNatively(input.component, input.readings);
    if (overtaken()) return;
    await show(input, page, native);
  } catch (error) {
    if (!overtaken()) fail(String(error?.message ?? error));
  } finally {
    if (!overtaken()) inputs.querySelectorAll("button").forEach((button) => (button.disabled = false));
  }
}

/** The chosen files, or the sample. */
async function load() {
  const component = await bytes("component");
  const digest = await sha256(component.bytes);
  facts("component", `${component.name}, ${size(component.bytes)}, SHA-256 `, digest);
  const readings = await bytes("readings");
  if (component.bytes.length + readings.bytes.length > LARGEST - 4) {
    throw new Error(`the component and the readings are too large: expected at most ${LARGEST} bytes together`);
  }
  facts("readings", `${readings.name}, ${size(readings.bytes)}`);
  const precompiled = component.chosen ? undefined : (await sample("precompiled")).bytes;
  return { component: component.bytes, precompiled, digest, readings: new TextDecoder().decode(readings.bytes) };
}

async function bytes(what) {
  const [file] = at(what).files;
  return file ? { name: file.name, chosen: true, bytes: new Uint8Array(await file.arrayBuffer()) } : sample(what);
}

async function sample(what) {
  const response = await fetch(SAMPLE[what]);
  if (!response.ok) throw new Error(`the sample is missing: ${SAMPLE[what]} has status ${response.status}`);
  return { name: SAMPLE[what].split("/").pop(), bytes: await progressing(response) };
}

/** The body of a response, with the progress bar moving. */
async function progressing(response) {
  const total = Number(response.headers.get("content-length"));
  const parts = [];
  let loaded = 0;
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    loaded += value.length;
    if (total) at("progress").value = Math.min(1, loaded / total);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** Shows both results and the verdict. */
async function show(input, page, native) {
  const engine = navigator.userAgentData?.brands?.find(({ brand }) => brand === "Chromium");
  const browser = engine ? `this browser, ${engine.brand} ${engine.version}` : "this browser";
  const digest = async ({ answer }) => (answer === undefined ? undefined : await sha256(answer));
  const precompiled = input.precompiled !== undefined;
  const here = { engine: browser, sha256: input.digest, precompiled, ...page, digest: await digest(page) };
  showHosts(at("hosts"), here, { ...native, digest: await digest(native) });

  const answer = page.answer ?? native.answer;
  at("answer").hidden = answer === undefined;
  if (answer !== undefined) showAnswer(JSON.parse(answer), JSON.parse(input.readings));
  judge(input, page, native);
}

function showAnswer({ result, log }, readings) {
  showLog(at("log"), log);
  const report = result.ok ?? { summaries: [], outliers: [] };
  at("plot-text").textContent = result.ok ? draw(at("plot"), readings, report) : "The filter made no report.";
  if (!result.ok) at("plot").replaceChildren();
  showSummaries(at("summaries"), report.summaries);
  showOutliers(at("outliers"), report.outliers, readings);
}

/** Says how the two results compare. */
function judge(input, page, native) {
  if (page.refusal && native.refusal) {
    const same = page.refusal === native.refusal;
    return fail(same ? `Both hosts say: ${page.refusal}` : `This page says: ${page.refusal}\nThe native host says: ${native.refusal}`);
  }
  if (page.refusal) return fail(`This page says: ${page.refusal}`);
  if (native.refusal) return fail(`The native host says: ${native.refusal}`);
  if (native.absent) return tell("alone", "This page’s answer alone", `${native.absent} ${outcome(page.answer)}`);
  if (native.sha256 !== input.digest) return fail("The native host ran other bytes than this page.");
  const differs = difference(page.answer, native.answer);
  if (differs) return tell("different", "The answers differ", differs);
  const count = new TextEncoder().encode(page.answer).length.toLocaleString("en");
  tell("equal", "The answers are equal", `All ${count} bytes of them, from the same component and the same readings. ${outcome(page.answer)}`);
}

/** What the component itself said. */
function outcome(answer) {
  const { ok, err } = JSON.parse(answer).result;
  if (ok) return "";
  if (err === "empty") return "The filter found no readings.";
  const { index, sensor, problem } = err.invalid;
  const [name, value] = typeof problem === "string" ? [problem] : Object.entries(problem)[0];
  const given = value === undefined ? "" : ` (${typeof value === "object" ? value.other : value})`;
  return `The filter refuses reading ${index} of sensor “${sensor}”: ${name.replaceAll("-", " ")}${given}.`;
}

function fail(why) {
  tell("error", "There is no answer to compare", why);
}

function tell(state, headline, detail) {
  at("verdict").dataset.state = state;
  at("headline").textContent = headline;
  at("detail").textContent = detail;
  if (state === "busy") delete document.documentElement.dataset.verdict;
  else document.documentElement.dataset.verdict = state === "error" ? `error: ${detail}` : state;
}

function facts(what, text, code) {
  const parts = code ? [Object.assign(document.createElement("code"), { textContent: code })] : [];
  at(`${what}-facts`).replaceChildren(text, ...parts);
}

function size({ length }) {
  return length < 10_000 ? `${length} bytes` : `${(length / 1024).toLocaleString("en", { maximumFractionDigits: 1 })} KiB`;
}
