// How a function's parameters and result cross: one by one, or through memory where there are too many.

import { ComponentError, MISMATCH } from './errors.js';
import { joined } from './record.js';

export class Signature {
  /** `func` and `options` as the plan has them. */
  constructor(guest, { func, options }) {
    this.claims = guest.claims;
    this.environment = guest.environment(options);
    this.memory = this.environment.memory;
    this.names = func.params.map(([name]) => name);
    this.params = func.params.map(([, type]) => this.environment.of(type));
    this.result = func.result === null ? undefined : this.environment.of(func.result);
    /** The core types of the parameters; nothing where they pass through memory. */
    this.flat = joined(this.params);
    /** Whether the result is passed through memory. */
    this.isStored = this.result !== undefined && this.result.flat?.length !== 1;
    this.isFallible = this.result?.kind === 'result';
    /** Whether a guest is lent what it does not define, and whether anything is lent at all. */
    this.lends = this.params.some(({ lends }) => lends);
    this.borrows = this.params.some(({ borrows }) => borrows);
    this.moves = this.params.some(({ moves }) => moves);
    this.#place();
  }

  /** Parameters that pass through memory stand there as the fields of a record do. */
  #place() {
    let end = 0;
    this.align = 1;
    this.offsets = this.params.map(({ size, align }) => {
      const at = Math.ceil(end / align) * align;
      end = at + size;
      this.align = Math.max(this.align, align);
      return at;
    });
    this.size = Math.ceil(end / this.align) * this.align;
  }

  /** Arguments as flat values. */
  lowerParams(args) {
    const { params, flat } = this;
    if (this.moves) this.checkParams(args);
    if (flat === null) return [this.#storeParams(args)];
    const out = [];
    for (let index = 0; index < params.length; index++) params[index].push(args[index], out);
    return out;
  }

  #storeParams(args) {
    const at = this.memory.allocate(this.align, this.size);
    this.params.forEach(({ store }, index) => store(args[index], at + this.offsets[index]));
    return at;
  }

  /** Arguments from flat values, those that a guest calls with. */
  liftParams(values) {
    const { params, flat } = this;
    if (flat === null) {
      const at = values[0] >>> 0;
      this.memory.check(at, this.align, this.size);
      return params.map(({ load }, index) => load(at + this.offsets[index]));
    }
    const cursor = { values, at: 0 };
    const args = [];
    for (let index = 0; index < params.length; index++) args.push(params[index].pull(cursor));
    return args;
  }

  /** The result from the flat value that a guest returns. */
  liftResult(core) {
    const { result } = this;
    if (result === undefined) return undefined;
    return this.isStored ? this.#loadResult(core >>> 0) : result.pull({ values: [core], at: 0 });
  }

  /** What a call gives or throws, once the guest has cleaned up. */
  outcome(value) {
    if (!this.isFallible) return value;
    if (value.tag === 'ok') return value.val;
    throw new ComponentError(value.val);
  }

  #loadResult(at) {
    this.memory.check(at, this.result.align, this.result.size);
    return this.result.load(at);
  }

  /** The result as the flat value that a guest gets; `values` are those it called with, the last of which says where the result goes. */
  lowerResult(value, values) {
    const { result } = this;
    if (result === undefined) return undefined;
    if (this.isStored) {
      const at = values[values.length - 1] >>> 0;
      this.memory.check(at, result.align, result.size);
      result.store(value, at);
      return undefined;
    }
    const out = [];
    result.push(value, out);
    return out[0];
  }

  /** Throws what is wrong with arguments, if anything is. */
  checkParams(args) {
    const problem = this.wrongParam(args);
    if (problem !== undefined) throw new TypeError(problem);
  }

  wrongParam(args) {
    return this.#wrong(this.params, args, this.names);
  }

  /** What is wrong with a result, if anything is. */
  wrongResult(value) {
    return this.result === undefined ? undefined : this.#wrong([this.result], [value], ['result']);
  }

  #wrong(types, values, names) {
    this.claims.clear();
    try {
      for (let index = 0; index < types.length; index++) {
        const problem = types[index].wrong(values[index], names[index]);
        if (problem !== undefined) return problem;
      }
      return undefined;
    } finally {
      this.claims.clear();
    }
  }

  /** The error that says where arguments are wrong. */
  mismatch(error, args) {
    return error === MISMATCH ? new TypeError(this.wrongParam(args) ?? 'an argument changed while it was read') : error;
  }
}
