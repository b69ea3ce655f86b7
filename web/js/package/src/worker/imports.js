// The Worker's side of imports: functions and classes that stand for those of the page.

import { dispose } from '../names.js';

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
    const made = class {
      // The component waits for it, like for everything else.
      constructor(...args) {
        return call({ path, isNew: true }, undefined, args);
      }

      [dispose]() {
        drop(numbers.get(this));
      }
    };
    Object.defineProperty(made, 'name', { value: path.at(-1) });
    for (const method of methods) made.prototype[method] = async function (...args) {
      return call({ path, method }, this, args);
    };
    for (const method of statics) {
      Object.defineProperty(made, method, { value: async (...args) => call({ path, method }, undefined, args) });
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
      numbers.set(object, number);
      forgotten.register(object, number);
      return object;
    },
  };
}
