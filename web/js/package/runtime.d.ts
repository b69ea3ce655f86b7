import type { AnyWorld, Async, Compiled, CompileOptions, Component, Options, World } from './index.js';

// All is as in `amphi-web`, but that components are precompiled: `keep` has nothing to keep, and `wit` rejects.
export { Compiled, Component, ComponentError, Directory, Exit, LinkError, Trap, compile, directory, instantiate, load, storedDirectory } from './index.js';
export type { AnyWorld, CompileOptions, InstantiateOptions, Limits, LoadOptions, Progress, Source, Wasi, WorkerOptions, World } from './index.js';

/** `compile` of a component that is imported (`amphi-web/vite`). */
export type BoundCompile = (options?: CompileOptions) => Promise<Compiled>;

/** `load` of a component that is imported (`amphi-web/vite`): its imports, and options. */
export type BoundLoad<W extends World = AnyWorld> = (...given: Given<W>) => Promise<Component<W['exports']>>;

type Given<W extends World> = {} extends W['imports']
  ? [imports?: Partial<W['imports']>, ...options: Options<BoundOptions<W>>]
  : [imports: W['imports'], ...options: Options<BoundOptions<W>>];

type BoundOptions<W extends World> = Omit<CompileOptions, 'imports' | 'keep'> & Async<W>;
