// What a page gives a component to import, found by name.

import { LinkError } from './errors.js';
import { property, unversioned } from './names.js';
import { HostResource } from './resources.js';
import { isHttp, isSupplied, serving } from './versions.js';

/** What the page has given for each import of a plan. */
export class Imports {
  constructor(plan, given) {
    this.plan = plan;
    this.given = given;
    this.missing = [];
    /** Whether an engine is needed, since it supplies something, and whether one with HTTP. */
    this.needsEngine = false;
    this.needsHttp = false;
    /** Functions by their path, joined. */
    this.functions = new Map();
    /** `[interface or nothing, name, number, class or nothing, what the class is called]`. */
    this.resources = [];
    for (const item of plan.imports) this.#find(item);
    if (this.missing.length > 0) throw new LinkError(this.missing);
  }

  #find(item) {
    const found = this.#lookup(item.name);
    if (item.instance === undefined) this.#findAtTop(item, found);
    else if (found !== undefined) item.instance.forEach((part) => this.#findInside(item, part, found));
    else if (item.instance.length > 0) this.#leave(item.name);
  }

  /** The page gives nothing for an interface. */
  #leave(name) {
    if (!isSupplied(name)) {
      this.missing.push(name);
      return;
    }
    this.needsEngine = true;
    this.needsHttp ||= isHttp(name);
  }

  /**
   * A value by the whole name, or by that of the latest version that is compatible. On one side the version may be left out: where the component
   * imports no other interface of that name, or no other is given.
   */
  #lookup(name) {
    const names = Object.keys(this.given);
    const served = serving(name, names);
    if (served !== undefined) return this.given[served];
    const short = unversioned(name);
    if (short === name) return this.#only(names.filter((other) => unversioned(other) === name), name);
    if (!Object.hasOwn(this.given, short)) return undefined;
    const all = this.plan.imports.map((item) => item.name).filter((other) => unversioned(other) === short);
    if (all.length > 1) {
      throw new TypeError(`the import \`${short}\` is given without a version, and the component imports \`${all.join('`, `')}\``);
    }
    return this.given[short];
  }

  /** What is given under the only one of `versions`, for an import that has none. */
  #only(versions, name) {
    if (versions.length > 1) {
      throw new TypeError(`the component imports \`${name}\` without a version, and given are \`${versions.join('`, `')}\``);
    }
    return this.given[versions[0]];
  }

  #findAtTop(item, found) {
    const { name, as, func, resource } = item;
    if (func && item.role !== undefined) {
      this.#addFunction(name, found ?? hostFunction(this.given, item, this.plan.imports));
      return;
    }
    const value = found ?? property(this.given, as);
    const host = func && typeof value !== 'function' ? value?.default : value;
    if (resource === undefined) this.#addFunction(name, host);
    else if (typeof host === 'function') this.resources.push([undefined, name, resource, host, as]);
    else this.missing.push(name);
  }

  #findInside({ name, instance }, part, found) {
    if (part.resource !== undefined) this.resources.push([name, part.name, part.resource, property(found, part.as), part.as]);
    else this.#addFunction(`${name}#${part.name}`, hostFunction(found, part, instance));
  }

  #addFunction(path, host) {
    if (typeof host !== 'function') this.missing.push(path);
    else this.functions.set(path, host);
  }

  /** The function for the import at `path`. */
  hostOf(path) {
    return this.functions.get(path.join('#'));
  }

  /** Whether a function is declared `async`. */
  hasAsync() {
    return [...this.functions.values()].some((host) => host.isAsync ?? isAsync(host));
  }

  /** Defines all of it for an instance: each function by `func`, each resource by `resource`. */
  define(guest, { func, resource }) {
    for (const [scope, name, number, type, as] of this.resources) {
      guest.resources.set(number, new HostResource(guest.objects, typeof type?.name === 'string' ? type.name : as, type));
      resource(scope, name, number, (rep) => {
        try {
          guest.objects.drop(rep);
        } catch (error) {
          guest.keep(error);
          throw error;
        }
      });
    }
    for (const path of this.functions.keys()) {
      const [scope, name] = path.includes('#') ? path.split('#') : [undefined, path];
      func(scope, name);
    }
  }
}

const isAsync = (host) => host[Symbol.toStringTag] === 'AsyncFunction';

/** The function for an item of an interface: of the object itself, or of a class in it, which has the name of one of `items`. */
function hostFunction(found, { role, of, as }, items) {
  if (role === undefined) return onlyFunction(property(found, as));
  const type = property(found, items.find(({ name, resource }) => name === of && resource !== undefined)?.as);
  if (typeof type !== 'function') return undefined;
  switch (role) {
    case 'constructor':
      return (...args) => new type(...args);
    case 'static': {
      const call = onlyFunction(property(type, as));
      return call && marked((...args) => type[as](...args), call);
    }
    default: {
      const call = onlyFunction(property(type.prototype, as));
      // Every class has itself under the name `constructor`.
      return call && call !== type ? marked((self, ...args) => Reflect.apply(self[as] ?? call, self, args), call) : undefined;
    }
  }
}

const onlyFunction = (value) => (typeof value === 'function' ? value : undefined);

/** A function that is as asynchronous as what it calls. */
const marked = (call, original) => Object.assign(call, { isAsync: isAsync(original) });
