// What an instance exports, as objects: functions are made when they are first asked for.

import { unversioned } from './names.js';
import { GuestResource, construct, makeCallable } from './resources.js';

/**
 * The exports by name; those of an interface also under its name without a version, where that means one interface only. `makeFunction` makes
 * the function for an item of the plan, which has to keep the classes of resources, a list of which it is given.
 */
export function exportsOf(guest, makeFunction) {
  const items = guest.plan.exports;
  const classes = [];
  const make = (item) => makeFunction(item, classes);
  items.forEach((item) => define(guest, item, classes));
  const exports = objectOf(guest, make, items);
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
function define(guest, { instance, resource, as }, classes) {
  instance?.forEach((item) => define(guest, item, classes));
  if (resource !== undefined && !guest.resources.has(resource)) {
    const made = new GuestResource(guest, resource, as);
    guest.resources.set(resource, made);
    classes.push(made.class);
  }
}

/** The object for what stands side by side; `make` makes the function of an item. */
function objectOf(guest, make, items) {
  const object = Object.create(null);
  for (const item of items) add(guest, make, object, item);
  addMembers(guest, make, items);
  return object;
}

function add(guest, make, object, item) {
  if (item.instance !== undefined) {
    Object.defineProperty(object, item.as, { value: objectOf(guest, make, item.instance), enumerable: true });
  } else if (item.resource !== undefined) {
    const resource = guest.resources.get(item.resource);
    if (resource instanceof GuestResource) Object.defineProperty(object, item.as, { value: resource.class, enumerable: true });
  } else if (item.role === undefined) {
    lazily(object, item.as, () => make(item), true);
  }
}

/** Gives classes their constructors, methods and static functions. */
function addMembers(guest, make, items) {
  const isPrototype = ({ role, as }) => role === 'static' && as === 'prototype';
  const members = items.filter(({ role }) => role !== undefined);
  // What methods are put into has to be there first.
  for (const item of [...members.filter(isPrototype), ...members.filter((item) => !isPrototype(item))]) {
    const owner = items.find((other) => other.resource !== undefined && other.name === item.of);
    const resource = guest.resources.get(owner?.resource);
    if (resource instanceof GuestResource) addMember(resource.class, item, () => make(item));
  }
}

function addMember(type, { role, as, func }, make) {
  let made;
  const call = (...args) => (made ??= make())(...args);
  if (role === 'constructor') type[construct] = call;
  else if (role === 'method') lazily(type.prototype, as, () => method(make(), func.params.length - 1));
  else if (as === 'prototype') makeCallable(type, call);
  else lazily(type, as, make);
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
