// Calls from a guest into functions of JavaScript.
//
// A guest could catch what such a function throws, so it throws nothing: the error is kept, and the guest ends.

import { MISMATCH, wrong } from './errors.js';
import { isPromise } from './promise.js';
import { Signature } from './signature.js';

/** The calls of one lowered import. `host` is the function that the page has given, with the object itself before a method's arguments. */
class HostCall {
  constructor(guest, lowering, host) {
    this.guest = guest;
    this.host = host;
    this.name = lowering.path.join('#');
    this.signature = new Signature(guest, lowering);
    const { result, isStored } = this.signature;
    this.core = isStored ? undefined : result?.flat[0];
  }

  /** The core function that a guest calls. */
  direct() {
    const { guest, core } = this;
    const nothing = core === 'i64' ? 0n : 0;
    const failed = (error) => {
      guest.fail(error);
      return nothing;
    };
    return this.#scalar(failed) ?? this.#general(failed);
  }

  #scalar(failed) {
    const { host, signature } = this;
    const { params, result, isFallible } = signature;
    const isOne = ({ to, kind }) => to !== undefined && kind !== 'own' && kind !== 'borrow';
    if (params.length > 2 || !params.every(isOne) || isFallible) return undefined;
    if (result === undefined || !isOne(result)) return undefined;
    const [first, second] = params.map(({ from }) => from);
    const { to } = result;
    const refuse = (error, value) => failed(this.#mismatch(error, value));
    switch (params.length) {
      case 0:
        return () => {
          let value;
          try {
            value = host();
            return to(value);
          } catch (error) {
            return refuse(error, value);
          }
        };
      case 1:
        return (a) => {
          let value;
          try {
            value = host(first(a));
            return to(value);
          } catch (error) {
            return refuse(error, value);
          }
        };
      default:
        return (a, b) => {
          let value;
          try {
            value = host(first(a), second(b));
            return to(value);
          } catch (error) {
            return refuse(error, value);
          }
        };
    }
  }

  #general(failed) {
    const { guest, signature } = this;
    const { memory, borrows } = signature;
    return (...values) => {
      memory.begin();
      const outer = guest.afterwards;
      guest.afterwards = [];
      const depth = borrows ? guest.instance.enter() : 0;
      try {
        const value = this.call(signature.liftParams(values));
        if (borrows) guest.instance.finish();
        memory.refresh();
        return this.give(value, values);
      } catch (error) {
        return failed(error);
      } finally {
        guest.clean();
        guest.afterwards = outer;
        if (borrows) guest.instance.leave(depth);
      }
    };
  }

  /** The function's value; of a function that may fail, as a case of its result. */
  call(args) {
    if (!this.signature.isFallible) return this.host(...args);
    try {
      const val = this.host(...args);
      return isPromise(val) ? val.then(ok, refused) : ok(val);
    } catch (error) {
      return refused(error);
    }
  }

  /** Lowers the function's value, for a guest that has called with `values`. */
  give(value, values) {
    if (isPromise(value)) throw this.#mismatch(MISMATCH, value);
    try {
      return this.signature.lowerResult(value, values);
    } catch (error) {
      throw this.#mismatch(error, value);
    }
  }

  #mismatch(error, value) {
    if (error !== MISMATCH) return error;
    if (isPromise(value)) {
      return new TypeError(`\`${this.name}\` returned a promise: declare it \`async\`, or give the option \`async: true\``);
    }
    const problem = this.signature.wrongResult(value) ?? wrong('result', 'another value', value);
    return new TypeError(`\`${this.name}\`: ${problem}`);
  }

  /** The core types of what the guest calls with. */
  get flat() {
    const { flat, isStored } = this.signature;
    return isStored ? [...(flat ?? ['i32']), 'i32'] : (flat ?? ['i32']);
  }

  /** Begins a call with the core values that a guest gives: the core value that it gets, or a promise, after which `finish` gives that. */
  begin(values) {
    const { guest, signature } = this;
    signature.memory.begin();
    try {
      const value = this.call(signature.liftParams(values));
      if (!isPromise(value)) {
        guest.instance.finish();
        return this.give(value, values);
      }
      return Promise.resolve(value).then(
        (settled) => (this.waiting = { value: settled, values }),
        (error) => this.#keep(error),
      );
    } catch (error) {
      return this.#keep(error);
    }
  }

  /** Ends a call whose promise is fulfilled: the core value that the guest gets. */
  finish() {
    const { value, values } = this.waiting;
    this.waiting = undefined;
    try {
      this.signature.memory.refresh();
      return this.give(value, values);
    } catch (error) {
      return this.#keep(error);
    }
  }

  #keep(error) {
    this.guest.keep(error);
    throw error;
  }
}

const ok = (val) => ({ tag: 'ok', val });

/** What a function throws as the error case of its result; an `Error` without a payload is no answer, and ends the guest. */
function refused(error) {
  if (error !== null && typeof error === 'object' && Object.hasOwn(error, 'payload')) return { tag: 'err', val: error.payload };
  if (error instanceof Error) throw error;
  return { tag: 'err', val: error };
}

/** The calls of a guest's lowered imports, each made when it is first needed. */
export function hostCalls(guest, hostOf) {
  const made = [];
  return (number) => (made[number] ??= new HostCall(guest, guest.plan.lowerings[number], hostOf(guest.plan.lowerings[number].path)));
}
