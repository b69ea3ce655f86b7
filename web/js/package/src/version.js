// What plans that are kept are told apart by: the package's version, and its translator. It is written when the package is put together.

export const VERSION = 'unbuilt';
