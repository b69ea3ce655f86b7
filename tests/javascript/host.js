// The host's side of components, as import objects.

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

/** What `jobs.wat` wants: jobs whose method `then` is no promise's, and whose class has a `prototype` that can be called. */
export function queue() {
  function Job() {}
  Job.prototype = Object.assign(() => 2, {
    then(...args) {
      return args.length === 0 ? 7 : args[0](8);
    },
  });
  return { Job, imports: { 'demo:jobs/queue': { Job, next: () => new Job(), then: () => 5 } } };
}
