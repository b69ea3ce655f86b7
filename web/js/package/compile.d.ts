/** What a component becomes for pages. */
export interface Precompiled {
  /** The file that `load` of `amphi-web/runtime` takes. */
  file: Uint8Array;
  /** What browsers that allow one memory need besides, if the component has core modules with several: it belongs beside the file, under its name and `.single-memory`. */
  singleMemory: Uint8Array | undefined;
}

/** A file of declarations. */
export interface Declarations {
  /** Its path, below a folder of your choice. */
  path: string;
  text: string;
}

export interface TypesOptions {
  /** The name of the component's file without `.wasm`, which the declarations are named after; else `component`. */
  name?: string;
  /** Whether exports return promises, as with the options `async` and `worker` of `load`. */
  async?: boolean;
}

export interface InspectOptions {
  /** Includes the WASI packages, so that the WIT is complete. */
  wasi?: boolean;
  /** Gives JSON. */
  json?: boolean;
}

/** Precompiles a component, as `amphi compile --target page` does. */
export function compile(component: ArrayBuffer | ArrayBufferView): Promise<Precompiled>;

/** The TypeScript declarations that `amphi types` writes; the first is the component's. */
export function types(component: ArrayBuffer | ArrayBufferView, options?: TypesOptions): Promise<Declarations[]>;

/** What `amphi inspect` prints. */
export function inspect(component: ArrayBuffer | ArrayBufferView, options?: InspectOptions): Promise<string>;
