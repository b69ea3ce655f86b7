// An instance that JavaScript makes from a description: core modules joined by the steps, what they import of the page, and their handles.
//
// It is to the modules that lift and lower what the engine's instance is (`engine.js`). Core modules get what the description joins them with:
// exports of each other, flags, and functions of this file behind the small modules of `glue.js`.

import { isPromise } from '../promise.js';
import { MAY_NOT_LEAVE, dropCall, fencedCall, scriptCall } from './glue.js';
import { Handles } from './handles.js';
import { Ending, endingOf, trap } from './traps.js';

const flag = (value) => new WebAssembly.Global({ value: 'i32', mutable: true }, value);

/** Whether this browser can suspend a component. */
export const canSuspend = () => typeof WebAssembly.Suspending === 'function' && typeof WebAssembly.promising === 'function';

const CANNOT_WAIT =
  'a guest cannot wait for the host in this browser: it has no JavaScript Promise Integration (`WebAssembly.Suspending`)';

/** How often a browser that has no room for a memory is asked again, in later turns: what the page has used in this one is collected then. */
const RETRIES = 8;

const turn = () => new Promise((resolve) => setTimeout(resolve));

export class Instance {
  #plan;
  #modules;
  #kept;
  #between;
  #guest;
  #calls;
  #drops = new Map();
  #cores = [];
  #flags;
  #memories = [];
  #reallocs = [];
  #postReturns = [];
  /** The component instance that defines a resource. */
  #owners = new Map();
  /** The guest's destructors by resource, for `resource.drop`; and which there are. */
  #destructors = new WebAssembly.Table({ element: 'anyfunc', initial: 0 });
  #destroys = new Map();
  #rep = flag(0);
  #handles;
  #trampolines = [];
  #promising = new Map();
  /** Why a function of this file has ended the guest; and what is set when one has, as `failed` of the guest is for functions of the host. */
  #pending;
  #failed = flag(0);
  #trapped = false;

  /** `modules` are compiled; those that are `kept` have their bytes; `between` is for compositions alone (`between.js`). */
  constructor(plan, { modules, kept, between }) {
    this.#plan = plan;
    this.#modules = modules;
    this.#kept = kept;
    this.#between = between;
    this.#flags = Array.from({ length: plan.instances }, () => flag(1));
    this.#handles = new Handles(plan.tables, plan.instances);
  }

  /** What is called when a guest drops a resource of the host's: `(representation)`. */
  onDrop(resource, drop) {
    this.#drops.set(resource, drop);
  }

  /** Makes the instance. `calls` gives the call of a lowered import by its number. */
  async instantiate(guest, calls) {
    this.#guest = guest;
    this.#calls = calls;
    try {
      for (const step of this.#plan.steps) await this.#step(step);
    } catch (error) {
      // What a definition stands for is not what the browser takes there.
      const ending = error instanceof TypeError ? new Ending(`the browser refused a core module: ${error.message}`) : error;
      throw new Error(this.#ended(ending).message, { cause: error });
    }
  }

  async #step({ kind, index, core, instance, module, imports, type }) {
    const flags = this.#flags[instance];
    switch (kind) {
      case 'instantiate':
        await this.#makeCore(module, imports);
        break;
      case 'imported':
        throw new Ending('core modules that a component imports: not supported from JavaScript');
      case 'memory':
        this.#memories[index] = this.#memory(core);
        break;
      case 'realloc':
        this.#reallocs[index] = lazily(() => fencedCall('iiii:i', { f: this.#function(core), flags }));
        break;
      case 'postReturn':
        this.#postReturns[index] = lazily(() => fencedCall(type, { f: this.#function(core), flags }));
        break;
      case 'resource':
        this.#owners.set(index, instance);
        if (core !== null) this.#addDestructor(index, this.#function(core));
        break;
    }
  }

  async #makeCore(number, definitions) {
    const module = this.#plan.modules[number];
    const { compiled, accessors } = this.#modules[number];
    const values = definitions.map((definition) => this.#resolve(definition));
    for (const [place, type] of module.counted ?? []) values[place] = this.#between.counted(type, { f: values[place], count: this.#handles.calls });
    const imports = Object.create(null);
    module.imports.forEach(([from, field], place) => {
      imports[from] ??= Object.create(null);
      imports[from][field] = values[place];
    });
    for (const { module: from, import: place, compiled: accessor } of accessors) {
      imports[from] = new WebAssembly.Instance(accessor, { m: { memory: values[place] } }).exports;
    }
    let exports;
    try {
      ({ exports } = await instantiated(compiled, imports));
    } catch (error) {
      // Not every browser tells a segment outside of its table from one outside of its memory.
      const isOutside = endingOf(error, this.#kept).kind === 'MemoryOutOfBounds' && module.elements.some((segment) => liesOutside(segment, imports));
      throw isOutside ? trap('TableOutOfBounds') : error;
    }
    this.#cores.push(exports);
    if (module.start !== null) await this.#start(this.#function([this.#cores.length - 1, module.start]));
  }

  #start(start) {
    return this.#guest.isAsync && canSuspend() ? WebAssembly.promising(start)() : start();
  }

  #addDestructor(resource, destructor) {
    const slot = this.#destructors.grow(1);
    this.#destructors.set(slot, destructor);
    this.#destroys.set(resource, { slot, destructor });
  }

