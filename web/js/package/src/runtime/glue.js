// Small wasm modules between a component and the page. They are written here and never come from a file.
//
// A core type is text: its parameters, a colon and its results, each a letter (`iI:f`).

const LETTERS = { i: 0x7f, I: 0x7e, f: 0x7d, F: 0x7c };

/** Kinds of imports and exports, and the type of a flag: a mutable `i32`. */
const FUNCTION = 0;
const GLOBAL = 3;
const FLAG = [GLOBAL, LETTERS.i, 1];

const EMPTY = 0x40;
const END = 0x0b;
const UNREACHABLE = 0x00;
const IF = [0x04, EMPTY];

/** What the global `failed` is when a guest calls out that may not; it is 1 when a call has failed. */
export const MAY_NOT_LEAVE = 2;

/** An unsigned number. */
function leb(number) {
  const bytes = [];
  do {
    const rest = number >>> 7;
    bytes.push((number & 127) | (rest === 0 ? 0 : 128));
    number = rest;
  } while (number !== 0);
  return bytes;
}

const list = (items) => [...leb(items.length), ...items.flat()];
const text = (name) => list([...name].map((letter) => letter.charCodeAt(0)));
const types = (letters) => list([...letters].map((letter) => LETTERS[letter]));
const call = (number) => [0x10, ...leb(number)];
const localGet = (number) => [0x20, ...leb(number)];
const globalGet = (number) => [0x23, ...leb(number)];
const globalSet = (number) => [0x24, ...leb(number)];
const constant = (number) => [0x41, number];

function functionType(type) {
  const [params, results] = type.split(':');
  return [0x60, ...types(params), ...types(results)];
}

const imported = (module, field, what) => [...text(module), ...text(field), ...what];
const exported = (name, number) => [...text(name), FUNCTION, ...leb(number)];

/** A module with one function of the first type, behind `before` imported ones, which it exports as `call`. */
function moduleOf({ types: kinds, imports, before, body, locals = [] }) {
  const code = [...list(locals), ...body, END];
  return assemble({ types: kinds, imports, functions: [leb(0)], exports: [exported('call', before)], code: [code] });
}

function assemble({ types: kinds = [], imports, functions, tables, memories, tags, globals, exports, elements, code = [] }) {
  const section = (id, items = []) => {
    if (items.length === 0) return [];
    const content = list(items);
    return [id, ...leb(content.length), ...content];
  };
  return Uint8Array.from([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, kinds.map(functionType)),
    ...section(2, imports),
    ...section(3, functions),
    ...section(4, tables),
    ...section(5, memories),
    ...section(13, tags),
    ...section(6, globals),
    ...section(7, exports),
    ...section(9, elements),
    ...section(10, code.map((body) => [...leb(body.length), ...body])),
  ]);
}

/** How many modules are kept: core types are a component's choice, so that there is no end of them. */
const KEPT = 256;

const modules = new Map();

/** The module that `make` writes. */
function moduleFor(key, make) {
  let module = modules.get(key);
  if (module === undefined) {
    if (modules.size >= KEPT) modules.clear();
    module = new WebAssembly.Module(make());
    modules.set(key, module);
  }
  return module;
}

/** The function of that module, with these imports. */
const joined = (key, make, imports) => new WebAssembly.Instance(moduleFor(key, make), imports).exports.call;

/** Compiles what a component will need of this, while its core modules are on their way. */
export function prepare({ trampolines }) {
  for (const { kind, type } of trampolines) {
    room();
    if (kind === 'lower' || kind === 'new') moduleFor(...script(type, true));
  }
}

const forward = (type) => [...type.split(':')[0]].flatMap((_, number) => localGet(number));

/**
 * What a guest calls for `f`, a function of JavaScript that throws nothing, since a guest could catch that: it sets the global `failed`, and the
 * guest executes `unreachable`. With `flags` it is not called while they say that the guest may not leave.
 */
export function scriptCall(type, { f, failed, flags }) {
  return joined(...script(type, flags !== undefined), { f: { f, failed, flags }, s: { room: room() } });
}

