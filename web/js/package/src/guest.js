// One instance, as JavaScript keeps it: what its functions share.

import { Crossings } from './crossing.js';
import { Exit, Trap } from './errors.js';
import { Memory } from './memory.js';
import { Objects } from './resources.js';

/** What the global `failed` is when a guest has called out while it may not leave its instance. */
const MAY_NOT_LEAVE = 2;

/** Set once the engine itself has failed: no guest of the page runs any more. */
let engineFailure;

/** Under which a component has its guest, for modules of the package. */
export const guestOf = Symbol('guest');

export class Guest {
  #instance;
  #environments = new Map();
  #kept;
  #dropped = [];

  /**
   * `instance` is the engine's; `isAsync` says whether calls give promises.
   *
   * The engine keeps the guest's memory and functions, and through its imports this; so that all of it can be forgotten, this does not keep the
   * engine's instance: what a page can call does.
   */
  constructor(instance, plan, isAsync) {
    this.#instance = new WeakRef(instance);
    this.plan = plan;
    this.isAsync = isAsync;
    /** Set by a function of the host that has failed; see `fail`. */
    this.failed = new WebAssembly.Global({ value: 'i32', mutable: true }, 0);
    /** Resources by their number in the plan. */
    this.resources = new Map();
    this.objects = new Objects();
    /** The objects that a call has, and where, while its values are looked at. */
    this.claims = new Map();
    /** What is to be done when the call is over that is under way. */
    this.afterwards = [];
    /** Whether a call is suspended, or may be. */
    this.isBusy = false;
    /** Why no function may be called any more, and the error behind it, if nobody was told. */
    this.stopped = undefined;
    this.untold = undefined;
    /** Settled when the destructors that are under way are over; only where calls give promises. */
    this.destroying = undefined;
  }

  /** The engine's instance. */
  get instance() {
    return this.#instance.deref();
  }

  /** The crossings of functions with the canonical options `number`. */
  environment(number) {
    const { memory, realloc, encoding } = this.plan.options[number];
    const key = `${memory} ${realloc} ${encoding}`;
    let found = this.#environments.get(key);
    if (found === undefined) {
      found = new Crossings(this, new Memory(...this.instance.environment(number)), encoding);
      this.#environments.set(key, found);
    }
    return found;
  }

  /** A call begins, if one may. */
  begin() {
    if (this.stopped !== undefined) throw new Trap(this.stopped, undefined, this.untold);
    if (this.isBusy) throw new TypeError('another call of this component is not over: await it first');
    if (engineFailure !== undefined) throw new Trap('the engine failed while it worked for a component: this page runs none any more', undefined, engineFailure);
  }

  /** A function of the host has failed: the guest that has called it ends, and whoever has called the guest gets the error. */
  fail(error) {
    this.keep(error);
    this.failed.value = 1;
  }

  keep(error) {
    this.#kept ??= { error };
  }

  /**
   * What to throw for `error`, which a call has thrown; `entered` says whether the guest was running. Whatever is a trap ends the guest, also one
   * for a value that it has given and that is none.
   */
  failure(error, entered) {
    const why = this.failed.value;
    const kept = this.#kept;
    if (why === 0 && kept === undefined && !(entered && isThrownByGuest(error)) && !isTrap(error)) return error;
    this.failed.value = 0;
    this.#kept = undefined;
    const meaning = error instanceof Trap ? error : this.#caught(error);
    this.stopped = 'the component cannot be entered: it has trapped, and its state may be inconsistent';
    if (why === MAY_NOT_LEAVE) return new Trap('cannot leave component instance', 'CannotLeaveComponent', error);
    return kept === undefined ? meaning : kept.error;
  }

  /** What a guest's throw means, which the engine knows. */
  #caught(thrown) {
    try {
      const [message, kind, status] = this.instance.caught(thrown);
      return status === undefined ? new Trap(message, kind, thrown) : new Exit(status);
    } catch (error) {
      engineFailure = error;
      return error;
    }
  }

  /** The error that making the instance ended with. */
  startFailure(error) {
    return this.#kept?.error ?? error;
  }

  /** What was lent for a call that is over is given back. */
  clean() {
    while (this.afterwards.length > 0) this.afterwards.pop()();
    while (!this.isBusy && this.destroying === undefined && this.#dropped.length > 0) this.destroy(...this.#dropped.pop());
  }

  /** Runs the destructor of a resource, when nothing is suspended. Where calls give promises it may have to wait, and the next call waits for it. */
  destroy(resource, rep) {
    if (this.stopped !== undefined || this.instance === undefined) return;
    if (this.isBusy || this.isAsync) {
      this.#dropped.push([resource, rep]);
      if (!this.isBusy) this.destroying ??= this.#destroyDropped();
      return;
    }
    try {
      this.instance.destroy(resource, rep);
    } catch (error) {
      throw this.#undestroyed(error);
    }
  }

  /** Runs the destructors of what was dropped, one after the other. Nobody waits for one of them alone: if one fails, the next call says so. */
  async #destroyDropped() {
    while (this.#dropped.length > 0 && this.stopped === undefined && this.instance !== undefined) {
      try {
        await this.instance.destroyAsync(...this.#dropped.pop());
      } catch (error) {
        this.untold = this.#undestroyed(error);
      }
    }
    this.destroying = undefined;
  }

  /** What to throw for the error that a destructor has ended with. */
  #undestroyed(error) {
    if (this.instance.hasTrapped()) this.stopped = 'the component cannot be entered: a destructor has trapped';
    const kept = this.#kept;
    this.#kept = undefined;
    this.failed.value = 0;
    return kept === undefined ? new Trap(error.message, undefined, error) : kept.error;
  }
}

/** Whether what was thrown while a guest ran is the guest's end, and not an error of ours about a value. */
const isThrownByGuest = (error) => !(error instanceof Trap) && !(error instanceof TypeError);

/** Whether an allocator has trapped before the guest's function ran, or what the guest has given is not what it has to be. */
const isTrap = (error) => error instanceof WebAssembly.RuntimeError || error instanceof (WebAssembly.Exception ?? Trap);
