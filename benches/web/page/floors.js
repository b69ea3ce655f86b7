// What the browser itself takes: bare operations on the very core functions and bytes that the components are made of.

import { loops } from './amphi_bench_web.js';
import { exported, imports, instantiate } from './core.js';
import { BYTES, SHORT, TEXTS, expect, expectSum } from './values.js';

/** Makes the bytes of a core module new, so that the browser has not compiled them before. Its last eight bytes mean nothing. */
function renew(bytes) {
  crypto.getRandomValues(bytes.subarray(bytes.length - 8));
  return bytes;
}

/** Compiles the core modules of a component, all at once, so many times. */
function compileAll(modules) {
  return async (times) => {
    for (let round = 0; round < times; round++) {
      await Promise.all(modules.map((module) => WebAssembly.compile(renew(module))));
    }
  };
}

/** Encodes `text` so many times into memory of a wasm instance. */
function encode(text) {
  const memory = new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer);
  const encoder = new TextEncoder();
  return (times) => {
    let written = 0;
    for (let round = 0; round < times; round++) written += encoder.encodeInto(text, memory).written;
    expect(written, text.length * times);
  };
}

function instantiateBare(module) {
  const joined = imports(module);
  return (times) => {
    let found = 0;
    for (let round = 0; round < times; round++) found += exported(new WebAssembly.Instance(module, joined).exports, 'add')(1, 0);
    expect(found, times);
  };
}

/** The loop of JavaScript around a wasm function. */
function callFromScript(add) {
  return (times) => {
    let sum = 0;
    for (let round = 0; round < times; round++) sum = add(sum, round);
    expectSum(sum, times);
  };
}

/** The loop of wasm around a function that gives promises, which suspend it: nothing where the browser cannot do so. */
function suspend(module) {
  if (typeof WebAssembly.Suspending !== 'function') return [];
  const f = new WebAssembly.Suspending(async (a, b) => (a + b) | 0);
  const loop = WebAssembly.promising(new WebAssembly.Instance(module, { f: { f } }).exports.direct);
  return [async (times) => expectSum(await loop(times), times)];
}

/** The loop that copies `length` bytes twice. */
function copyTwice(copies, length) {
  return (times) => {
    let expected = Math.floor(times / 256) * 32640;
    for (let rest = times % 256; rest > 0; rest--) expected += rest - 1;
    expect(copies(times, length) >>> 0, expected % 2 ** 32);
  };
}

/** The floors, as operations to measure. `bench` has the components. */
export async function floors(bench) {
  const [main] = bench.coreModules('shapes');
  const module = await WebAssembly.compile(main);
  const add = exported(instantiate(module), 'add');
  const loopModule = await WebAssembly.compile(loops());
  const { direct, indirect, copies } = new WebAssembly.Instance(loopModule, { f: { f: add } }).exports;
  const floor = (group, id, title, run) => ({ id, title, group, kind: 'floor', floor: null, run });
  return [
    floor('call', 'wasm-call', 'wasm → wasm call', (times) => expectSum(direct(times), times)),
    floor('call', 'table-call', 'wasm → wasm call through a table', (times) => expectSum(indirect(times, 0), times)),
    floor('call', 'script-call', 'JavaScript → wasm call', callFromScript(add)),
    floor('call', 'guarded-call', 'array-call through the guard', (times) => bench.bare(times)),
    ...suspend(loopModule).map((run) => floor('call', 'bare-suspend', 'suspend and resume (JSPI)', run)),
    floor('call', 'copies-64k', 'memory.copy of 64 kB, twice', copyTwice(copies, BYTES.length)),
    floor('call', 'encode-16', 'encodeInto from JavaScript, 16 B', encode(SHORT)),
    floor('call', 'encode-2k', 'encodeInto from JavaScript, 2 kB', encode(TEXTS['echo-2k'])),
    floor('load', 'instance-shapes', 'WebAssembly.Instance, shapes', instantiateBare(module)),
    ...['shapes', 'sensor'].map((guest) =>
      floor('load', `compile-${guest}`, `WebAssembly.compile, ${guest}`, compileAll(bench.coreModules(guest))),
    ),
  ];
}
