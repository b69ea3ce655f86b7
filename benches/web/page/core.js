// The main core module of `demo:shapes`, instantiated bare: the very functions that the component is made of.

const CALLS = 'demo:shapes/calls@1.0.0';

/** An exported function of the interface that is called. */
export const exported = (exports, name) => exports[`${CALLS}#${name}`];

/** What cleans up after it. */
export const postReturn = (exports, name) => exports[`cabi_post_${CALLS}#${name}`];

/** Imports for `module`: of the host's functions those in `host`, and for the rest a function that throws, since nothing here calls it. */
export function imports(module, host = {}) {
  const object = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind !== 'function') throw new Error(`expected to import functions alone, found the ${kind} \`${name}\``);
    object[from] ??= {};
    object[from][name] = host[name] ?? (() => { throw new Error(`\`${from}\` \`${name}\` is not there`); });
  }
  return object;
}

/** The exports of a new instance. */
export const instantiate = (module, host) => new WebAssembly.Instance(module, imports(module, host)).exports;
