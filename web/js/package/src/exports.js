// What an instance exports, as objects: functions are made when they are first asked for.

import { camel, parts, pascal, unversioned } from './names.js';
import { GuestResource, construct } from './resources.js';

/**
 * The exports by name; those of an interface also under its name without a version, where that means one interface only. `makeFunction` makes
 * the function for an item of the plan, which has to keep the classes of resources, a list of which it is given.
 */
export function exportsOf(guest, makeFunction) {
  const items = guest.plan.exports;
  const classes = [];
  const make = (item) => makeFunction(item, classes);
  items.forEach((item) => define(guest, item, classes));
  const exports = Object.create(null);
  for (const item of items) add(guest, make, exports, item, item.instance === undefined ? camel(item.name) : item.name);
  for (const item of items) {
    const short = unversioned(item.name);
    const isOnly = items.filter(({ name }) => unversioned(name) === short).length === 1;
    if (item.instance !== undefined && isOnly && !(short in exports)) {
      Object.defineProperty(exports, short, { value: exports[item.name] });
    }
  }
  return exports;
}

/** Makes the classes of resources, which functions need for their values, and adds them to `classes`. */
function define(guest, { name, instance, resource }, classes) {
  instance?.forEach((item) => define(guest, item, classes));
  if (resource !== undefined && !guest.resources.has(resource)) {
    const made = new GuestResource(guest, resource, pascal(name));
    guest.resources.set(resource, made);
    classes.push(made.class);
  }
}

/** Adds an item to `object`; `make` makes its function. */
function add(guest, make, object, item, key) {
  if (item.instance !== undefined) {
    const inner = Object.create(null);
    for (const part of item.instance) add(guest, make, inner, part, camel(part.name));
    addMembers(guest, make, item.instance);
    Object.defineProperty(object, key, { value: inner, enumerable: true });
  } else if (item.resource !== undefined) {
    const resource = guest.resources.get(item.resource);
    if (resource instanceof GuestResource) Object.defineProperty(object, pascal(item.name), { value: resource.class, enumerable: true });
  } else if (parts(item.name).role === 'function') {
    lazily(object, key, () => make(item), true);
  }
}

/** Gives the classes of an interface their constructors, methods and static functions. */
function addMembers(guest, make, items) {
  for (const item of items.filter(({ func }) => func !== undefined)) {
    const { role, resource: name, member } = parts(item.name);
    const owner = items.find((other) => other.resource !== undefined && other.name === name);
    const resource = guest.resources.get(owner?.resource);
    if (!(resource instanceof GuestResource)) continue;
    if (role === 'constructor') {
      let made;
      resource.class[construct] = (...args) => (made ??= make(item))(...args);
    } else if (role === 'method') {
      lazily(resource.class.prototype, camel(member), () => method(make(item), item.func.params.length - 1));
    } else if (role === 'static') {
      lazily(resource.class, camel(member), () => make(item));
    }
  }
}

/** A function whose first argument is the object that it is called on, and which takes so many others. */
function method(call, others) {
  switch (others) {
    case 0:
      return function () {
        return call(this);
      };
    case 1:
      return function (a) {
        return call(this, a);
      };
    case 2:
      return function (a, b) {
        return call(this, a, b);
      };
    default:
      return function (...args) {
        return call(this, ...args);
      };
  }
}

/** A property that is made when it is first read. */
function lazily(object, key, make, enumerable = false) {
  Object.defineProperty(object, key, {
    configurable: true,
    enumerable,
    get() {
      const value = make();
      Object.defineProperty(object, key, { value, enumerable, configurable: true, writable: true });
      return value;
    },
  });
}
