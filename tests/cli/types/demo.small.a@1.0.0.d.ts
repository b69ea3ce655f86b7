// Made by `amphi types`, which overwrites this file.

/** `demo:small/a@1.0.0` */
export interface A {
  id(x: number): number;
  /** @throws an error whose `payload` is `undefined` */
  check(fails: boolean): void;
}
