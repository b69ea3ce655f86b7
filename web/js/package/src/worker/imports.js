// The Worker's side of imports: functions and classes that stand for those of the page.

import { dispose } from '../names.js';
import { makeCallable } from '../resources.js';

/** The number, on the page, of what an object stands for. */
const numbers = new WeakMap();

export const numberOf = (object) => numbers.get(object);

/**
 * An object of imports of the form `shape`. `call(target, self, args)` calls the page: a promise; `drop` and `forget` tell it that the
 * component has dropped an object, and that what stands for it is gone.
 */
export function importsFrom(shape, { call, drop, forget }) {
  const forgotten = new FinalizationRegistry(forget);
  const classes = new Map();

  /** The function or class at `path`. */
  function make({ kind, methods, statics }, path) {
    if (kind === 'function') return async (...args) => call({ path }, undefined, args);
    // The component waits for it, like for everything else.
    const made = function (...args) {
      return call({ path, isNew: true }, undefined, args);
    };
    Object.defineProperty(made, 'name', { value: path.at(-1) });
    made.prototype[dispose] = function () {
      drop(numbers.get(this));
    };
    for (const method of methods) made.prototype[method] = async function (...args) {
      return call({ path, method }, this, args);
    };
    for (const method of statics) {
      const value = async (...args) => call({ path, method }, undefined, args);
      if (method === 'prototype') makeCallable(made, value);
      else Object.defineProperty(made, method, { value });
    }
    classes.set(path.join('#'), made);
    return made;
  }

  const mapped = (members, each) => Object.fromEntries(Object.entries(members).map(([name, member]) => [name, each(member, name)]));
  return {
    object: mapped(shape, (member, key) =>
      member.kind === 'interface' ? mapped(member.members, (inner, name) => make(inner, [key, name])) : make(member, [key]),
    ),

    /** What stands for the object `number` of the class `name`. */
    standIn(name, number) {
      const object = Object.create(classes.get(name).prototype);
      // It is what promises are fulfilled with; its method is called by its class.
      if ('then' in object) Object.defineProperty(object, 'then', { value: undefined });
      numbers.set(object, number);
      forgotten.register(object, number);
      return object;
    },
  };
}
