// What a guest's throw means: Wasmtime's traps, recovered from what the browsers say.

import { outOfBounds } from './glue.js';
import { instructionAt } from './instruction.js';

/** Wasmtime's traps by name, in its words; what only adapters ask for is in `between.js`. */
const TRAPS = {
  StackOverflow: 'call stack exhausted',
  MemoryOutOfBounds: 'out of bounds memory access',
  TableOutOfBounds: 'undefined element: out of bounds table access',
  IndirectCallToNull: 'uninitialized element',
  BadSignature: 'indirect call type mismatch',
  IntegerOverflow: 'integer overflow',
  IntegerDivisionByZero: 'integer divide by zero',
  BadConversionToInteger: 'invalid conversion to integer',
  UnreachableCodeReached: 'wasm `unreachable` instruction executed',
  CannotEnterComponent: 'cannot enter component instance',
  CannotLeaveComponent: 'cannot leave component instance',
  UncaughtException: 'uncaught exception propagated out of component',
};

/** What browsers say, in the order in which it is looked for, and the trap that it means. */
const MESSAGES = [
  [/maximum call stack|too much recursion/, 'StackOverflow'],
  [/unreachable/, 'UnreachableCodeReached'],
  [/table index (is )?out of bounds|table out of bounds|table access|out of bounds table|element segment|out of bounds call_indirect/, 'TableOutOfBounds'],
  [/null function or function signature|signature mismatch|signature that does not match/, 'BadSignature'],
  [/indirect call to null|null function|null table entry/, 'IndirectCallToNull'],
  [/out of bounds trunc|float unrepresentable in integer|invalid conversion to integer/, 'BadConversionToInteger'],
  [/divide result unrepresentable|integer overflow/, 'IntegerOverflow'],
  [/(divide|remainder|division) by zero/, 'IntegerDivisionByZero'],
  [/out of bounds|writes outside of memory/, 'MemoryOutOfBounds'],
];

/** An error that ends a guest, from a function of ours: `kind` is the trap, if it is one. */
export class Ending extends Error {
  constructor(message, kind) {
    super(message);
    this.kind = kind;
  }
}

/** The trap of this name. */
export const trap = (kind, words = TRAPS[kind]) => new Ending(`wasm trap: ${words}`, kind);

/** What a guest has thrown, as an `Ending`. `modules` are core modules with their bytes, kept where the browser's messages do not tell all traps apart. */
export function endingOf(thrown, modules) {
  if (thrown instanceof Ending) return thrown;
  if (WebAssembly.Exception !== undefined && thrown instanceof WebAssembly.Exception) return new Ending('thrown Wasm exception');
  const message = String(thrown?.message ?? thrown);
  if (isRefusal(thrown, message)) return Object.assign(new Ending(`the browser refused a core module: ${message}`), { isRefusal: true });
  const lower = message.toLowerCase();
  const [, kind] = MESSAGES.find(([words]) => words.test(lower)) ?? [];
  if (kind === undefined) return new Ending(`wasm trap that this engine does not know: ${message}`);
  return trap(kind === 'MemoryOutOfBounds' && reachesIntoTable(thrown, modules) ? 'TableOutOfBounds' : kind);
}

/** Whether a browser refuses a module before it runs: its imports or its code, or memory that cannot be had. */
function isRefusal(thrown, message) {
  const { LinkError, CompileError } = WebAssembly;
  const isFull = thrown instanceof RangeError && !message.toLowerCase().includes('call stack');
  return thrown instanceof LinkError || thrown instanceof CompileError || isFull;
}

let keepsBytes;

/** Whether bytes of core modules are needed to tell traps apart, since the browser says the same of two. */
export function looksUp() {
  keepsBytes ??= (({ memory, table }) => said(memory) === said(table))(outOfBounds());
  return keepsBytes;
}

function said(call) {
  try {
    return call();
  } catch ({ message }) {
    return message;
  }
}

/** Instructions that reach into a table, and those behind 0xfc: calls, and what gets, sets, fills and copies. */
const TABLE = [0x11, 0x13, 0x25, 0x26];
const TABLE_BULK = [12, 14, 17];

/** Whether the instruction on top of the stack reaches into a table, in every module that has one there. */
function reachesIntoTable(thrown, modules) {
  const [top = ''] = String(thrown?.stack ?? '').split('\n');
  const [, number, offset] = /wasm-function\[(\d+)\]:0x([0-9a-f]+)/.exec(top) ?? [];
  if (number === undefined) return false;
  const found = modules.map((module) => instructionAt(module, Number(number), parseInt(offset, 16))).filter((code) => code !== undefined);
  return found.length > 0 && found.every(([code, next]) => TABLE.includes(code) || (code === 0xfc && TABLE_BULK.includes(next)));
}
