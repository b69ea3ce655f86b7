// What a browser gives a page: how deep wasm calls itself, how many memories and instances there are at once, how large they may be.

/** `(global $n (export "n") (mut i32)) (func $f (export "f") $n += 1; call $f)`. */
const recursion = Uint8Array.from([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 6, 6, 1, 0x7f, 1, 0x41, 0, 0x0b, 7, 9, 2, 1, 0x66, 0, 0, 1, 0x6e,
  3, 0, 0x0a, 0x0d, 1, 0x0b, 0, 0x23, 0, 0x41, 1, 0x6a, 0x24, 0, 0x10, 0, 0x0b,
]);

/** How many calls of the smallest function fit on the stack; the most of some tries, since engines compile better code meanwhile. */
function depth() {
  const { f, n } = new WebAssembly.Instance(new WebAssembly.Module(recursion)).exports;
  let most = 0;
  for (let i = 0; i < 20; i += 1) {
    n.value = 0;
    try {
      f();
    } catch (error) {
      most = Math.max(most, n.value);
    }
  }
  return most;
}

/** How often `make` succeeds while everything made is kept, up to `cap`. */
function count(cap, make) {
  const kept = [];
  try {
    while (kept.length < cap) kept.push(make());
  } catch (error) {
    return { count: kept.length, error: String(error) };
  }
  return { count: kept.length, error: null };
}

/** The first of `numbers` that `make` takes: few are tried, since what they take is not given back at once. */
function first(numbers, make) {
  for (const number of numbers) {
    try {
      make(number);
      return number;
    } catch {
      // The next is smaller.
    }
  }
  return 0;
}

/** What is measured, by its name. */
const figures = {
  depth,
  tableElements: () =>
    first([10_000_000, 9_999_999, 5_000_000, 1_000_000], (initial) => new WebAssembly.Table({ element: 'anyfunc', initial })),
  memoryPages: () =>
    first([65_536, 65_535, 32_768, 16_384], (initial) => new WebAssembly.Memory({ initial, maximum: initial })),
  instances: () => {
    const module = new WebAssembly.Module(recursion);
    return count(100_000, () => new WebAssembly.Instance(module));
  },
  memories: () => count(5_000, () => new WebAssembly.Memory({ initial: 1 })),
  boundedMemories: () => count(5_000, () => new WebAssembly.Memory({ initial: 1, maximum: 16 })),
};

/** The figures `names`, or all, one after another, each in a turn of its own. */
export async function measure(names) {
  const measured = {};
  for (const name of names.length > 0 ? names : Object.keys(figures)) {
    measured[name] = figures[name]();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return measured;
}

/** The stack alone. */
export const stack = depth;
