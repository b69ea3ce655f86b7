// Stands where the package's entry is, in a page whose components are precompiled.

export * from './runtime.js';
