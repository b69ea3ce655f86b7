// How an engine's script and who needs the engine find each other: the script leaves what starts the wasm under a name that both know, since a
// service worker may import nothing later, and a page only what its policy allows, which the package's own scripts are.

/** Under which a script leaves what starts its wasm: `(module) -> engine`. */
const keyOf = (name) => Symbol.for(`amphi-web/${name}`);

/** Leaves what starts the wasm of an engine. */
export function offer(name, start) {
  globalThis[keyOf(name)] = start;
}

/** What was left, if anything was. */
export const offerOf = (name) => globalThis[keyOf(name)];
