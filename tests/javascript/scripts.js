// Component scripts by both entries of the package, by the one that translates and the one for precompiled components, and by the engine in Rust. Each
// call has to give the same, whatever the script says of it.

import * as translating from './amphi-web/translating.js';
import * as runtime from './amphi-web/runtime.js';
import './amphi-web/src/all.js';
import { Component } from './amphi-web/src/component.js';
import { Imports } from './amphi-web/src/imports.js';
import { linked } from './amphi-web/src/linked.js';
import { setPlaces } from './amphi-web/src/places.js';
import { engine } from './amphi-web/src/runtime/engine.js';
import { arrived, readFile } from './amphi-web/src/runtime/file.js';
import { report } from './report.js';
import { show } from './show.js';
import { test } from './tests.js';

const dispose = Symbol.dispose ?? Symbol.for('dispose');

/** What scripts may import, as the tests of the hosts in Rust have it. */
function host() {
  const dropped = [];
  class Item {
    constructor(rep) {
      this.number = rep;
    }
    rep() {
      return this.number;
    }
    static consume(item) {
      return item.number;
    }
    [dispose]() {
      dropped.push(this.number);
    }
  }
  const functions = {
    Item,
    dropped: () => Uint32Array.from(dropped),
    fail() {
      throw new Error('the host refuses');
    },
  };
  const isEcho = (name) => typeof name === 'string' && name.startsWith('echo');
  return new Proxy(functions, {
    get: (target, name) => (isEcho(name) ? (value) => value : target[name]),
    has: (target, name) => isEcho(name) || name in target,
  });
}

/** A value that is written as JSON, which has no numbers of 64 bits and no options. */
function argument(value) {
  if (Array.isArray(value)) return value.map(argument);
  if (value === null || typeof value !== 'object') return value;
  const [[key, inner]] = Object.entries(value).length === 1 ? Object.entries(value) : [[]];
  switch (key) {
    case '$big':
      return BigInt(inner);
    case '$f32':
      return new Float32Array(Uint32Array.of(inner).buffer)[0];
    case '$f64':
      return new Float64Array(BigUint64Array.of(BigInt(inner)).buffer)[0];
    case '$none':
      return undefined;
    case '$some':
      return isOption(inner) ? { tag: 'some', val: argument(inner) } : argument(inner);
    default:
      return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, argument(part)]));
  }
}

const isOption = (value) => value !== null && typeof value === 'object' && ('$some' in value || '$none' in value);

/** What a browser refuses, which is found in a component and in a file in different places. */
const REFUSED = 'exceptions: disabled, or not reliable in this browser';

/** What something gives, or fails with, as text. Of an error while an instance is made, Rust tells the stack besides. */
async function outcome(make) {
  try {
    return show(await make());
  } catch (error) {
    const { name, message, kind, payload } = error;
    if (message.includes(REFUSED)) return REFUSED;
    const cause = message.split(': wasm trap: ').at(-1).replace('wasm trap: ', '');
    return `${name} ${name === 'Error' ? cause : message} ${kind} ${show(payload)}`;
  }
}

setPlaces({ wasiWasm: new URL('./amphi-web/wasm/amphi_runtime_bg.wasm', import.meta.url).href });

const bytesOf = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());

/** An instance that the engine makes, as of a component that imports WASI. */
async function byEngine(path, { imports }) {
  const there = await engine();
  const core = await readFile(arrived(await bytesOf(path)), { fetchTail: () => bytesOf(`${path}.single-memory`), hear() {} });
  const handle = there.deserialize(core.file(), core.modules.map(({ compiled }) => compiled));
  const found = new Imports(core.plan, imports);
  const [guest, instance] = await linked(there, handle, { plan: core.plan, found, isAsync: found.hasAsync() });
  return new Component(guest, instance);
}

/** One way to run a script: `load` makes an instance of the component with a number. */
class Way {
  #load;
  #instances = new Map();
  #last;

  constructor(load) {
    this.#load = load;
  }

  async make(file, id) {
    this.#last = undefined;
    this.#last = await this.#load(file);
    if (id !== null) this.#instances.set(id, this.#last);
    return Object.keys(this.#last.exports).length;
  }

  async call({ on, name, args }) {
    const component = on === null ? this.#last : this.#instances.get(on);
    const call = component?.exports[name];
    return typeof call === 'function' ? call(...args.map(argument)) : `no function ${name}`;
  }
}

/** Declares the test of one script. */
function declare([name, steps]) {
  test(`the script ${name} gives the same in every way`, async () => {
    const options = () => ({ imports: { host: host() } });
    const ways = [
      new Way((file) => byEngine(`scripts/${file}.page`, options())),
      new Way((file) => translating.load(`scripts/${file}.component`, options())),
      new Way((file) => runtime.load(`scripts/${file}.page`, options())),
    ];
    const wrong = [];
    for (const { line, make, id, call } of steps) {
      const body = (way) => (make === undefined ? way.call(call) : way.make(make, id));
      const [one, other, third] = await Promise.all(ways.map((way) => outcome(() => body(way))));
      if (one !== other || one !== third) wrong.push(`line ${line}: the engine: ${one}\n    translated: ${other}\n    the runtime: ${third}`);
    }
    if (wrong.length > 0) throw new Error(wrong.join('\n  '));
  });
}

async function main() {
  Object.entries(await (await fetch('scripts/all.json')).json()).forEach(declare);
  report();
  return globalThis.outcome;
}

globalThis.outcome = main();
