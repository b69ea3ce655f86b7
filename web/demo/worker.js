// Runs components off the page's main thread, so that a component that does not end cannot hold the page.
//
// In: { component: Uint8Array, readings: string }, the component as it is or precompiled. Out: { ready }, then for each of these { answer,
// milliseconds } and then { later }, the times of more runs of the same instance; or { refusal }; or { failure } when Amphi itself failed and this
// worker is of no use any longer.

import init, { Filter, Readings, later_runs, runs_time } from "./sensor_demo.js";

addEventListener("message", async ({ data }) => {
  try {
    await run(data);
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
    const milliseconds = { compile: compiled - start, instantiate: instantiated - compiled, first: done - instantiated };
    postMessage({ answer: answer.json(), milliseconds });
    postMessage({ later: again(instance, input, runs_time() - milliseconds.first) });
  } finally {
    for (const part of [answer, instance, filter, input]) part?.free();
  }
}

/** The times of more runs, none of which begins when `time` is over. */
function again(instance, input, time) {
  const times = [];
  const end = performance.now() + time;
  while (times.length < later_runs() && performance.now() < end) {
    const start = performance.now();
    try {
      instance.run(input).free();
    } catch {
      // The answer is there; what fails now has had its time.
      break;
    }
    times.push(performance.now() - start);
  }
  return times;
}
