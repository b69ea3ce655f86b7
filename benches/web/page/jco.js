// The same components through jco: transpiled here in the page, imported, called from JavaScript.

import { $init, generate } from './jco/jco-transpile/vendor/js-component-bindgen-component.js';
import { WASIShim } from './jco/preview2-shim/dist/common/instantiation.js';
import { repeat } from './glue.js';
import { BYTES, ENTRIES, NUMBERS, NUMBERS_SUM, SHORT, TEXTS, expect, expectSum } from './values.js';

/** As jco's own command sets them, with the imports given by the page and no declarations written. */
const OPTIONS = {
  map: [],
  instantiation: { tag: 'async' },
  noTypescript: true,
  noNodejsCompat: true,
  noComponentErrorWrapping: true,
  base64Cutoff: 5000,
};

const HOST = { addOne: (x) => (x + 1) >>> 0, measure: (text) => text.length };
const SILENT = { recordMessage() {} };

const IMPORTS = { ...new WASIShim().getImportObject(), 'demo:shapes/host': HOST, 'demo:sensor/log': SILENT };

/** Transpiles a component, imports what comes of it and instantiates that: its exports. */
async function load(bytes) {
  const { files } = generate(bytes, { ...OPTIONS, name: 'component' });
  const contents = new Map(files);
  const url = URL.createObjectURL(new Blob([contents.get('component.js')], { type: 'text/javascript' }));
  try {
    const { instantiate } = await import(url);
    return await instantiate((name) => WebAssembly.compile(contents.get(name)), IMPORTS);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** The loops, `{ [shape]: run(times) }`: `shapes` and `composed` are components, `renewed()` gives one that the browser has not seen. */
export async function jco(shapes, composed, renewed) {
  await $init;
  const { calls } = await load(shapes);
  const two = await load(composed);
  const counter = new calls.Counter(0);
  const texts = Object.entries(TEXTS).map(([shape, text]) => [shape, repeat(() => calls.echoText(text).length, text.length)]);
  return {
    'add-typed': (times) => {
      let sum = 0;
      for (let round = 0; round < times; round++) sum = calls.add(sum, round);
      expectSum(sum, times);
    },
    ...Object.fromEntries(texts),
    'echo-bytes': repeat(() => calls.echoBytes(BYTES).length, BYTES.length),
    'sum-numbers': repeat(() => calls.sum(NUMBERS), NUMBERS_SUM),
    'count-notes': repeat(() => calls.countNotes(ENTRIES), ENTRIES.length / 2),
    'resource-method': (times) => {
      const first = counter.increment(0);
      let last = first;
      for (let round = 0; round < times; round++) last = counter.increment(1);
      expect(last, (first + times) >>> 0);
    },
    'import-scalar': (times) => expect(calls.addByHost(0, times), times),
    'import-text': (times) => expect(calls.measureByHost(SHORT, times), (times * SHORT.length) >>> 0),
    'compose-add': (times) => expectSum(two.sum(times), times),
    'compose-text': (times) => expect(two.echo(times), (times * SHORT.length) >>> 0),
    'first-answer-shapes': async (times) => {
      for (let round = 0; round < times; round++) expect((await load(renewed('shapes'))).calls.add(1, 2), 3);
    },
    'first-answer-sensor': async (times) => {
      for (let round = 0; round < times; round++) expect(failure((await load(renewed('sensor'))).filter), 'empty');
    },
  };
}

/** The tag of the error that the filter throws when it is given nothing. */
function failure(filter) {
  try {
    filter.run([]);
  } catch (error) {
    return error.tag ?? String(error);
  }
  return 'no error';
}
