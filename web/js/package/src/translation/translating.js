// A component that is not precompiled, on its way to a precompiled file: by the translator, or as it was kept.

import { hasExceptions, hasMultiMemory } from '../runtime/glue.js';
import { looksUp } from '../runtime/traps.js';
import { isOwn } from '../source.js';
import { witOf } from '../wit.js';
import { listener } from './arriving.js';
import { find, isLikely, keep, keyOf } from './plans.js';
import { leave, translate, want } from './translator.js';

/** What matters of the browser, and how it is written in keys. */
function featuresOfBrowser() {
  const features = { exceptions: hasExceptions(), memories: hasMultiMemory(), alike: looksUp() };
  const names = Object.entries(features).map(([name, has]) => (has ? name : `no-${name}`));
  return { features, text: names.join('+') };
}

export class Translating {
  #browser = featuresOfBrowser();
  #keeps;
  #address;
  /** A promise of the translator's wasm; of nothing where it is not expected to be needed. */
  #begun;
  #wants = false;
  #isOver = false;

  /** Begins what will be needed for the component that comes from `source`, which somebody else may have fetched from `address`. */
  constructor(source, { keep: keeps = true }, address = addressOf(source)) {
    this.#keeps = keeps;
    this.#address = address;
    this.#begun = this.#begin(isOwn(source));
    // Who waits for it hears of it.
    this.#begun.catch(() => {});
  }

  /** Of bytes that are there, it is known at once whether they were kept. */
  async #begin(isThere) {
    if (this.#keeps) {
      const address = await this.#address;
      if (isThere || (address !== undefined && (await isLikely(address, this.#browser.text)))) return undefined;
    }
    if (this.#isOver) return undefined;
    this.#wants = true;
    return want();
  }

  /** Where the component comes from, if that is known. */
  get address() {
    return this.#address;
  }

  /** The translator's wasm, for who translates elsewhere; nothing where it is not expected to be needed. */
  module() {
    return this.#begun;
  }

  /** Nothing more is needed. */
  end() {
    this.#isOver = true;
    if (this.#wants) leave();
    this.#wants = false;
  }

  /** What listens to the component while it arrives: `hear` is told the interfaces of WASI that it imports. */
  listener(hear) {
    return listener(hear);
  }

  /** What `read` makes of the file of a component: that which was kept, unless that cannot be read, or a new one. */
  async read(component, read) {
    const key = this.#keeps ? await keyOf(component, this.#browser.text) : undefined;
    const before = key && (await find(key));
    const core = before && (await read(before).catch(() => undefined));
    if (core !== undefined) {
      this.#keep(key, before, true);
      return core;
    }
    const file = await translate(component, this.#browser.features);
    const made = await read(file);
    if (key !== undefined) this.#keep(key, file, false);
    return made;
  }

  /** Nobody waits for it. */
  async #keep(key, file, isKept) {
    await keep(key, file, { address: await this.#address, isKept });
  }

  wit(component) {
    return witOf(component);
  }
}

/** Where a component comes from, as far as that says which one it is. */
async function addressOf(source) {
  try {
    const address = typeof source === 'string' || source instanceof URL ? source : (await source)?.url;
    if (!address) return undefined;
    const { origin, pathname } = new URL(address, globalThis.document?.baseURI ?? location.href);
    return `${origin}${pathname}`;
  } catch {
    return undefined;
  }
}
