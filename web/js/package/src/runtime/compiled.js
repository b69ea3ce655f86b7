// A component that is compiled, and the instances that JavaScript makes of it.

import { Component } from '../component.js';
import { Guest } from '../guest.js';
import { hostCalls } from '../import.js';
import { Imports } from '../imports.js';
import { kept } from '../source.js';
import { Instance } from './instance.js';

/** A component that is compiled: one makes any number of instances. */
export class Compiled {
  #core;
  #engine;
  #wit;
  #world;

  /**
   * Made by `compile`. `core` is what the file has: `plan`, `modules`, those that are `kept` with their bytes, and `file`, which gives its bytes.
   * `engine` has instances made (`link`) of a component that imports WASI, and requests answered. `wit` gives a promise of the component's world.
   */
  constructor(core, engine, wit = withoutWit) {
    this.#core = core;
    this.#engine = engine;
    this.#wit = wit;
    this[kept] = core.file;
  }

  /** A promise of the component's world, as text and as data. */
  get wit() {
    this.#world ??= this.#wit();
    return this.#world;
  }

  /** Makes an instance; see `instantiate`. */
  async instantiate({ imports = {}, wasi, async, signal } = {}) {
    signal?.throwIfAborted();
    const core = this.#core;
    const found = new Imports(core.plan, imports);
    const isAsync = async ?? found.hasAsync();
    const [guest, instance] = found.needsEngine ? await this.#engine.link(core, { found, isAsync, wasi }) : await alone(core, { found, isAsync });
    signal?.throwIfAborted();
    return new Component(guest, instance, this);
  }

  /** Has an instance of its own answer a `Request` by `wasi:http/incoming-handler`: a `Response`. */
  async answer(request, { wasi } = {}) {
    if (this.#engine === undefined) throw new Error('the component exports no `wasi:http/incoming-handler`');
    return this.#engine.answer(this.#core, request, wasi);
  }
}

/** The world of a component whose bytes nobody has. */
export const withoutWit = () => Promise.reject(new Error('a precompiled component has no WIT: the entry `amphi-web` reads that of the component'));

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
