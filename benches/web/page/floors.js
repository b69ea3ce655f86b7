// What the browser itself takes: bare operations on the very core functions and bytes that the components are made of.

import { loops, longLength, shortText } from './amphi_bench_web.js';

const CALC_ADD = 'demo:calc/ops@1.0.0#add';

/** Throws unless a loop's sum is that of 0, 1, ... below `times`. */
function checkSum(found, times) {
  const expected = Number(BigInt.asIntN(32, (BigInt(times) * BigInt(times - 1)) / 2n));
  if (found !== expected) throw new Error(`expected ${expected}, found ${found}`);
}

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
    if (written !== text.length * times) throw new Error(`expected ${text.length * times} bytes, found ${written}`);
  };
}

function instantiateBare(module) {
  return (times) => {
    let found = 0;
    for (let round = 0; round < times; round++) found += new WebAssembly.Instance(module).exports[CALC_ADD](1, 0);
    if (found !== times) throw new Error(`expected ${times}, found ${found}`);
  };
}

/** The loop of JavaScript around a wasm function. */
function callFromScript(add) {
  return (times) => {
    let sum = 0;
    for (let round = 0; round < times; round++) sum = add(sum, round);
    checkSum(sum, times);
  };
}

/** The floors, as operations to measure. `bench` has the components. */
export async function floors(bench) {
  const calc = await WebAssembly.compile(bench.coreModules('calc')[0]);
  const add = new WebAssembly.Instance(calc).exports[CALC_ADD];
  const loopModule = await WebAssembly.compile(loops());
  const { direct, indirect, copy } = new WebAssembly.Instance(loopModule, { f: { f: add } }).exports;
  const copyBytes = (length) => (times) => {
    let expected = Math.floor(times / 256) * 32640;
    for (let rest = times % 256; rest > 0; rest--) expected += rest - 1;
    const found = copy(times, length);
    if (found >>> 0 !== expected % 2 ** 32) throw new Error(`expected ${expected}, found ${found}`);
  };
  const floor = (group, id, title, run) => ({ id, title, group, kind: 'floor', floor: null, run });
  return [
    floor('call', 'wasm-call', 'wasm → wasm call', (times) => checkSum(direct(times), times)),
    floor('call', 'table-call', 'wasm → wasm call through a table', (times) => checkSum(indirect(times, 0), times)),
    floor('call', 'script-call', 'JavaScript → wasm call', callFromScript(add)),
    floor('call', 'guarded-call', 'array-call through the guard', (times) => bench.bare(times)),
    floor('call', 'copy-2k', 'memory.copy, 2 kB', copyBytes(longLength())),
    floor('call', 'encode-16', 'encodeInto from JavaScript, 16 B', encode(shortText())),
    floor('call', 'encode-2k', 'encodeInto from JavaScript, 2 kB', encode('x'.repeat(longLength()))),
    floor('load', 'instance-calc', 'WebAssembly.Instance, calc', instantiateBare(calc)),
    ...['calc', 'sensor', 'kitchen'].map((guest) =>
      floor('load', `compile-${guest}`, `WebAssembly.compile, ${guest}`, compileAll(bench.coreModules(guest))),
    ),
  ];
}
