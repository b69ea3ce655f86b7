/// <reference lib="esnext.disposable" />

/** Where a component comes from, as it is or precompiled: an address, a response, bytes, or what `compile` gives. */
export type Source = string | URL | Response | Promise<Response> | ArrayBuffer | ArrayBufferView | Compiled;

/** How far loading is. `total` is not known where a server does not say it. */
export interface Progress {
  phase: 'download' | 'compile';
  loaded: number;
  total: number | undefined;
}

export interface CompileOptions {
  /** Gives loading up. */
  signal?: AbortSignal;
  /** Hears how far it is. */
  progress?: (progress: Progress) => void;
  /** Whether what a component was translated to is kept in the browser's cache, so that the next visit translates nothing: so it is, unless this is `false`. */
  keep?: boolean;
  /** What instances will be given: where that has all of WASI that the component imports, no engine is fetched for it. */
  imports?: object;
}

/** What a component is granted of WASI: nothing, unless it is said here. */
export interface Wasi {
  /** The arguments; the first is by convention the program's name. */
  args?: string[];
  /** The environment variables. */
  env?: Record<string, string>;
  /** Directories by the names that the component finds them under. */
  directories?: Record<string, Directory | { directory: Directory; readOnly?: boolean }>;
  /** Whether requests may be sent, by `fetch`. */
  http?: boolean;
  /** What is read from standard input. */
  stdin?: string | Uint8Array;
  /** Is given what is written to standard output. */
  stdout?: (text: string) => void;
  /** Is given what is written to standard error. */
  stderr?: (text: string) => void;
}

/** A directory in memory, which the page and the components that are granted it share. */
export class Directory {
  private constructor();
  /** Writes a file anew, and makes the directories on the way to it. */
  write(path: string, content: string | Uint8Array): void;
  /** The bytes of a file. */
  read(path: string): Uint8Array;
  /** The paths of all files, in order. */
  files(): string[];
  /** Writes what has changed to where the browser keeps it, for one that `storedDirectory` has opened. */
  sync(): Promise<void>;
}

/** Opens a directory that the browser keeps for the page's origin (OPFS); all of it is read into memory, and `sync` writes what has changed. */
export function storedDirectory(path: string): Promise<Directory>;

/** Makes a directory in memory, with files by their paths. */
export function directory(files?: Record<string, string | Uint8Array>): Promise<Directory>;

/** What is known of a component when its program is compiled; `amphi types` writes it. */
export interface World {
  imports: object;
  exports: object;
  /** Whether exports return promises, because imports may. */
  async?: boolean;
}

/** A component of which nothing is known. */
export interface AnyWorld extends World {
  imports: Record<string, unknown>;
  exports: any;
  async?: boolean;
}

export type InstantiateOptions<W extends World = AnyWorld> = Imports<W> & Async<W> & Granted;

export type LoadOptions<W extends World = AnyWorld> = Omit<CompileOptions, 'imports'> & Imports<W> & Where<W> & Granted;

interface Granted {
  wasi?: Wasi;
  signal?: AbortSignal;
}

type Imports<W extends World> = {} extends W['imports'] ? Partial<ImportsOption<W['imports']>> : ImportsOption<W['imports']>;

interface ImportsOption<I> {
  /** What the component imports, by the names of interfaces; a version may be left out where only one is imported, or be another one that is compatible. */
  imports: I;
}

export type Async<W extends World> = 'async' extends keyof W ? (W extends { async: true } ? AsyncOption<true> : Partial<AsyncOption<boolean>>) : Partial<AsyncOption<false>>;

/** What `load` takes besides: in a Worker, every export returns a promise. */
type Where<W extends World> = 'async' extends keyof W
  ? W extends { async: true }
    ? AsyncOption<true> | (WorkerOptions & Partial<AsyncOption<boolean>>)
    : Partial<AsyncOption<boolean> & WorkerOptions>
  : Partial<AsyncOption<false>>;

