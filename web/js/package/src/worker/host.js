// The page's side of imports: functions and classes that a component in a Worker calls by messages.

import { dispose } from '../names.js';
import { isClass } from './shape.js';
import { Table } from './values.js';

/** What a page imports into a component: found by name, called with values. */
export class Host {
  #imports;
  #classes;
  /** `{ object, sent }` for each object of a class that the Worker knows. */
  #objects = new Table();
  #numbers = new WeakMap();

  constructor(imports) {
    this.#imports = imports;
    this.#classes = [...classesOf(imports)];
  }

  /** What is sent for an object of one of the classes; nothing for everything else. */
  standFor(object) {
    const known = this.#classes.find(([, type]) => object instanceof type);
    if (known === undefined) return undefined;
    let number = this.#numbers.get(object);
    if (this.#objects.get(number) === undefined) {
      number = this.#objects.add({ object, sent: 0 });
      this.#numbers.set(object, number);
    }
    this.#objects.get(number).sent += 1;
    return { host: number, of: known[0] };
  }

  /** The object that the Worker has sent back. */
  object(number) {
    return this.#objects.get(number)?.object;
  }

  /** The component has dropped an object that it owned. */
  drop(number) {
    this.object(number)?.[dispose]?.();
  }

  /** The Worker has forgotten an object as often as it has forgotten what stands for it there. */
  forget(number) {
    const entry = this.#objects.get(number);
    if (entry === undefined) return;
    entry.sent -= 1;
    if (entry.sent === 0) this.#objects.take(number);
  }

  /** Calls what a Worker asks for. */
  call({ path: [key, name], self, method, isNew }, args) {
    if (self !== undefined) return self[method](...args);
    const owner = name === undefined ? this.#imports : this.#imports[key];
    const target = owner[name ?? key];
    if (isNew) return new target(...args);
    return method === undefined ? Reflect.apply(target, owner, args) : target[method](...args);
  }
}

/** `[name, class]` of every class. */
function* classesOf(imports) {
  for (const [key, value] of Object.entries(imports)) {
    if (isClass(key) && typeof value === 'function') yield [key, value];
    for (const [name, inner] of Object.entries(value ?? {})) {
      if (isClass(name) && typeof inner === 'function') yield [`${key}#${name}`, inner];
    }
  }
}
