// The values that cross, for what is measured from JavaScript: those of `src/values.rs`.

import init, { text } from './amphi_bench_web.js';

await init();

export const SHORT = text(16);
export const TEXTS = { 'echo-16': SHORT, 'echo-256': text(256), 'echo-2k': text(2048) };
export const BYTES = Uint8Array.from({ length: 65536 }, (_, index) => index);
export const NUMBERS = Uint32Array.from({ length: 1000 }, (_, index) => index);
export const NUMBERS_SUM = NUMBERS.reduce((sum, number) => sum + number, 0);
export const ENTRIES = Array.from({ length: 100 }, (_, id) => ({
  id,
  weight: id / 4,
  note: id % 2 === 0 ? `note ${String(id).padStart(2, '0')}` : undefined,
}));

export function expect(found, expected) {
  if (found !== expected) throw new Error(`expected ${expected}, found ${found}`);
}

/** Throws unless a loop's sum is that of 0, 1, ... below `times`, as 32 bits hold it. */
export function expectSum(found, times) {
  expect(found, Number(BigInt.asIntN(32, (BigInt(times) * BigInt(times - 1)) / 2n)));
}
