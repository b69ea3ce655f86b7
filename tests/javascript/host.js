// The host's side of the kitchen component, as an import object.

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
      return new Counter(a.number + b.number);
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