export interface WorkerOptions {
  /** Whether the component runs in a Worker of its own, which can be stopped whatever it does. */
  worker: true;
  /** How many milliseconds a call may take, before its Worker is stopped and the call rejects with a `TimeoutError`. */
  deadline?: number;
}

/** What calls of a component in a Worker are limited by. */
export interface Limits {
  /** How many milliseconds a call may take. */
  deadline?: number;
  /** Stops a call; it rejects with the signal's reason. */
  signal?: AbortSignal;
}

interface AsyncOption<A> {
  /**
   * Whether functions of `imports` may return promises, so that every export returns one. Unless this is given, it is so when one of them is
   * declared `async`.
   */
  async: A;
}

/** Options, which may be left out where none has to be given. */
export type Options<O> = {} extends O ? [options?: O] : [options: O];

/** A component's world, as `amphi inspect` shows it. */
export interface Wit {
  /** WIT, with all packages that the world uses. */
  text: string;
  imports: WitItem[];
  exports: WitItem[];
  /** The versions of WASI that it imports from or exports to. */
  wasi: string[];
  /** The component's size in bytes, and what it consists of. */
  size: number;
  coreModules: number;
  components: number;
}

/** An import or an export: an interface with what it has, a function or a type. Types are written as in WIT. */
export type WitItem =
  | { kind: 'interface'; name: string; functions: WitFunction[]; types: { name: string; type: string }[] }
  | ({ kind: 'function' } & WitFunction)
  | { kind: 'type'; name: string; type: string };

export interface WitFunction {
  /** That of a method has its resource in it: `[method]counter.next`. */
  name: string;
  params: { name: string; type: string }[];
  result: string | null;
  async: boolean;
}

/** A component that is compiled: one makes any number of instances. */
export class Compiled {
  private constructor();
  /** The component's world; a precompiled one has none. What knows WIT is fetched when this is first read. */
  readonly wit: Promise<Wit>;
  /** Has the component's `wasi:http/incoming-handler` answer a request, in an instance of its own. */
  answer(request: Request, options?: { wasi?: Wasi }): Promise<Response>;
  instantiate<W extends World = AnyWorld>(...options: Options<InstantiateOptions<W>>): Promise<Component<W['exports']>>;
}

/** An instance of a component. `component[Symbol.dispose]()` ends it. */
export class Component<Exports = any> {
  private constructor();
  /** Functions, and objects of functions and classes for interfaces, by name. */
  readonly exports: Exports;
  /** The component's world; a precompiled one has none. What knows WIT is fetched when this is first read. */
  readonly wit: Promise<Wit>;
  /** What `body` returns: calls that it makes before it waits for anything have these limits. Only in a Worker. */
  within<T>(limits: Limits, body: () => T): T;
  [Symbol.dispose](): void;
}

/** Compiles a component. */
export function compile(source: Source, options?: CompileOptions): Promise<Compiled>;

/** Makes an instance of a compiled component. */
export function instantiate<W extends World = AnyWorld>(compiled: Compiled, ...options: Options<InstantiateOptions<W>>): Promise<Component<W['exports']>>;

/** Compiles a component and makes an instance, here or in a Worker. */
export function load<W extends World = AnyWorld>(source: Source, ...options: Options<LoadOptions<W>>): Promise<Component<W['exports']>>;

/** The error case of a function that returns a `result`. */
export class ComponentError<Payload = any> extends Error {
  constructor(payload: Payload);
  readonly payload: Payload;
}

/** The component has failed, or cannot be called any more. */
export class Trap extends WebAssembly.RuntimeError {
  /** Wasmtime's name of the trap, where it is one: `UnreachableCodeReached`, `MemoryOutOfBounds`, `StackOverflow` and so on. */
  readonly kind: string | undefined;
}

/** The component has ended itself by `wasi:cli/exit`. */
export class Exit extends Error {
  readonly status: number;
}

/** Imports that nobody supplies. */
export class LinkError extends Error {
  readonly missing: string[];
}
