// Made by `amphi types`, which overwrites this file.

/** `wasi:random/insecure-seed@0.2.6` */
export interface InsecureSeed {
  insecureSeed(): [bigint, bigint];
}