  /** What a definition stands for: an export, flags, or a function of the page. */
  #resolve(definition) {
    if (typeof definition === 'number') return (this.#trampolines[definition] ??= this.#makeTrampoline(this.#plan.trampolines[definition]));
    const [instance, name] = definition;
    if (name === undefined) return this.#flags[instance];
    const exports = this.#cores[instance];
    if (exports === undefined) throw new Ending(`core instance ${instance} has not been made yet`);
    const found = exports[name];
    if (found === undefined) throw new Ending(`core instance ${instance} has no export \`${name}\``);
    return found;
  }

  #function(definition) {
    const found = this.#resolve(definition);
    if (typeof found === 'function') return found;
    throw new Ending(`core instance ${definition[0]}: export \`${definition[1]}\`: expected a function, found ${typeof found}`);
  }

  #memory(definition) {
    const found = this.#resolve(definition);
    if (found instanceof WebAssembly.Memory) return found;
    throw new Ending(`core instance ${definition[0]}: export \`${definition[1]}\`: expected a memory, found ${typeof found}`);
  }

  #makeTrampoline(trampoline) {
    const { kind, type, caller, table } = trampoline;
    const failed = this.#failed;
    const flags = this.#flags[caller];
    switch (kind) {
      case 'lower':
        return scriptCall(type, { f: this.#lowered(trampoline), failed: this.#guest.failed, flags });
      case 'drop':
        return this.#dropping(table, flags);
      case 'rep':
        return scriptCall(type, { f: this.#safely((handle) => this.#handles.rep(table, handle >>> 0)), failed });
      case 'new':
        return scriptCall(type, { f: this.#safely((rep) => this.#handles.insertOwn(table, rep >>> 0)), failed, flags });
      default:
        return scriptCall(type, { f: this.#safely(this.#adapting(trampoline)), failed });
    }
  }

  /** The function behind an import that is lowered. */
  #lowered({ lowering }) {
    const call = this.#calls(lowering);
    if (!this.#guest.isAsync) return call.direct();
    const waits = (...values) => this.#wait(call, values);
    return canSuspend() ? new WebAssembly.Suspending(waits) : waits;
  }

  /** Calls a function that may have to be waited for: the core value that the guest gets, or a promise of one. */
  #wait(call, values) {
    const nothing = call.core === 'i64' ? 0n : 0;
    const depth = this.enter();
    const failed = (error) => {
      this.leave(depth);
      this.#guest.fail(error);
      return nothing;
    };
    try {
      const given = call.begin(values);
      if (!isPromise(given)) {
        this.leave(depth);
        return given;
      }
      if (!canSuspend()) {
        given.catch(() => {});
        this.#pending = new Ending(CANNOT_WAIT);
        this.#guest.failed.value = 1;
        return nothing;
      }
      return given.then(() => {
        this.finish();
        const value = call.finish();
        this.leave(depth);
        return value;
      }).catch(failed);
    } catch (error) {
      return failed(error);
    }
  }

  /** What an adapter calls between two components. */
  #adapting(trampoline) {
    return this.#between.call(trampoline, { handles: this.#handles, memories: this.#memories, defines: (table) => this.#defines(table) });
  }

  #dropping(table, flags) {
    const f = this.#safely((handle) => {
      const rep = this.#handles.drop(table, handle >>> 0);
      return rep === undefined ? -1 : this.#dropped(table, rep);
    });
    const uncaught = this.#plan.throws ? () => this.#fail(trap('UncaughtException')) : undefined;
    return dropCall({ f, failed: this.#failed, flags, destructors: this.#destructors, rep: this.#rep, uncaught });
  }

  /** A guest has dropped what it owned: where its destructor is, if that is a guest's. */
  #dropped(table, rep) {
    const [resource] = this.#plan.tables[table];
    const owner = this.#owners.get(resource);
    if (owner !== undefined && !this.#defines(table) && this.#flags[owner].value === 0) throw trap('CannotLeaveComponent');
    if (this.#destroys.has(resource)) {
      this.#rep.value = rep;
      return this.#destroys.get(resource).slot;
    }
    this.#drops.get(resource)?.(rep);
    return -1;
  }

  /** Whether the component instance of a table defines its resource. */
  #defines(table) {
    const [resource, instance] = this.#plan.tables[table] ?? [];
    return this.#owners.get(resource) === instance;
  }

  /** A function that ends the guest rather than throw. */
  #safely(call) {
    return (...values) => {
      try {
        return call(...values);
      } catch (error) {
        this.#fail(error instanceof Ending ? error : new Ending(String(error?.message ?? error)));
        return [0, 0];
      }
    };
  }

  #fail(ending) {
    this.#pending = ending;
    this.#failed.value = 1;
  }

  /** What a throw means; unless a browser has refused to run a guest at all, none runs any more. */
  #ended(thrown) {
    if (this.#failed.value === MAY_NOT_LEAVE) this.#pending = trap('CannotLeaveComponent');
    const ending = this.#pending ?? endingOf(thrown, this.#kept);
    this.#pending = undefined;
    this.#failed.value = 0;
    this.#trapped ||= !ending.isRefusal;
    return ending;
  }

  /** What a guest's throw means: a message, and Wasmtime's name of the trap, if it is one. */
  caught(thrown) {
    const { message, kind } = this.#ended(thrown);
    return [message, kind];
  }

  hasTrapped() {
    return this.#trapped;
  }

  /** The memory and the allocator that functions with these canonical options work on. */
  environment(options) {
    const { memory, realloc } = this.#plan.options[options];
    return [this.#memories[memory], this.#reallocs[realloc]?.()];
  }

  /** The core function of an export, and what is called with its flat result afterwards. */
  exported(index) {
    const { core, options } = this.#plan.functions.get(index);
    return [this.#function(core), this.#postReturns[this.#plan.options[options].postReturn]?.()];
  }

  /** Calls the core function of an export on a stack that can be suspended, where the browser can. */
  async callCore(index, values) {
    return this.#suspendable(this.exported(index)[0])(...values);
  }

  #suspendable(core) {
    if (!canSuspend()) return core;
    let call = this.#promising.get(core);
    if (call === undefined) {
      call = WebAssembly.promising(core);
      this.#promising.set(core, call);
    }
    return call;
  }

  /** A call that borrows or lends begins: the depth to go back to at its end. */
  enter() {
    if (this.#trapped) throw trap('CannotEnterComponent');
    return this.#handles.enter();
  }

  finish() {
    this.#handles.finish();
  }

  leave(depth) {
    this.#handles.leave(depth);
  }

  takeOwn(table, handle) {
    return this.#handles.takeOwn(table, handle >>> 0);
  }

  insertOwn(table, rep) {
    return this.#handles.insertOwn(table, rep);
  }

  lend(table, handle) {
    return this.#handles.lend(table, handle >>> 0);
  }

  insertBorrow(table, rep) {
    return this.#handles.insertBorrow(table, rep);
  }

  /** Runs the destructor of a resource. */
  destroy(resource, rep) {
    const depth = this.enter();
    try {
      this.#destroys.get(resource)?.destructor(rep);
    } catch (error) {
      throw this.#ended(error);
    } finally {
      this.leave(depth);
    }
  }

  /** As `destroy`, on a stack that can be suspended, where the browser can. */
  async destroyAsync(resource, rep) {
    const depth = this.enter();
    try {
      const known = this.#destroys.get(resource);
      if (known !== undefined) await this.#suspendable(known.destructor)(rep);
    } catch (error) {
      throw this.#ended(error);
    } finally {
      this.leave(depth);
    }
  }
}

/** What `make` makes, once it is first asked for. */
function lazily(make) {
  let made;
  return () => (made ??= make());
}

/** Whether an element segment does not fit into its table. */
function liesOutside([size, offset, items], imports) {
  const number = (measure) => {
    if (!Array.isArray(measure)) return measure;
    const found = imports[measure[0]]?.[measure[1]];
    return found instanceof WebAssembly.Table ? found.length : Number(found?.value) >>> 0;
  };
  return number(offset) + items > number(size);
}

async function instantiated(module, imports) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await WebAssembly.instantiate(module, imports);
    } catch (error) {
      if (!(error instanceof RangeError) || attempt === RETRIES) throw error;
      await turn();
    }
  }
}
