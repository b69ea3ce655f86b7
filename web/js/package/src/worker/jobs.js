// Calls of a component in a Worker: one at a time, each within its limits.

/** A queue. `stop(reason)` ends what is under way, at once. */
export class Jobs {
  #queue = [];
  #current;
  #limits;
  #closed;

  constructor({ deadline, stop }) {
    this.#limits = { deadline };
    this.stop = stop;
  }

  /** Runs `work` when its turn comes: a promise of what it gives. */
  run(work, limits = this.#limits) {
    return new Promise((resolve, reject) => {
      this.#queue.push({ work, resolve, reject, ...limits });
      this.#next();
    });
  }

  /** Everything that `body` runs has other limits. */
  within(limits, body) {
    const outer = this.#limits;
    this.#limits = { ...outer, ...limits };
    try {
      return body();
    } finally {
      this.#limits = outer;
    }
  }

  /** What is under way has begun to run: now its deadline counts. */
  started() {
    const { deadline } = this.#current;
    if (deadline === undefined) return;
    const error = new DOMException(`the component took longer than its deadline of ${deadline} ms`, 'TimeoutError');
    this.#current.timer = setTimeout(() => this.stop(error), deadline);
  }

  /** Ends what is under way, and what waits for its turn. */
  stopAll(reason) {
    for (const { reject } of this.#queue.splice(0)) reject(reason);
    if (this.#current !== undefined) this.stop(reason);
  }

  /** Ends everything, for good. */
  close(reason) {
    this.#closed = reason;
    this.stopAll(reason);
  }

  async #next() {
    if (this.#current !== undefined || this.#queue.length === 0) return;
    const job = this.#queue.shift();
    this.#current = job;
    const { signal } = job;
    const abort = () => this.stop(signal.reason);
    try {
      if (this.#closed !== undefined) throw this.#closed;
      signal?.throwIfAborted();
      signal?.addEventListener('abort', abort);
      job.resolve(await job.work());
    } catch (error) {
      job.reject(error);
    }
    clearTimeout(job.timer);
    signal?.removeEventListener('abort', abort);
    this.#current = undefined;
    this.#next();
  }
}
