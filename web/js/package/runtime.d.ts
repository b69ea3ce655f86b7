import type { AnyWorld, Component, CompileOptions, Wasi, World } from './index.js';

export { Component, ComponentError, Directory, Exit, LinkError, Trap, directory, storedDirectory } from './index.js';
export type { AnyWorld, CompileOptions, Progress, Wasi, World } from './index.js';

/** Where a precompiled component comes from: an address, a response, bytes, or what `compile` gives. */
export type Source = string | URL | Response | Promise<Response> | ArrayBuffer | ArrayBufferView | Compiled;

/**
 * What an instance is made with. WASI that a component imports and `imports` does not give is the engine's, all but HTTP: it is fetched when such a
 * component is met.
 */
export type InstantiateOptions<W extends World = AnyWorld> = Imports<W> & Async<W> & { wasi?: Wasi; signal?: AbortSignal };

export type LoadOptions<W extends World = AnyWorld> = CompileOptions & InstantiateOptions<W>;

type Imports<W extends World> = {} extends W['imports'] ? Partial<ImportsOption<W['imports']>> : ImportsOption<W['imports']>;

interface ImportsOption<I> {
  /** What the component imports, by the names of interfaces; WASI only where it is to be the page's own. */
  imports: I;
}

type Async<W extends World> = 'async' extends keyof W ? (W extends { async: true } ? AsyncOption<true> : Partial<AsyncOption<boolean>>) : Partial<AsyncOption<false>>;

interface AsyncOption<A> {
  /** Whether functions of `imports` may return promises, so that every export returns one; so it is, too, when one of them is declared `async`. */
  async: A;
}

/** Options, which may be left out where none has to be given. */
type Options<O> = {} extends O ? [options?: O] : [options: O];

/** A precompiled component that is compiled: one makes any number of instances. */
export class Compiled {
  private constructor();
  instantiate<W extends World = AnyWorld>(...options: Options<InstantiateOptions<W>>): Promise<Component<W['exports']>>;
}

/** Reads a precompiled component while it arrives. What `imports` has of WASI an instance will be given, so that the engine need not be fetched for it. */
export function compile(source: Source, options?: CompileOptions & { imports?: object }): Promise<Compiled>;

/** Makes an instance of a compiled component. */
export function instantiate<W extends World = AnyWorld>(compiled: Compiled, ...options: Options<InstantiateOptions<W>>): Promise<Component<W['exports']>>;

/** Reads a precompiled component and makes an instance. */
export function load<W extends World = AnyWorld>(source: Source, ...options: Options<LoadOptions<W>>): Promise<Component<W['exports']>>;

/** `compile` of a component that is imported (`amphi-web/vite`). */
export type BoundCompile = (options?: CompileOptions) => Promise<Compiled>;

/** `load` of a component that is imported (`amphi-web/vite`): its imports, and options. */
export type BoundLoad<W extends World = AnyWorld> = (...given: Given<W>) => Promise<Component<W['exports']>>;

type Given<W extends World> = {} extends W['imports']
  ? [imports?: Partial<W['imports']>, ...options: Options<BoundOptions<W>>]
  : [imports: W['imports'], ...options: Options<BoundOptions<W>>];

type BoundOptions<W extends World> = CompileOptions & Async<W> & { signal?: AbortSignal };