/** The key of a module, and what writes it. */
function script(type, leaves) {
  const make = () =>
    moduleOf({
      types: [type, ':'],
      imports: [
        imported('f', 'f', [FUNCTION, 0]),
        imported('s', 'room', [FUNCTION, 1]),
        imported('f', 'failed', FLAG),
        ...(leaves ? [imported('f', 'flags', FLAG)] : []),
      ],
      before: 2,
      body: [...entering(leaves), ...forward(type), ...call(0), ...endIfFailed],
    });
  return [`script ${type} ${leaves}`, make];
}

/** Looks for room on the stack, and whether the guest may leave its instance. */
const entering = (leaves) => [
  ...call(1),
  ...(leaves ? [...globalGet(1), 0x45, ...IF, ...constant(MAY_NOT_LEAVE), ...globalSet(0), UNREACHABLE, END] : []),
];

const endIfFailed = [...globalGet(0), ...IF, UNREACHABLE, END];

/**
 * What a guest calls for `resource.drop`. `f` takes the handle, and gives where in the table `destructors` the guest's destructor is, and in the
 * global `rep` what it is called with; or -1. With `uncaught`, that is called when a destructor throws, which is not for who drops the handle.
 */
export function dropCall({ f, failed, flags, destructors, rep, uncaught }) {
  const throws = uncaught !== undefined;
  const destroy = [...globalGet(2), ...localGet(1), 0x11, ...leb(2), 0];
  const barrier = [
    0x02, EMPTY, 0x02, EMPTY, 0x1f, EMPTY, 1, 0x02, 0, ...destroy, END, 0x0c, 1, END, ...call(2), UNREACHABLE, END,
  ];
  const make = () =>
    moduleOf({
      types: ['i:', ':', 'i:', 'i:i'],
      imports: [
        imported('f', 'f', [FUNCTION, 3]),
        imported('s', 'room', [FUNCTION, 1]),
        ...(throws ? [imported('f', 'uncaught', [FUNCTION, 1])] : []),
        imported('f', 'failed', FLAG),
        imported('f', 'flags', FLAG),
        imported('f', 'rep', FLAG),
        imported('f', 'destructors', [1, 0x70, 0, 0]),
      ],
      before: throws ? 3 : 2,
      locals: [[1, LETTERS.i]],
      body: [
        ...entering(true),
        ...localGet(0), ...call(0), 0x21, 1,
        ...endIfFailed,
        ...localGet(1), ...constant(0), 0x4e, ...IF, ...(throws ? barrier : destroy), END,
      ],
    });
  return joined(`drop ${throws}`, make, { f: { f, failed, flags, destructors, rep, uncaught }, s: { room: room() } });
}

/** What calls `f` of a guest, which may not leave its instance meanwhile: an allocator, or what cleans up after a call. */
export function fencedCall(type, { f, flags }) {
  const make = () =>
    moduleOf({
      types: [type],
      imports: [imported('f', 'f', [FUNCTION, 0]), imported('f', 'flags', FLAG)],
      before: 1,
      body: [...constant(0), ...globalSet(0), ...forward(type), ...call(0), ...constant(1), ...globalSet(0)],
    });
  return joined(`fenced ${type}`, make, { f: { f, flags } });
}

/** What calls `f`, and counts that in the global `count` while it lasts. */
export function countedCall(type, { f, count }) {
  const add = (difference) => [...globalGet(0), 0x41, difference, 0x6a, ...globalSet(0)];
  const make = () =>
    moduleOf({
      types: [type],
      imports: [imported('f', 'f', [FUNCTION, 0]), imported('f', 'count', FLAG)],
      before: 1,
      body: [...add(1), ...forward(type), ...call(0), ...add(0x7f)],
    });
  return joined(`counted ${type}`, make, { f: { f, count } });
}

let roomy;

