// Calls from JavaScript into a guest.

import { fulfilling } from './promise.js';
import { Signature } from './signature.js';

/** Under which a function keeps what it needs. */
const keeps = Symbol('needs');

/** The function of JavaScript for an exported function, as the plan has it. It keeps `needed` for as long as it is kept. */
export function exportedFunction(guest, needed, item) {
  const signature = new Signature(guest, item);
  const call = guest.isAsync ? waited(guest, item, signature) : direct(guest, item, signature);
  return Object.defineProperty(call, keeps, { value: needed });
}

function direct(guest, item, signature) {
  const [core, postReturn] = guest.instance.exported(item.export);
  const quick = isScalar(signature, postReturn) && (methodCall(guest, core, signature) ?? scalarCall(guest, core, signature));
  if (quick) return quick;
  const { memory, lends } = signature;
  return (...args) => {
    guest.begin();
    memory.begin();
    const depth = lends ? guest.instance.enter() : 0;
    let entered = false;
    try {
      const values = signature.lowerParams(args);
      entered = true;
      const result = apply(core, values);
      if (lends) guest.instance.finish();
      entered = false;
      memory.refresh();
      const value = signature.liftResult(result);
      entered = true;
      postReturn?.(result);
      entered = false;
      return signature.outcome(value);
    } catch (error) {
      throw guest.failure(signature.mismatch(error, args), entered);
    } finally {
      if (lends) guest.instance.leave(depth);
      if (guest.afterwards.length > 0) guest.clean();
    }
  };
}

/** Whether all values are a core value each, and nothing is to be done before or after but the call. */
function isScalar({ params, result, lends, moves, isFallible }, postReturn) {
  const isOne = ({ to, kind }) => to !== undefined && kind !== 'own';
  if (lends || moves || isFallible || postReturn || params.length > 3) return false;
  return params.every(isOne) && (result === undefined || isOne(result));
}

/** What there is of a result. */
const taker = ({ result }) => result?.from ?? (() => undefined);

/** A scalar method of a resource, which is lent for the length of the call. */
function methodCall(guest, core, signature) {
  const [{ lend } = {}, ...rest] = signature.params;
  if (lend === undefined || rest.some(({ kind }) => kind === 'borrow')) return undefined;
  const [first, second] = rest.map(({ to }) => to);
  const from = taker(signature);
  const calls = [
    (rep) => core(rep),
    (rep, a) => core(rep, first(a)),
    (rep, a, b) => core(rep, first(a), second(b)),
  ];
  const call = calls[rest.length];
  return (self, a, b) => {
    guest.begin();
    let record;
    try {
      record = lend(self);
      return from(call(record.rep, a, b));
    } catch (error) {
      throw guest.failure(signature.mismatch(error, [self, a, b]), true);
    } finally {
      if (record !== undefined) record.lends -= 1;
    }
  };
}

/** A call whose values are a core value each: nothing is allocated on the way. */
function scalarCall(guest, core, signature) {
  const { params } = signature;
  if (params.some(({ kind }) => kind === 'borrow')) return undefined;
  const [first, second, third] = params.map(({ to }) => to);
  const from = taker(signature);
  const failed = (error, args) => guest.failure(signature.mismatch(error, args), true);
  switch (params.length) {
    case 0:
      return () => {
        guest.begin();
        try {
          return from(core());
        } catch (error) {
          throw failed(error, []);
        }
      };
    case 1:
      return (a) => {
        guest.begin();
        try {
          return from(core(first(a)));
        } catch (error) {
          throw failed(error, [a]);
        }
      };
    case 2:
      return (a, b) => {
        guest.begin();
        try {
          return from(core(first(a), second(b)));
        } catch (error) {
          throw failed(error, [a, b]);
        }
      };
    default:
      return (a, b, c) => {
        guest.begin();
        try {
          return from(core(first(a), second(b), third(c)));
        } catch (error) {
          throw failed(error, [a, b, c]);
        }
      };
  }
}

/** A call of so many values. Few are the rule, and are passed without a list. */
function apply(core, values) {
  switch (values.length) {
    case 0:
      return core();
    case 1:
      return core(values[0]);
    case 2:
      return core(values[0], values[1]);
    case 3:
      return core(values[0], values[1], values[2]);
    case 4:
      return core(values[0], values[1], values[2], values[3]);
    default:
      return core(...values);
  }
}

/** A call that may have to wait: its guest is on a stack that can be suspended, and gives a promise. */
function waited(guest, item, signature) {
  const { memory } = signature;
  const flat = signature.flat ?? ['i32'];
  const core = signature.isStored ? 'i32' : signature.result?.flat[0];
  const [, postReturn] = guest.instance.exported(item.export);
  return async (...args) => {
    guest.begin();
    if (guest.destroying !== undefined) await destroyed(guest);
    memory.begin();
    const depth = guest.instance.enter();
    let entered = false;
    guest.isBusy = true;
    try {
      const values = signature.lowerParams(args);
      entered = true;
      const result = await guest.instance.callCore(item.export, values, { flat, core });
      guest.instance.finish();
      entered = false;
      memory.refresh();
      const value = signature.liftResult(result);
      entered = true;
      postReturn?.(result);
      entered = false;
      return fulfilling(signature.outcome(value), item.name);
    } catch (error) {
      throw guest.failure(signature.mismatch(error, args), entered);
    } finally {
      guest.instance.leave(depth);
      guest.isBusy = false;
      guest.clean();
    }
  };
}

/** Destructors are over that were under way when a call was made. No other call is made meanwhile. */
async function destroyed(guest) {
  guest.isBusy = true;
  await guest.destroying;
  guest.isBusy = false;
  guest.begin();
}
