// Made by `amphi types`, which overwrites this file.

/** `demo:small/b@1.0.0` */
export interface B {
  id(x: number): number;
  trap(): number;
}
