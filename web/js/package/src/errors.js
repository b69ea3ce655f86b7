// What goes wrong, as errors that say whose fault it is.

/** The guest has said no: the error case of a function that returns a `result`. `payload` is what WIT says of it. */
export class ComponentError extends Error {
  constructor(payload) {
    super(typeof payload === 'string' ? payload : `${tagOf(payload)} (see \`payload\`)`);
    this.payload = payload;
  }

  get name() {
    return 'ComponentError';
  }
}

function tagOf(payload) {
  const tag = payload?.tag ?? payload;
  return typeof tag === 'object' ? 'the component returned an error' : String(tag);
}

/** The guest has failed, or cannot be run any more. `kind` is Wasmtime's name of the trap, where it is one. */
export class Trap extends WebAssembly.RuntimeError {
  constructor(message, kind, cause) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
  }

  get name() {
    return 'Trap';
  }
}

/** The guest has ended itself by `wasi:cli/exit`; a `status` of 0 is success. */
export class Exit extends Error {
  constructor(status) {
    super(`the component exited with status ${status}`);
    this.status = status;
  }

  get name() {
    return 'Exit';
  }
}

/** Imports that nobody supplies, each by its name in `missing`. */
export class LinkError extends Error {
  constructor(missing) {
    super(`the component imports what was not given to it: \`${missing.join('`, `')}\``);
    this.missing = missing;
  }

  get name() {
    return 'LinkError';
  }
}

/** Thrown where a value is not of its type; whoever knows the whole value looks for the place. */
export const MISMATCH = Object.freeze({ mismatch: true });

/** What a value is, in a message. */
export function found(value) {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

/** The sentence for a value of the wrong type. */
export const wrong = (path, expected, value) => `${path}: expected ${expected}, found ${found(value)}`;
