//! Names that something else has already, or that would be one.

use wit_parser::Resolve;

use super::{check, check_import, file};
use crate::typescript::{Calls, declarations};

#[test]
fn names_that_javascript_keeps_for_itself_are_spelled_otherwise() {
    check(
        "resource r { %constructor: func(this: u8); new: static func(); }
        type uint8-array = u8;
        new: func(default: list<u8>) -> %promise;
        type %promise = string;
        delete: func(in: list<s8>);
        wait: async func();",
        r#"
/// <reference lib="esnext.disposable" />

declare class R {
  private constructor();
  ['constructor'](this_: number): void;
  static 'new'(): void;
  /** Drops the resource in the guest. */
  [Symbol.dispose](): void;
  #private;
}
export type { R };

export type Uint8Array = number;

export type Promise = string;

/** `demo:a/i` */
export interface I {
  readonly R: typeof R;
  'new'(default_: globalThis.Uint8Array): Promise;
  delete(in_: Int8Array): void;
  wait(): globalThis.Promise<void>;
}"#,
    );
}

/// Nothing has a name that the file has for something else.
#[test]
fn whatever_is_called_like_a_global_stands_beside_it() {
    check(
        "resource symbol { constructor(); }",
        r#"
/// <reference lib="esnext.disposable" />

declare class Symbol {
  constructor();
  /** Drops the resource in the guest. */
  [globalThis.Symbol.dispose](): void;
  #private;
}
export type { Symbol };

/** `demo:a/i` */
export interface I {
  readonly Symbol: typeof Symbol;
}"#,
    );
    let wit = "
        package demo:a;
        interface promise { f: async func() -> list<u8>; }
        interface uint8-array { f: func() -> list<u8>; }
        world w {
            type imports = u8;
            type exports = u8;
            export promise;
            export uint8-array;
            export wait: async func(x: imports, y: exports);
        }";
    let promise = file(wit, "app/exports/demo.a.promise.d.ts", Calls::Direct);
    assert!(
        promise.contains("f(): globalThis.Promise<Uint8Array>;"),
        "{promise}"
    );
    let array = file(wit, "app/exports/demo.a.uint8-array.d.ts", Calls::Direct);
    assert!(array.contains("f(): globalThis.Uint8Array;"), "{array}");
    let world = file(wit, "app.d.ts", Calls::Direct);
    for line in [
        "export type Imports = number;",
        "export interface ImportsInterface {",
        "export interface ExportsInterface {",
        "wait(x: Imports, y: Exports): Promise<void>;",
        "  imports: ImportsInterface;",
        "  exports: ExportsInterface;",
    ] {
        assert!(world.contains(line), "expected `{line}` in\n{world}");
    }
    let mut resolve = Resolve::default();
    let wit = "package demo:a; world w { export f: async func(); }";
    let package = resolve.push_source("test.wit", wit).expect("it is WIT");
    let world = resolve.select_world(&[package], None).expect("a world");
    let files = declarations(&resolve, world, "promise", Calls::Direct).expect("declarations");
    let text = &files[0].text;
    assert!(text.contains("f(): globalThis.Promise<void>;"), "{text}");
    assert!(text.contains("export interface Promise {"), "{text}");
}

/// The page has the same names: `javascript` makes them for both.
#[test]
fn names_that_would_be_one_in_javascript_are_told_apart() {
    check(
        "record r { x-1: u8, x1: u8, y-1: u8 }
        flags f { a-2b, a2b }
        resource pen-2 { go-1: func(); go1: func(); make-1: static func(); make1: static func(); }
        resource pen2;
        type pen-3 = u8;
        variant pen3 { x-1, x1 }
        f-1: func(a-1: r, a1: f, b-1: pen2) -> pen-2;
        f1: func() -> pen3;",
        r#"
/// <reference lib="esnext.disposable" />

export interface R {
  x_1: number;
  x1: number;
  y1: number;
}

export interface F {
  a_2b?: boolean;
  a2b?: boolean;
}

declare class Pen_2 {
  private constructor();
  go_1(): void;
  go1(): void;
  static make_1(): void;
  static make1(): void;
  /** Drops the resource in the guest. */
  [Symbol.dispose](): void;
  #private;
}
export type { Pen_2 };

declare class Pen2 {
  private constructor();
  /** Drops the resource in the guest. */
  [Symbol.dispose](): void;
  #private;
}
export type { Pen2 };

export type Pen_3 = number;

export type Pen3 =
  | { tag: 'x-1' }
  | { tag: 'x1' };

/** `demo:a/i` */
export interface I {
  readonly Pen_2: typeof Pen_2;
  readonly Pen2: typeof Pen2;
  f_1(a_1: R, a1: F, b1: Pen2): Pen_2;
  f1(): Pen3;
}"#,
    );
    // A class is told apart from classes alone, its type from other types too.
    check(
        "resource pen-2 { constructor(); } type pen2 = u8;",
        r#"
/// <reference lib="esnext.disposable" />

declare class Pen_2 {
  constructor();
  /** Drops the resource in the guest. */
  [Symbol.dispose](): void;
  #private;
}
export type { Pen_2 };

export type Pen2 = number;

/** `demo:a/i` */
export interface I {
  readonly Pen2: typeof Pen_2;
}"#,
    );
    let wit = "
        package demo:a;
        world w { export x-1: func(); export y-1: func(); export x1: interface { f: func(); } }";
    let world = file(wit, "app.d.ts", Calls::Direct);
    for line in ["  x_1(): void;", "  y1(): void;", "  'x1': import("] {
        assert!(world.contains(line), "expected `{line}` in\n{world}");
    }
}

/// What is exported has no `then`, and a class's `prototype` can be called.
#[test]
fn nothing_exported_is_taken_for_a_promise() {
    let wit = "resource job { constructor(); then: func() -> u8; prototype: static func(x: u8) -> string; } then: func();";
    check(
        wit,
        r#"
/// <reference lib="esnext.disposable" />

declare class Job {
  constructor();
  then_(): number;
  /** Drops the resource in the guest. */
  [Symbol.dispose](): void;
  #private;
}
export type { Job };

/** `demo:a/i` */
export interface I {
  readonly Job: typeof Job & {
    readonly prototype: Job & {
      (x: number): string;
    };
  };
  then_(): void;
}"#,
    );
    check_import(
        wit,
        r#"
/// <reference lib="esnext.disposable" />

export interface Job {
  then(): number;
  /** Called when the guest drops the resource. */
  [Symbol.dispose]?(): void;
}

/** `demo:a/i` */
export interface I {
  Job: {
    new (): Job;
    prototype(x: number): string;
  };
  then(): void;
}"#,
    );
    let wit = format!("package demo:a; interface i {{ {wit} }} world w {{ export i; }}");
    let promised = file(&wit, "app/exports/demo.a.i.d.ts", Calls::Promised);
    let lines = "  readonly Job: {
    new (): Promise<Job>;
    readonly prototype: Job & {
      (x: number): Promise<string>;
    };
  };";
    assert!(
        promised.contains(lines),
        "expected `{lines}` in\n{promised}"
    );
}