/**
 * A function that returns if 32 KiB are left on the stack, and otherwise traps as endless recursion does: where the stack runs out in functions of
 * the page, a guest could go on as if nothing were. Engines compare a function's frame with what is left before it runs, so there are
 * functions that call each other, the frame of each with many values, which would be kept over a call that is never made. The last calls a function
 * of another module: some engines make no frame for who calls nothing.
 */
function room() {
  if (roomy === undefined) {
    const make = (bytes, imports) => new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports;
    roomy = make(roomModule(), { d: make(nothingModule()) }).room;
  }
  return roomy;
}

const VALUES = 1024;
const FRAMES = 4;
const NONE = [0, END];

const nothingModule = () => assemble({ types: [':'], functions: [leb(0)], exports: [exported('nothing', 0)], code: [NONE] });

/** The bytes are put together where they stay: lists of so many would take longer than all that a component needs besides. */
function roomModule() {
  const head = assemble({
    types: [':'],
    imports: [imported('d', 'nothing', [FUNCTION, 0])],
    functions: new Array(FRAMES).fill(leb(0)),
    memories: [[0, 0]],
    globals: [[LETTERS.I, 1, 0x42, 0, END]],
    // The global is exported, so that nobody knows that it is never set.
    exports: [exported('room', FRAMES), [...text('never'), GLOBAL, 0]],
  });
  const begin = [...globalGet(0), 0x42, 0, 0x52, ...IF];
  const end = [...globalSet(0), END, END];
  // No locals, the call of another frame, and what is never done: a value from each address, a call, and their sum.
  const size = 3 + begin.length + VALUES * 6 + 2 + VALUES - 1 + end.length;
  const frame = new Uint8Array(size).fill(0x7c);
  frame.set([0, ...call(0), ...begin]);
  let at = 3 + begin.length;
  for (let value = 0; value < VALUES; value++, at += 6) {
    const address = value * 8;
    frame.set([0x41, 0, 0x29, 3, (address & 127) | 128, address >> 7], at);
  }
  frame.set(call(0), at);
  frame.set(end, size - end.length);
  const length = leb(size);
  const code = [10, ...leb(1 + FRAMES * (length.length + size)), FRAMES];
  const bytes = new Uint8Array(head.length + code.length + FRAMES * (length.length + size));
  bytes.set(head);
  bytes.set(code, head.length);
  at = head.length + code.length;
  for (let callee = 0; callee < FRAMES; callee++) {
    // The number of who is called takes one byte.
    frame[2] = callee;
    bytes.set(length, at);
    bytes.set(frame, at + length.length);
    at += length.length + size;
  }
  return bytes;
}

/** Whether the browser compiles a module with two memories. */
export const hasMultiMemory = () => WebAssembly.validate(assemble({ memories: [[0, 0], [0, 0]] }));

/** Whether the browser has exceptions, and catches what is thrown: there is one that validates them, and lets some pass by until it has compiled a function. */
export function hasExceptions() {
  const bytes = assemble({
    types: [':', ':i'],
    functions: [leb(0), leb(1)],
    tables: [[0x70, 0, 1]],
    tags: [[0, 0]],
    exports: [exported('caught', 1)],
    elements: [[0, 0x41, 0, END, ...list([leb(0)])]],
    code: [
      [0, 0x08, 0, END],
      [0, 0x02, EMPTY, 0x02, EMPTY, 0x1f, EMPTY, 1, 0x02, 0, ...constant(0), 0x11, 0, 0, END, 0x0c, 1, END, ...constant(1), 0x0f, END, ...constant(0), END],
    ],
  });
  try {
    return WebAssembly.validate(bytes) && new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.caught() === 1;
  } catch {
    return false;
  }
}

/** Functions that go out of bounds of a memory, and of a table. */
export function outOfBounds() {
  const bytes = assemble({
    types: [':'],
    functions: [leb(0), leb(0)],
    tables: [[0x70, 0, 0]],
    memories: [[0, 0]],
    exports: [exported('memory', 0), exported('table', 1)],
    code: [
      [0, ...constant(0), 0x28, 2, 0, 0x1a, END],
      [0, ...constant(0), 0x11, 0, 0, END],
    ],
  });
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
}
