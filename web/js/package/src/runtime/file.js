// A precompiled file, read while it arrives: its head, the description of the component, and core modules, which the browser compiles meanwhile.
//
// `amphi-translate` writes it (`file.rs`), which has the layout. Numbers are 32 bits, little-endian.

import { joined } from '../source.js';
import { described } from './description.js';
import { hasExceptions, hasMultiMemory } from './glue.js';
import { looksUp } from './traps.js';

export const MAGIC = '\0amphi\r\n';
const TAIL_MAGIC = '\0amphi1\n';
const VERSION = 1;

/** Bytes before the names of features, and the most that a head has. */
const FIXED = 36;
const MOST = 1 << 20;

/** Flags: core modules that have several memories, that need exceptions, and that have several memories and no other form. */
const [MEMORIES, EXCEPTIONS, MEMORIES_ONLY] = [1, 2, 4];

/** Kinds of sections. */
export const [PLAN, DESCRIPTION, MODULE, ACCESSOR] = [1, 2, 3, 4];
const SECTIONS = { [PLAN]: 'plan', [DESCRIPTION]: 'description', [MODULE]: 'core module', [ACCESSOR]: 'accessor' };

const WASM = { headers: { 'content-type': 'application/wasm' } };

/** The hash of bytes, or of more bytes after those with the hash `hash`. */
export function fnv(bytes, hash = 0x811c9dc5) {
  for (let at = 0; at < bytes.length; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193);
  return hash >>> 0;
}

const refuse = (text) => {
  throw new Error(`the precompiled component ${text}`);
};

/** Bytes that arrive: pieces of them, until there is nothing. */
export class Arriving {
  #next;
  #rest = new Uint8Array();
  #at = 0;
  #all = [];

  /** `next` gives a promise of the next piece, or of nothing. */
  constructor(next) {
    this.#next = next;
  }

  /** How the bytes begin: so many, or all where there are fewer. They are still to be read. */
  async beginning(length) {
    while (this.#rest.length < length) {
      const piece = await this.#next();
      if (piece === undefined) break;
      this.#all.push(piece);
      this.#rest = joined([this.#rest, piece]);
    }
    return this.#rest.subarray(0, length);
  }

