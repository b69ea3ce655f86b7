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
