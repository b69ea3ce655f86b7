// The same components through the package `amphi-web`, called from JavaScript, and precompiled through its runtime.

import { compile } from './amphi-web/compile.js';
import { load } from './amphi-web/index.js';
import { load as loadPrecompiled } from './amphi-web/runtime.js';
import { repeat } from './glue.js';
import { BYTES, ENTRIES, NUMBERS, NUMBERS_SUM, SHORT, TEXTS, expect, expectSum } from './values.js';

const HOST = { addOne: (x) => (x + 1) >>> 0, measure: (text) => text.length };
const WAITED = { ...HOST, addOne: async (x) => (x + 1) >>> 0 };
const SILENT = { recordMessage() {} };

const component = (source, host) => load(source, { imports: { 'demo:shapes/host': host, 'demo:sensor/log': SILENT } });
const callsOf = async (source, host = HOST) => (await component(source, host)).exports['demo:shapes/calls'];

/** The loops of calls, `{ [shape]: run(times) }`. */
function loops(calls) {
  const { add, echoText, echoBytes, sum, countNotes, addByHost, measureByHost, Counter } = calls;
  const counter = new Counter(0);
  const texts = Object.entries(TEXTS).map(([shape, text]) => [shape, repeat(() => echoText(text).length, text.length)]);
  return {
    'add-typed': (times) => {
      let sum = 0;
      for (let round = 0; round < times; round++) sum = add(sum, round);
      expectSum(sum, times);
    },
    ...Object.fromEntries(texts),
    'echo-bytes': repeat(() => echoBytes(BYTES).length, BYTES.length),
    'sum-numbers': repeat(() => sum(NUMBERS), NUMBERS_SUM),
    'count-notes': repeat(() => countNotes(ENTRIES), ENTRIES.length / 2),
    'resource-method': (times) => {
      const first = counter.increment(0);
      let last = first;
      for (let round = 0; round < times; round++) last = counter.increment(1);
      expect(last, (first + times) >>> 0);
    },
    'import-scalar': (times) => expect(addByHost(0, times), times),
    'import-text': (times) => expect(measureByHost(SHORT, times), (times * SHORT.length) >>> 0),
  };
}

/** The loops by JavaScript alone: `shapes` imports nothing of WASI. */
export async function viaRuntime(shapes) {
  const { file } = await compile(shapes);
  const { exports } = await loadPrecompiled(file, { imports: { 'demo:shapes/host': HOST } });
  return loops(exports['demo:shapes/calls']);
}

/** The loops by the engine: `shapes` is the component, `renewed()` gives one that the browser has not seen. */
export async function viaPackage(shapes, renewed) {
  return {
    ...loops(await callsOf(shapes)),
    'first-answer-shapes': async (times) => {
      for (let round = 0; round < times; round++) expect((await callsOf(renewed('shapes'))).add(1, 2), 3);
    },
    'first-answer-sensor': async (times) => {
      for (let round = 0; round < times; round++) {
        const { exports } = await component(renewed('sensor'), HOST);
        expect(failure(exports['demo:sensor/filter']), 'empty');
      }
    },
  };
}

/** A host function that is waited for, so many times in one call of a guest. */
export async function suspended(shapes) {
  const { addByHost } = await callsOf(shapes, WAITED);
  return async (times) => expect(await addByHost(0, times), times);
}

/** The tag of the error that the filter throws when it is given nothing. */
function failure(filter) {
  try {
    filter.run([]);
  } catch (error) {
    return error.payload?.tag ?? String(error);
  }
  return 'no error';
}
