// The engine's wasm as the package has it: core values that wait cross as words.

import { isPromise } from './promise.js';
import { fromWord, readWords, toWord, writeWord } from './words.js';

/** What a wasm exports, with `memory`, as the engine: its functions, with instances and imports that may have to be waited for. */
export function withWaiting(wasm, memory) {
  /** An instance of the engine's, whose functions are called with core values that cross as words. */
  class Instance extends wasm.Instance {
    /** Calls the core function of an export on a stack that can be suspended: its core value. `flat` and `core` are the types. */
    async callCore(index, values, { flat, core }) {
      const words = values.map((value, at) => toWord(value, flat[at]));
      const word = await this.callAsync(index, BigUint64Array.from(words));
      return core === undefined ? undefined : fromWord(word, core);
    }
  }
  return { ...wasm, Instance, waited: (calls) => waited(wasm.Linking, calls, () => memory.buffer) };
}

/** Imports whose functions may have to be waited for: arguments and results are words in the engine's memory. `calls` gives the call of a number. */
function waited(Linking, calls, buffer) {
  const put = (call, slots, core) => {
    if (call.core !== undefined) writeWord(buffer(), slots, call.core, core);
  };
  return Linking.waited(
    (number, slots) => {
      const call = calls(number);
      const given = call.begin(readWords(buffer(), slots, call.flat));
      if (isPromise(given)) return given;
      return put(call, slots, given);
    },
    (number, slots) => put(calls(number), slots, calls(number).finish()),
  );
}
