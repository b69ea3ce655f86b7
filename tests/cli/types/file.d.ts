// Made by `amphi types`, which overwrites this file.

/** What the component wants from its host. */
export interface Imports {
  'wasi:random/insecure-seed'?: import('./file/imports/wasi.random.insecure-seed@0.2.6.js').InsecureSeed;
}

/** What the component offers. */
export interface Exports {
  'demo:small/a': import('./file/exports/demo.small.a@1.0.0.js').A;
  'demo:small/a@1.0.0': import('./file/exports/demo.small.a@1.0.0.js').A;
  'demo:small/b': import('./file/exports/demo.small.b@1.0.0.js').B;
  'demo:small/b@1.0.0': import('./file/exports/demo.small.b@1.0.0.js').B;
}

/** The component: `load<File>(…)` knows its imports and exports. */
export interface File {
  imports: Imports;
  exports: Exports;
}
