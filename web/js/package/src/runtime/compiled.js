// A precompiled component in a page: what makes its instances.

import { Component } from '../component.js';
import { Guest } from '../guest.js';
import { hostCalls } from '../import.js';
import { Imports } from '../imports.js';
import { Instance } from './instance.js';

/** A component that is compiled: one makes any number of instances. */
export class Compiled {
  #core;
  #engine;

  /**
   * Made by `compile`. `core` is what the file has: `plan`, `modules`, and those that are `kept` with their bytes. `engine` says of an interface whether it
   * `supplies` it, and has the instance made (`link`) of a component for which it does.
   */
  constructor(core, engine) {
    this.#core = core;
    this.#engine = engine;
  }

  /** Precompiled components have no WIT. */
  get wit() {
    return Promise.reject(new Error('a precompiled component has no WIT: the entry `amphi-web` reads that of the component'));
  }

  /** Makes an instance; see `instantiate`. */
  async instantiate({ imports = {}, wasi, async, signal } = {}) {
    signal?.throwIfAborted();
    const [core, engine] = [this.#core, this.#engine];
    const found = new Imports(core.plan, imports, (name) => engine?.supplies(name));
    const isAsync = async ?? found.hasAsync();
    const [guest, instance] = found.needsEngine ? await engine.link(core, { found, isAsync, wasi }) : await alone(core, { found, isAsync });
    signal?.throwIfAborted();
    return new Component(guest, instance, this);
  }
}

/** An instance that JavaScript makes. */
async function alone(core, { found, isAsync }) {
  const { plan } = core;
  const instance = new Instance(plan, core);
  const guest = new Guest(instance, plan, isAsync);
  found.define(guest, { func() {}, resource: (scope, name, number, drop) => instance.onDrop(number, drop) });
  try {
    await instance.instantiate(guest, hostCalls(guest, (path) => found.hostOf(path)));
  } catch (error) {
    throw guest.startFailure(error);
  }
  return [guest, instance];
}
