// What a page gives a component to import, found by name.

import { LinkError } from './errors.js';
import { camel, parts, pascal, property, trackOf, unversioned } from './names.js';
import { HostResource } from './resources.js';

/** Interfaces that the engine has itself where the page gives nothing. */
const isOwn = (name) => name.startsWith('wasi:');

/** What the page has given for each import of a plan. */
export class Imports {
  constructor(plan, given) {
    this.plan = plan;
    this.given = given;
    this.missing = [];
    /** Functions by their path, joined. */
    this.functions = new Map();
    /** `[interface or nothing, name, number, class or nothing]`. */
    this.resources = [];
    for (const item of plan.imports) this.#find(item);
    if (this.missing.length > 0) throw new LinkError(this.missing);
  }

  #find(item) {
    const found = this.#lookup(item.name);
    if (item.instance === undefined) this.#findAtTop(item, found);
    else if (found !== undefined) item.instance.forEach((part) => this.#findInside(item, part, found));
    else if (!isOwn(item.name) && item.instance.length > 0) this.missing.push(item.name);
  }

  /**
   * A value by the whole name; by that of the latest version that is compatible; or by the name without a version if the component imports no
   * other of that name.
   */
  #lookup(name) {
    const whole = Object.hasOwn(this.given, name) ? name : this.#compatible(name);
    if (whole !== undefined) return this.given[whole];
    const short = unversioned(name);
    if (!Object.hasOwn(this.given, short)) return undefined;
    const all = this.plan.imports.map((item) => item.name).filter((other) => unversioned(other) === short);
    if (all.length > 1) {
      throw new TypeError(`the import \`${short}\` is given without a version, and the component imports \`${all.join('`, `')}\``);
    }
    return this.given[short];
  }

  /** The name that is given for the latest version that is compatible with that of `name`. */
  #compatible(name) {
    const wanted = trackOf(name)?.track;
    let best;
    for (const other of wanted === undefined ? [] : Object.keys(this.given)) {
      const found = trackOf(other);
      if (found?.track === wanted && !(found.order <= best?.order)) best = { name: other, order: found.order };
    }
    return best?.name;
  }

  #findAtTop({ name, func, resource }, found) {
    const value = found ?? property(this.given, func ? camel(name) : pascal(name));
    const host = func && typeof value !== 'function' ? value?.default : value;
    if (typeof host !== 'function') this.missing.push(name);
    else if (resource !== undefined) this.resources.push([undefined, name, resource, host]);
    else this.functions.set(name, host);
  }

  #findInside({ name }, part, found) {
    if (part.resource !== undefined) {
      this.resources.push([name, part.name, part.resource, property(found, pascal(part.name))]);
      return;
    }
    const host = hostFunction(found, part.name);
    if (host === undefined) this.missing.push(`${name}#${part.name}`);
    else this.functions.set(`${name}#${part.name}`, host);
  }

  /** The function for the import at `path`. */
  hostOf(path) {
    return this.functions.get(path.join('#'));
  }

  /** Whether a function is declared `async`. */
  hasAsync() {
    return [...this.functions.values()].some((host) => host.isAsync ?? isAsync(host));
  }

  /** Defines all of it for an instance. */
  define(guest, linking) {
    const seen = new Set();
    for (const [scope, name, number, type] of this.resources) {
      if (seen.has(number)) continue;
      seen.add(number);
      guest.resources.set(number, new HostResource(guest.objects, type?.name ?? pascal(name), type));
      linking.resource(scope, name, number, (rep) => {
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
      linking.func(scope, name);
    }
  }
}

const isAsync = (host) => host[Symbol.toStringTag] === 'AsyncFunction';

/** The function of an interface: of the object itself, or of a class in it. */
function hostFunction(found, name) {
  const { role, resource, member } = parts(name);
  if (role === 'function') return onlyFunction(property(found, camel(member)));
  const type = property(found, pascal(resource));
  if (typeof type !== 'function') return undefined;
  switch (role) {
    case 'constructor':
      return (...args) => new type(...args);
    case 'static': {
      const call = onlyFunction(type[camel(member)]);
      return call && marked((...args) => type[camel(member)](...args), call);
    }
    default: {
      const key = camel(member);
      const call = onlyFunction(type.prototype?.[key]);
      return call && marked((self, ...args) => self[key](...args), call);
    }
  }
}

const onlyFunction = (value) => (typeof value === 'function' ? value : undefined);

/** A function that is as asynchronous as what it calls. */
const marked = (call, original) => Object.assign(call, { isAsync: isAsync(original) });
