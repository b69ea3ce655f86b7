// What an object of imports looks like, so that a Worker can have one of the same form.

import { COMMON } from '../names.js';

/** The members of `imports`, as data: functions, classes, and interfaces that have such. */
export const shapeOf = (imports) =>
  mapped(Object.keys(imports), (key) => {
    const value = imports[key] ?? {};
    if (typeof value === 'function') return shapeOfFunction(value, key);
    return { kind: 'interface', members: mapped(functions(value), (name) => shapeOfFunction(value[name], name)) };
  });

/** Classes are named in PascalCase, functions in camelCase. */
export const isClass = (name) => /^[A-Z]/.test(name);

function shapeOfFunction(value, name) {
  if (!isClass(name)) return { kind: 'function' };
  return { kind: 'class', methods: functions(value.prototype), statics: functions(value) };
}

/** The names of the functions that an object has, of its own or from its class. */
function functions(object) {
  const found = new Set();
  for (let at = object; at !== null && at !== undefined && !COMMON.includes(at); at = Object.getPrototypeOf(at)) {
    // What every class has is no method.
    const isOwn = (name) => name !== 'constructor' || at.constructor?.prototype !== at;
    for (const name of Object.getOwnPropertyNames(at).filter(isOwn)) found.add(name);
  }
  return [...found].filter((name) => typeof object[name] === 'function');
}

const mapped = (names, make) => Object.fromEntries(names.map((name) => [name, make(name)]));
