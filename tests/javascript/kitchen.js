// The kitchen component, and a host for it.

import { compile, instantiate } from './amphi-web/index.js';

const compiled = compile('guests/kitchen.wasm');

/** The host's side of `demo:kitchen`. */
export function host(changes = {}) {
  class Counter {
    constructor(start) {
      this.number = start;
    }
    increment(by) {
      this.number = (this.number + by) >>> 0;
      return this.number;
    }
    value() {
      return this.number;
    }
    static merge(a, b) {
      return new this(a.number + b.number);
    }
  }
  const functions = {
    addOne: (x) => (x + 1) >>> 0,
    ask(question) {
      if (question.endsWith('?')) return `yes, ${question}`;
      throw 'that is no question';
    },
    fail(reason) {
      throw new Error(reason);
    },
    Counter,
  };
  return { 'demo:kitchen/host': { ...functions, ...changes } };
}

/** An instance of its own; `part` is the interface's name. */
export async function kitchen(options = {}) {
  const component = await instantiate(await compiled, { imports: host(), ...options });
  return (part) => component.exports[`demo:kitchen/${part}`];
}
