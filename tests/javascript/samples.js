// Values of every type of the kitchen.

const point = { x: -1, y: -(2n ** 40n), label: 'corner', weight: 0.5, visible: true };
const bits = (count, set) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, set.includes(index)]));
const wide = {
  a: 255, b: -128, c: 65535, d: -32768, e: 4294967295, f: -2147483648, g: 2n ** 64n - 1n, h: -(2n ** 63n), i: 1.5, j: Math.PI,
  k: true, l: '😀', m: 'mild', n: undefined, o: 'winter', p: { read: true, write: false, execute: true },
  q: Uint16Array.of(1, 2), r: [3, 4n], s: { tag: 'err', val: 'no' }, t: { tag: 'corner', val: point },
};
const nest = {
  shapes: [{ tag: 'empty' }, { tag: 'radius', val: 1.25 }, { tag: 'path', val: [[1, 0.1], [2, -0]] }, { tag: 'small', val: 7 }],
  table: [[undefined, 'a'], [], ['ß']],
  outcome: { tag: 'err', val: ['spring', { tag: 'letter', val: 'ø' }] },
  rights: [{ read: false, write: true, execute: false }, bits(12, [0, 11]), bits(32, [0, 31])],
};

/** What each function is given, and gives back. */
export const VALUES = {
  echoBool: [true, false],
  echoU8: [0, 255],
  echoS8: [-128, 127],
  echoU16: [0, 65535],
  echoS16: [-32768, 32767],
  echoU32: [0, 4294967295],
  echoS32: [-2147483648, 2147483647],
  echoU64: [0n, 2n ** 64n - 1n],
  echoS64: [-(2n ** 63n), 2n ** 63n - 1n],
  echoF32: [0, -0, 1.5, Infinity, NaN],
  echoF64: [0.1, -0, Number.MAX_VALUE, -Infinity],
  echoChar: ['a', 'ø', '😀', '\u0000'],
  echoString: ['', 'a', 'x'.repeat(64), 'x'.repeat(65), 'größer', 'é'.repeat(100), `${'a'.repeat(90)}😀`, 'long '.repeat(5000)],
  echoBytes: [Uint8Array.of(), Uint8Array.of(0, 255)],
  echoListBool: [[true, false]],
  echoListS16: [Int16Array.of(-1, 1)],
  echoListU32: [Uint32Array.of(4294967295)],
  echoListS64: [BigInt64Array.of(-1n)],
  echoListF32: [Float32Array.of(0.5)],
  echoListF64: [Float64Array.of(0.1)],
  echoListChar: [['a', '😀']],
  echoListString: [['', 'b', 'größer']],
  echoListList: [[Uint8Array.of(1), Uint8Array.of()]],
  echoPoints: [[point, { ...point, label: '' }], []],
  echoShapes: [nest.shapes],
  echoPair: [[1, 'one']],
  echoTriple: [[0.5, -1n, true]],
  echoPoint: [point],
  echoShape: [{ tag: 'empty' }, { tag: 'radius', val: 0.5 }, { tag: 'big', val: -1n }, { tag: 'name', val: 'n' }, { tag: 'precise', val: 0.1 }, { tag: 'corner', val: point }],
  echoNarrow: [{ tag: 'real', val: 0.5 }, { tag: 'whole', val: -7 }, { tag: 'letter', val: 'z' }],
  echoSeason: ['spring', 'winter'],
  echoAccess: [{ read: true, write: false, execute: true }],
  echoFlags8: [bits(8, [0, 7])],
  echoFlags12: [bits(12, [11])],
  echoFlags20: [bits(20, [19])],
  echoFlags32: [bits(32, [0, 31])],
  echoOption: [undefined, 5n],
  echoOptionOption: [{ tag: 'none' }, { tag: 'some', val: undefined }, { tag: 'some', val: 'text' }],
  echoWide: [wide],
  echoNest: [nest],
};
