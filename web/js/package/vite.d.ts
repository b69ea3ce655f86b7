export interface Options {
  /** The file that the types of imported components are written to, from the folder of Vite's configuration; else `amphi-components.d.ts`. `false` writes none. */
  types?: string | false;
  /** Whether they have exports that return promises, as with the option `async` of `load`. */
  async?: boolean;
}

/** The plugin, for Vite and Rollup: `import { load } from './sensor.wasm?component'` is the component, precompiled. */
export default function components(options?: Options): { name: string; enforce: 'pre' };
