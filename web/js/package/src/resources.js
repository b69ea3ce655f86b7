// Resources of one instance: classes for those that guests define, numbers for the host's own objects.

import { dispose } from './names.js';

/** Under which an object of a guest's resource keeps what it stands for: `{ resource, rep, lends, alive }`. */
const held = Symbol('resource');

/** What an object of a guest's resource stands for; nothing for every other value. */
export const recordOf = (value) => value[held];

/** Runs the destructors of what a page has forgotten. */
const forgotten = new FinalizationRegistry((record) => record.release());

/** What one object of a guest's resource stands for. It knows its owner and not the object, which may be forgotten. */
class Held {
  constructor(resource, rep, owned) {
    this.resource = resource;
    this.rep = rep;
    this.owned = owned;
    this.alive = true;
    this.lends = 0;
  }

  /** The object is gone, or is to be: the guest's destructor is run. */
  release() {
    if (!this.alive) return;
    if (this.lends > 0) throw new TypeError(`this ${this.resource.name} is lent to a call that is under way`);
    this.alive = false;
    if (this.owned) this.resource.guest.destroy(this.resource.number, this.rep);
  }
}

/** Under which a class has what `new` does: `(args) -> object`. */
export const construct = Symbol('constructor');

/**
 * A resource that the component defines. Its class gets its functions from whoever makes the exports, and is kept by these: through its
 * functions it keeps the engine's instance, which this must not.
 */
export class GuestResource {
  #class;

  constructor(guest, number, name) {
    this.guest = guest;
    this.number = number;
    this.name = name;
    this.#class = new WeakRef(makeClass(name));
  }

  get class() {
    return this.#class.deref();
  }

  /** The object for a representation. */
  wrap(rep, owned) {
    const record = new Held(this, rep, owned);
    const object = Object.create(this.class.prototype);
    // Defined with the others, it would make an object that is slow to be read.
    Object.defineProperty(object, held, { value: record });
    if (owned) forgotten.register(object, record, record);
    return object;
  }

  /** What `value` stands for, if it is one of these and still there. */
  record(value) {
    const record = value?.[held];
    return record?.resource === this && record.alive ? record : undefined;
  }

  /** An object is given away. */
  give(record) {
    record.alive = false;
    forgotten.unregister(record);
  }

  wrong(value, path) {
    if (value?.[held]?.resource !== this) return `${path}: expected ${this.name}, found ${value === null ? 'null' : typeof value}`;
    return value[held].alive ? undefined : `${path}: expected a ${this.name}, found one that was disposed of or given away`;
  }
}

function makeClass(name) {
  // A function and no `class`, whose `prototype` could not be another one.
  const made = function (...args) {
    if (new.target === undefined) throw new TypeError(`${name} is a class: expected \`new ${name}\``);
    return made[construct](...args);
  };
  Object.defineProperty(made, 'name', { value: name });
  Object.defineProperty(made.prototype, dispose, {
    value() {
      forgotten.unregister(this[held]);
      this[held].release();
    },
    configurable: true,
    writable: true,
  });
  made[construct] = () => {
    throw new TypeError(`${name} has no constructor`);
  };
  return made;
}

/** Has the `prototype` of a class be a function, `call`, and otherwise what it was: a static function may be called so. */
export function makeCallable(type, call) {
  const own = Object.getOwnPropertyDescriptors(type.prototype);
  const prototype = (...args) => call(...args);
  // What functions have of their own would be in every object of the class.
  delete prototype.name;
  delete prototype.length;
  Object.setPrototypeOf(prototype, Object.prototype);
  type.prototype = Object.defineProperties(prototype, own);
}

/** A resource that the host defines: any object, or those of a class. */
export class HostResource {
  constructor(objects, name, type) {
    this.objects = objects;
    this.name = name;
    this.type = type;
  }

  has(value) {
    return this.type === undefined ? value !== null && typeof value === 'object' : value instanceof this.type;
  }

  wrong(value, path) {
    return this.has(value) ? undefined : `${path}: expected ${this.name}, found ${value === null ? 'null' : typeof value}`;
  }
}

/** The host's objects that a guest knows by number. */
export class Objects {
  #objects = [];
  #free = [];

  add(object) {
    const number = this.#free.pop() ?? this.#objects.length;
    this.#objects[number] = object;
    return number;
  }

  get(number) {
    return this.#objects[number];
  }

  take(number) {
    const object = this.#objects[number];
    this.#objects[number] = undefined;
    this.#free.push(number);
    return object;
  }

  /** A guest has dropped an object that it owned. */
  drop(number) {
    this.take(number)?.[dispose]?.();
  }
}
