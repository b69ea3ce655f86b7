// An instance, as a page has it.

import { exportedFunction } from './export.js';
import { exportsOf } from './exports.js';
import { guestOf } from './guest.js';
import { dispose } from './names.js';

/** An instance of a component. */
export class Component {
  #compiled;

  /** Made by `load` and `instantiate`. */
  constructor(guest, instance, compiled) {
    this[guestOf] = guest;
    this.#compiled = compiled;
    /** Functions, and objects of functions for interfaces, by name. */
    this.exports = exportsOf(guest, (item, classes) => exportedFunction(guest, [instance, classes], item));
  }

  /** A promise of the component's world, as text and as data. */
  get wit() {
    return this.#compiled.wit;
  }

  /** Limits need a Worker, which can be ended. */
  within() {
    throw new TypeError('a component in the page cannot be stopped: load it with the option `worker`');
  }

  /** Ends the component: nothing of it can be called any more. */
  [dispose]() {
    this[guestOf].stopped = 'the component was disposed of';
  }
}
