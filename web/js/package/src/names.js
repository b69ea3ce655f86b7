// Names of WIT, and the names that JavaScript has for them.

const capital = (word) => word[0].toUpperCase() + word.slice(1);

/** `add-one` as `addOne`. */
export function camel(name) {
  const [first, ...rest] = name.toLowerCase().split('-');
  return first + rest.map(capital).join('');
}

/** `input-stream` as `InputStream`. */
export const pascal = (name) => capital(camel(name));

/** `demo:calc/add@1.0.0` as `demo:calc/add`. */
export function unversioned(name) {
  const at = name.lastIndexOf('@');
  return at < 0 ? name : name.slice(0, at);
}

/**
 * What the compatible versions of an interface have in common, `demo:calc/add@1` or `wasi:io/poll@0.2`, and the version as a number to compare
 * them by; nothing for a name that stands for itself alone. It is so in Wasmtime's linker.
 */
export function trackOf(name) {
  const [, track, major, minor, patch] = /^([^@]+@(?:([1-9]\d*)|0\.[1-9]\d*))(?:\.(\d+))?\.(\d+)(?:\+.*)?$/.exec(name) ?? [];
  const isWhole = track !== undefined && (major === undefined) === (minor === undefined);
  return isWhole ? { track, order: Number(minor ?? 0) * 2 ** 26 + Number(patch) } : undefined;
}

/** What a function's name says of it: `[method]counter.increment` is the method `increment` of the resource `counter`. */
export function parts(name) {
  const [, role, resource, member] = /^\[(constructor|method|static)\]([^.]+)(?:\.(.+))?$/.exec(name) ?? [];
  return role === undefined ? { role: 'function', member: name } : { role, resource, member };
}

/** A property that an object has of its own accord, and not because every object has it: components choose the names. */
export function property(object, name) {
  const value = object?.[name];
  return value === Object.prototype[name] ? undefined : value;
}

/** `Symbol.dispose`, or what stands for it in a browser that has none yet. */
export const dispose = Symbol.dispose ?? Symbol.for('dispose');
