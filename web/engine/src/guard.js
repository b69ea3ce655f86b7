// The one JavaScript frame between the application and a guest: wasm cannot catch a trap.

let caught;

/** A function `(f, args) -> status` that calls `enter(f, args)` and keeps what it throws. */
export function makeGuard(enter) {
  const amphiGuard = (f, args) => {
    try {
      enter(f, args);
      return 0;
    } catch (error) {
      caught = error;
      return 1;
    }
  };
  return amphiGuard;
}

/** What `make` returns; if it throws, nothing, and what it throws is kept. */
function attempt(make) {
  try {
    return make();
  } catch (error) {
    caught = error;
    return undefined;
  }
}

/** A compiled module, or nothing. */
export const compile = (bytes) => attempt(() => new WebAssembly.Module(bytes));

/** An instance, or nothing. */
export const instantiate = (module, imports) => attempt(() => new WebAssembly.Instance(module, imports));

/** What was thrown last by a guarded call, or in place of what was to be made; forgotten once taken. */
export function takeCaught() {
  const error = caught;
  caught = undefined;
  return error;
}

let next;

/** What wrappers import to throw what another guest has thrown. */
export function makeThrow() {
  return () => {
    const exception = next;
    next = undefined;
    throw exception;
  };
}

/** Sets what is thrown next. */
export function throwNext(exception) {
  next = exception;
}

// Guests that wait: JavaScript Promise Integration.

const waiting = new Map();

/** Whether this browser can suspend a guest. */
export function canSuspend() {
  return typeof WebAssembly.Suspending === 'function' && typeof WebAssembly.promising === 'function';
}

/** What wrappers import to suspend their guest: `(frame)`, until `wake(frame)`. Never called in a browser that cannot suspend. */
export function makeSuspend() {
  const amphiSuspend = (frame) => new Promise((resolve) => waiting.set(frame, resolve));
  return canSuspend() ? new WebAssembly.Suspending(amphiSuspend) : amphiSuspend;
}

/** Lets the guest with this frame go on, in a task of its own. */
export function wake(frame) {
  const resolve = waiting.get(frame);
  waiting.delete(frame);
  resolve?.();
}

/** A promise for a later turn of the page. */
export const turn = () => new Promise((resolve) => setTimeout(resolve));

/** The array-call trampoline `enter` on a stack that can be suspended: `(args)` gives a promise. */
export function promising(enter) {
  return WebAssembly.promising(enter);
}

/** Accessor functions over views, for engines without multi-memory: the shape of the generated accessor module. */
export function makeAccessor(guest, app) {
  const fits = (address, length) => (address >>> 0) + (length >>> 0) <= guest.buffer.byteLength;
  const view = (memory, address, length) => new Uint8Array(memory.buffer, address >>> 0, length >>> 0);
  return {
    read(from, to, length) {
      if (!fits(from, length)) return 1;
      view(app, to, length).set(view(guest, from, length));
      return 0;
    },
    write(to, from, length) {
      if (!fits(to, length)) return 1;
      view(guest, to, length).set(view(app, from, length));
      return 0;
    },
    pages: () => guest.buffer.byteLength / 65536,
  };
}

/** The name, message and stack of anything that was thrown, as strings. */
export function describe(error) {
  const text = (value) => (typeof value === 'string' ? value : '');
  if (error !== null && typeof error === 'object') {
    return [text(error.name), text(error.message) || String(error), text(error.stack)];
  }
  return ['', String(error), ''];
}