  /** All bytes, once they are there; `hear` is shown what is there while it gives true. */
  async all(hear) {
    let listens = hear(joined(this.#all));
    for (let piece = await this.#next(); piece !== undefined; piece = await this.#next()) {
      this.#all.push(piece);
      listens &&= hear(joined(this.#all));
    }
    return joined(this.#all);
  }

  /** How many bytes were read. */
  get at() {
    return this.#at;
  }

  /** Whether there is nothing more. */
  async isOver() {
    return !(await this.#fill());
  }

  /** The next bytes, but no more than `most`; `what` is told where there are none. */
  async some(most, what) {
    if (!(await this.#fill())) refuse(`is cut short: ${what} is missing from byte ${this.#at} on`);
    const some = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(some.length);
    this.#at += some.length;
    return some;
  }

  /** The next `length` bytes. */
  async exactly(length, what) {
    const pieces = [];
    for (let left = length; left > 0; left -= pieces.at(-1).length) pieces.push(await this.some(left, what));
    return joined(pieces);
  }

  async #fill() {
    while (this.#rest?.length === 0) {
      this.#rest = await this.#next();
      if (this.#rest !== undefined) this.#all.push(this.#rest);
    }
    return this.#rest !== undefined;
  }

  /** The bytes that were read. */
  read() {
    return joined(this.#all).subarray(0, this.#at);
  }
}

/** Bytes that are there. */
export const arrived = (bytes) => {
  const pieces = [bytes];
  return new Arriving(() => Promise.resolve(pieces.pop()));
};

/** Whether bytes begin as those of a precompiled file, or of the tail of one. */
export const isFile = (bytes) => [...MAGIC.slice(0, 6)].every((letter, at) => bytes[at] === letter.charCodeAt(0));

const number = (bytes, at) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);

/** The head of a file, or of a tail: flags, what it says it belongs to, its own hash, and sections `{ kind, length, hash }`. */
export async function headOf(arriving, magic) {
  const found = String.fromCharCode(...(await arriving.exactly(8, 'its head')));
  if (found !== magic) refuse(beginning(found, magic));
  const version = number(await arriving.exactly(4, 'its head'), 0);
  if (version !== VERSION) refuse(`was made by another version of Amphi: format ${version}, expected ${VERSION}`);
  const lengths = await arriving.exactly(20, 'its head');
  const [hash, length] = [number(lengths, 0), number(lengths, 4)];
  if (length < FIXED || length > MOST) refuse(`has a head of ${length} bytes: expected from ${FIXED} to ${MOST}`);
  const rest = await arriving.exactly(length - 32, 'its head');
  if (fnv(rest, fnv(lengths.subarray(4))) !== hash) refuse('was changed: its head has another hash than it says');
  const features = number(lengths, 16);
  const count = features + 4 <= rest.length ? number(rest, features) : -1;
  if (count < 0 || features + 4 + 12 * count !== rest.length) refuse(`has a head of ${length} bytes, which is not the length of what is in it`);
  const sections = Array.from({ length: count }, (_, index) => {
    const at = features + 4 + 12 * index;
    return { kind: number(rest, at), length: number(rest, at + 4), hash: number(rest, at + 8) };
  });
  return { flags: number(lengths, 8), of: number(lengths, 12), hash, sections };
}

function beginning(found, magic) {
  const wanted = magic === MAGIC
    ? 'is none: expected what `amphi compile --target page` makes'
    : 'has no tail for browsers that allow one memory: expected the file with `.single-memory` that `amphi compile` writes beside it';
  return `${wanted}, found ${kindOf(found)}`;
}

/** What bytes are that begin as no file does. */
function kindOf(found) {
  if (found.startsWith('\0asm')) return 'a component or a core module';
  if (found === TAIL_MAGIC) return 'the tail of one, for browsers that allow one memory';
  if (found === MAGIC) return 'a precompiled component';
  if (/^\s*</.test(found)) return `a document that begins with \`${found.trim()}\`, as servers send where there is no such file`;
  return 'other bytes at its beginning';
}

/** The sections of a head one after the other: `read` says who takes one, if anybody does. */
async function eachSection(arriving, { sections }, read) {
  const seen = { [PLAN]: 0, [DESCRIPTION]: 0, [MODULE]: 0, [ACCESSOR]: 0 };
  for (const section of sections) {
    if (!(section.kind in seen)) refuse(`has a section of the unknown kind ${section.kind}`);
    const index = seen[section.kind]++;
    const taker = read(section.kind, index, section.length);
    try {
      await eachPiece(arriving, section, { what: `${SECTIONS[section.kind]} ${index}`, taker });
    } catch (error) {
      taker?.fail?.(error);
      throw error;
    }
  }
}

/** Gives the bytes of a section to its taker. What nobody takes is not looked at. */
async function eachPiece(arriving, { length, hash }, { what, taker }) {
  let actual = fnv([]);
  for (let left = length; left > 0; ) {
    const piece = await arriving.some(left, what);
    left -= piece.length;
    if (taker !== undefined) actual = fnv(piece, actual);
    taker?.take(piece);
  }
  if (taker !== undefined && actual !== hash) refuse(`was changed: ${what} has another hash than its head says`);
  taker?.end();
}

/** Takes all bytes of a section, for `use`. */
const whole = (use) => {
  const pieces = [];
  return { take: (piece) => pieces.push(piece), end: () => use(joined(pieces)) };
};

/** Has the browser compile a core module while its bytes arrive: `use` gets the promise of that, and the pieces. */
function compiling(length, use) {
  const pieces = [];
  let controller;
  const begin = (compiled) => {
    // Whoever waits for it hears of it.
    compiled.catch(() => {});
    use(compiled, pieces);
  };
  const start = () => {
    const stream = new ReadableStream({ start: (given) => (controller = given) });
    begin(WebAssembly.compileStreaming(new Response(stream, WASM)).catch((error) => {
      // Not every browser takes a stream of the page's.
      if (error instanceof WebAssembly.CompileError) throw error;
      return WebAssembly.compile(joined(pieces));
    }));
  };
  return {
    take(piece) {
      pieces.push(piece);
      if (piece.length === length) begin(WebAssembly.compile(piece));
      else if (controller === undefined) start();
      controller?.enqueue(piece);
    },
    end: () => controller?.close(),
    fail: (error) => controller?.error(error),
  };
}

/**
 * The component in a file that is `arriving`: what its description says, its core modules, and `file`, which gives its bytes. `fetchTail` gets the
 * bytes of what browsers need that allow one memory, where that is not behind the file; `hear` is told what the description says, before core
 * modules arrive.
 */
export async function readFile(arriving, { fetchTail, hear }) {
  const head = await headOf(arriving, MAGIC);
  checkBrowser(head);
  const isSingle = (head.flags & MEMORIES) !== 0 && !hasMultiMemory();
  let plan;
  const modules = [];
  await eachSection(arriving, head, (kind, index, length) => {
    if (kind === PLAN) return undefined;
    if (kind === DESCRIPTION) return whole((bytes) => hear((plan = described(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))));
    if (plan === undefined) refuse('has no description of the component for JavaScript before its core modules');
    if (kind !== MODULE || index >= plan.modules.length) refuse(`has more sections than the ${plan.modules.length} core modules of its description`);
    if (isSingle && plan.modules[index].single !== null) return undefined;
    return compiling(length, (compiled, pieces) => (modules[index] = { compiled, pieces, accessors: [] }));
  });
  if (plan === undefined) refuse('has no description of the component for JavaScript');
  const tail = isSingle ? await readTail(arriving, { head, plan, modules, fetchTail }) : undefined;
  const missing = plan.modules.findIndex((_, index) => modules[index] === undefined);
  if (missing >= 0) refuse(`has no core module ${missing}`);
  plan.throws = (head.flags & EXCEPTIONS) !== 0;
  const behind = tail === undefined || tail === arriving ? [] : [tail.read()];
  return { plan, ...(await compiledOf(modules)), file: () => joined([arriving.read(), ...behind]) };
}

function checkBrowser({ flags }) {
  if (flags & EXCEPTIONS && !hasExceptions()) refuse('cannot be run: exceptions: disabled, or not reliable in this browser');
  if (flags & MEMORIES_ONLY && !hasMultiMemory()) refuse('cannot be run: a core module needs several memories, and this browser allows one');
}

const withoutTail = (error) => {
  throw new Error(`the precompiled component needs a tail, since this browser allows one memory: ${error.message}`, { cause: error });
};

/** Reads the core modules that take the place of those with several memories, from what is behind the file or beside it: from where. */
async function readTail(arriving, { head, plan, modules, fetchTail }) {
  const tail = (await arriving.isOver()) ? arrived(await fetchTail().catch(withoutTail)) : arriving;
  const tailHead = await headOf(tail, TAIL_MAGIC);
  if (tailHead.of !== head.hash) refuse('has the tail of another file');
  const wanted = [...plan.modules.keys()].filter((index) => plan.modules[index].single !== null);
  let last;
  await eachSection(tail, tailHead, (kind, index, length) => {
    if (kind === MODULE && index < wanted.length) {
      last = wanted[index];
      return compiling(length, (compiled, pieces) => (modules[last] = { compiled, pieces, accessors: [] }));
    }
    if (kind !== ACCESSOR) return undefined;
    const { accessors } = modules[last] ?? refuse('has an accessor before the core module that it belongs to');
    const [module, place] = plan.modules[last].single[accessors.length] ?? refuse(`has more accessors of core module ${last} than its description`);
    return compiling(length, (compiled) => accessors.push({ module, import: place, compiled }));
  });
  const missing = wanted.find((index) => modules[index]?.accessors.length !== plan.modules[index].single.length);
  if (missing !== undefined) refuse(`has not all that stands for the memories of core module ${missing}`);
  return tail;
}

/** Core modules once they are compiled, and those that are kept with their bytes. */
async function compiledOf(modules) {
  const kept = [];
  const all = modules.map(async ({ compiled, pieces, accessors }) => {
    const made = accessors.map(async (one) => ({ ...one, compiled: await one.compiled }));
    const core = { compiled: await compiled, accessors: await Promise.all(made) };
    if (looksUp()) kept.push({ compiled: core.compiled, bytes: joined(pieces) });
    return core;
  });
  try {
    return { modules: await Promise.all(all), kept };
  } catch (error) {
    throw new Error(`the browser cannot compile a core module: ${error.message}`, { cause: error });
  }
}
