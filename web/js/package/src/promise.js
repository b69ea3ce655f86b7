// What a promise is, and what is none although it has a `then`.

/** Whether a value is a `Promise`, of this page or of another. Whatever else has a `then` is a value: components choose the names of methods. */
export const isPromise = (value) =>
  typeof value?.then === 'function' && (value instanceof Promise || Object.prototype.toString.call(value) === '[object Promise]');

/** A value that a promise is to be fulfilled with. One with a method `then` it would ask for another, for which the caller would wait. */
export function fulfilling(value, name) {
  if (typeof value?.then !== 'function') return value;
  throw new TypeError(`\`${name}\` gives an object that has a method \`then\`, which a promise cannot be fulfilled with`);
}
