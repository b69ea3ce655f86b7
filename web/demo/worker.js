// Runs components off the page's main thread, so that a component that does not end cannot hold the page.
//
// In: { component: Uint8Array, readings: string }. Out: { ready }, then for each run { answer, milliseconds } or { refusal }, or
// { failure } when Amphi itself failed and this worker is of no use any longer.

import init, { Filter, Readings } from "./sensor_demo.js";

addEventListener("message", async ({ data }) => {
  try {
    postMessage(await run(data));
  } catch (error) {
    // Amphi's errors are plain; a trap that comes through here is not a guest's.
    const broken = error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
    postMessage({ [broken ? "failure" : "refusal"]: String(error?.message ?? error) });
  }
});

try {
  await init();
  postMessage({ ready: true });
} catch (error) {
  postMessage({ failure: `Amphi does not start in this browser: ${error?.message ?? error}` });
}

async function run({ component, readings }) {
  const input = Readings.parse(readings);
  let filter, instance, answer;
  try {
    const start = performance.now();
    filter = await Filter.load(component);
    const compiled = performance.now();
    instance = filter.instantiate();
    const instantiated = performance.now();
    answer = instance.run(input);
    const done = performance.now();
    const milliseconds = { compile: compiled - start, instantiate: instantiated - compiled, run: done - instantiated };
    return { answer: answer.json(), milliseconds };
  } finally {
    for (const part of [answer, instance, filter, input]) part?.free();
  }
}
