/** Where a component's bytes come from: an address, a response, bytes, or what `compile` gives. */
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
}

/** What a component is granted of WASI: nothing, unless it is said here. */
export interface Wasi {
  /** The arguments; the first is by convention the program's name. */
  args?: string[];
  /** The environment variables. */
  env?: Record<string, string>;
  /** What is read from standard input. */
  stdin?: string | Uint8Array;
  /** Is given what is written to standard output. */
  stdout?: (text: string) => void;
  /** Is given what is written to standard error. */
  stderr?: (text: string) => void;
}

/** Functions and classes of one interface, by their names in JavaScript. */
export type Interface = Record<string, unknown>;

export interface InstantiateOptions<Imports extends object = Record<string, unknown>> {
  /** What the component imports, by the names of interfaces; a version may be left out where only one is imported. */
  imports?: Imports;
  wasi?: Wasi;
  /**
   * Whether functions of `imports` may return promises, so that every export returns one. Unless this is given, it is so when one of them is
   * declared `async`.
   */
  async?: boolean;
  signal?: AbortSignal;
}

/** A component that is compiled: one makes any number of instances. */
export class Compiled {
  private constructor();
  instantiate<Exports = any, Imports extends object = Record<string, unknown>>(options?: InstantiateOptions<Imports>): Promise<Component<Exports>>;
}

/** An instance of a component. `component[Symbol.dispose]()` ends it. */
export class Component<Exports = any> {
  private constructor();
  /** Functions, and objects of functions and classes for interfaces, by name. */
  readonly exports: Exports;
}

/** Compiles a component. */
export function compile(source: Source, options?: CompileOptions): Promise<Compiled>;

/** Makes an instance of a compiled component. */
export function instantiate<Exports = any, Imports extends object = Record<string, unknown>>(
  compiled: Compiled,
  options?: InstantiateOptions<Imports>,
): Promise<Component<Exports>>;

/** Compiles a component and makes an instance. */
export function load<Exports = any, Imports extends object = Record<string, unknown>>(
  source: Source,
  options?: CompileOptions & InstantiateOptions<Imports>,
): Promise<Component<Exports>>;

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
