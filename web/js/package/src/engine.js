// The engine: the wasm beside these modules, fetched and started once for a page.

import init, * as wasm from '../wasm/amphi_js.js';
import { isPromise } from './promise.js';
import { fromWord, readWords, toWord, writeWord } from './words.js';

let starting;

/** The engine's functions, and `buffer()`, its memory. */
export function engine() {
  starting ??= start();
  return starting;
}

async function start() {
  try {
    const { memory } = await init();
    return { ...wasm, Instance, waited: (calls) => waited(calls, () => memory.buffer) };
  } catch (error) {
    // Another attempt may fare better.
    starting = undefined;
    throw error;
  }
}

/** An instance of the engine's, whose functions are called with core values that cross as words. */
class Instance extends wasm.Instance {
  /** Calls the core function of an export on a stack that can be suspended: its core value. `flat` and `core` are the types. */
  async callCore(index, values, { flat, core }) {
    const words = values.map((value, at) => toWord(value, flat[at]));
    const word = await this.callAsync(index, BigUint64Array.from(words));
    return core === undefined ? undefined : fromWord(word, core);
  }
}

/** Imports whose functions may have to be waited for: arguments and results are words in the engine's memory. `calls` gives the call of a number. */
function waited(calls, buffer) {
  const put = (call, slots, core) => {
    if (call.core !== undefined) writeWord(buffer(), slots, call.core, core);
  };
  return wasm.Linking.waited(
    (number, slots) => {
      const call = calls(number);
      const given = call.begin(readWords(buffer(), slots, call.flat));
      if (isPromise(given)) return given;
      return put(call, slots, given);
    },
    (number, slots) => put(calls(number), slots, calls(number).finish()),
  );
}
