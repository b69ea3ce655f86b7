//! Declarations of small worlds in WIT.

mod names;

use wit_parser::Resolve;

use super::{Calls, Declarations, FIRST_LINE, TypescriptError, declarations};

/// The files for the one world in `wit`, by the component's name `app`.
fn written(wit: &str, calls: Calls) -> Result<Vec<Declarations>, TypescriptError> {
    let mut resolve = Resolve::default();
    let package = resolve
        .push_source("test.wit", wit)
        .expect("the test's WIT is well formed");
    let world = resolve
        .select_world(&[package], None)
        .expect("the test's WIT has one world");
    declarations(&resolve, world, "app", calls)
}

/// The text of one file, without its first line.
#[track_caller]
fn file(wit: &str, path: &str, calls: Calls) -> String {
    let files = written(wit, calls).expect("the world has declarations");
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let file = files.iter().find(|file| file.path == path);
    let file = file.unwrap_or_else(|| panic!("expected `{path}`, found {paths:?}"));
    let text = file.text.strip_prefix(FIRST_LINE);
    text.expect("every file has the first line")
        .trim()
        .to_owned()
}

/// Compares the file of the interface `demo:a/i` on the side of the exports.
#[track_caller]
fn check(interface: &str, expected: &str) {
    let wit = format!("package demo:a; interface i {{ {interface} }} world w {{ export i; }}");
    assert_eq!(
        file(&wit, "app/exports/demo.a.i.d.ts", Calls::Direct),
        expected.trim()
    );
}

/// As [`check`], on the side of the imports.
#[track_caller]
fn check_import(interface: &str, expected: &str) {
    let wit = format!("package demo:a; interface i {{ {interface} }} world w {{ import i; }}");
    assert_eq!(
        file(&wit, "app/imports/demo.a.i.d.ts", Calls::Direct),
        expected.trim()
    );
}

#[test]
fn plain_types_are_what_javascript_has() {
    check(
        "scalars: func(a: bool, b: u8, c: s32, d: u64, e: s64, f: f32, g: f64, h: char, long-name: string);",
        "
/** `demo:a/i` */
export interface I {
  scalars(a: boolean, b: number, c: number, d: bigint, e: bigint, f: number, g: number, h: string, longName: string): void;
}",
    );
}

#[test]
fn lists_of_numbers_are_typed_arrays() {
    check(
        "type byte = u8;
        bytes: func(x: list<byte>) -> list<s64>;
        others: func(a: list<bool>, b: list<list<f32>>, c: list<option<string>>) -> list<tuple<u8, char>>;",
        "
export type Byte = number;

/** `demo:a/i` */
export interface I {
  bytes(x: Uint8Array): BigInt64Array;
  others(a: boolean[], b: Float32Array[], c: (string | undefined)[]): [number, string][];
}",
    );
}

#[test]
fn compound_types_are_declared_with_their_documentation() {
    check(
        "/// A place.
        record point {
            /// From the left.
            x-axis: f64,
            label: option<string>,
            deep: option<option<u8>>,
        }
        /// What a star is like:
        ///
        /// bright or not. */
        enum star { bright, half-dark }
        flags access { read, write-all }
        variant shape {
            none,
            /// With its radius.
            round(f32),
            far-away(tuple<point, option<star>>),
        }
        type both = result<shape, access>;",
        "
/** A place. */
export interface Point {
  /** From the left. */
  xAxis: number;
  label?: string | undefined;
  deep: { tag: 'none' } | { tag: 'some'; val: number | undefined };
}

/**
 * What a star is like:
 *
 * bright or not. *\\/
 */
export type Star =
  | 'bright'
  | 'half-dark';

export interface Access {
  read?: boolean;
  writeAll?: boolean;
}

export type Shape =
  | { tag: 'none' }
  /** With its radius. */
  | { tag: 'round'; val: number }
  | { tag: 'far-away'; val: [Point, Star | undefined] };

export type Both = { tag: 'ok'; val: Shape } | { tag: 'err'; val: Access };",
    );
}

#[test]
fn results_are_thrown_or_values() {
    check(
        "type answer = result<u8, string>;
        /// Asks.
        ask: func() -> answer;
        try: func() -> result;
        nested: func(x: list<result<_, u32>>) -> option<result<string>>;",
        "
export type Answer = { tag: 'ok'; val: number } | { tag: 'err'; val: string };

/** `demo:a/i` */
export interface I {
  /**
   * Asks.
   *
   * @throws an error whose `payload` is `string`
   */
  ask(): number;
  /** @throws an error whose `payload` is `undefined` */
  try(): void;
  nested(x: ({ tag: 'ok'; val?: undefined } | { tag: 'err'; val: number })[]): { tag: 'ok'; val: string } | { tag: 'err'; val?: undefined } | undefined;
}",
    );
}

#[test]
fn options_at_the_end_may_be_left_out() {
    check(
        "f: func(a: option<u8>, b: string, c: option<string>, d: option<u64>);
        g: func(a: option<option<u8>>, b: option<option<option<u8>>>);",
        "
/** `demo:a/i` */
export interface I {
  f(a: number | undefined, b: string, c?: string, d?: bigint): void;
  g(a: { tag: 'none' } | { tag: 'some'; val: number | undefined }, b?: { tag: 'none' } | { tag: 'some'; val: number | undefined }): void;
}",
    );
}

const COUNTER: &str = "
    /// It counts.
    resource counter {
        /// From `start`.
        constructor(start: u32);
        next: func() -> result<u32, string>;
        wait: async func();
        constructor2: static func(of: borrow<counter>) -> counter;
    }
    resource token;
    take: func(c: counter, t: list<borrow<token>>) -> token;";

#[test]
fn resources_of_a_guest_are_classes_that_only_it_has() {
    check(
        COUNTER,
        r#"
/// <reference lib="esnext.disposable" />

/** It counts. */
declare class Counter {
  /** From `start`. */
  constructor(start: number);
  /** @throws an error whose `payload` is `string` */
  next(): number;
  wait(): Promise<void>;
  static constructor2(of: Counter): Counter;
  /** Drops the resource in the guest. */
  [Symbol.dispose](): void;
  #private;
}
export type { Counter };

declare class Token {
  private constructor();
  /** Drops the resource in the guest. */
  [Symbol.dispose](): void;
  #private;
}
export type { Token };

/** `demo:a/i` */
export interface I {
  readonly Counter: typeof Counter;
  readonly Token: typeof Token;
  take(c: Counter, t: Token[]): Token;
}"#,
    );
}

#[test]
fn resources_of_the_host_are_what_its_classes_must_look_like() {
    check_import(
        COUNTER,
        r#"
/// <reference lib="esnext.disposable" />

/** It counts. */
export interface Counter {
  /** @throws an error whose `payload` is `string` */
  next(): number;
  wait(): void | Promise<void>;
  /** Called when the guest drops the resource. */
  [Symbol.dispose]?(): void;
}

export interface Token {
  /** Called when the guest drops the resource. */
  [Symbol.dispose]?(): void;
}

/** `demo:a/i` */
export interface I {
  Counter: {
    /** From `start`. */
    new (start: number): Counter;
    constructor2(of: Counter): Counter;
  };
  Token: abstract new (...args: never[]) => Token;
  take(c: Counter, t: Token[]): Token;
}"#,
    );
}

#[test]
fn calls_that_may_have_to_wait_return_promises() {
    let wit =
        format!("package demo:a; interface i {{ {COUNTER} }} world w {{ import i; export i; }}");
    assert_eq!(
        file(&wit, "app/exports/demo.a.i.d.ts", Calls::Promised),
        r#"/// <reference lib="esnext.disposable" />

/** It counts. */
declare class Counter {
  private constructor();
  /** @throws an error whose `payload` is `string` */
  next(): Promise<number>;
  wait(): Promise<void>;
  /** Drops the resource in the guest. */
  [Symbol.dispose](): void;
  #private;
}
export type { Counter };

declare class Token {
  private constructor();
  /** Drops the resource in the guest. */
  [Symbol.dispose](): void;
  #private;
}
export type { Token };

/** `demo:a/i` */
export interface I {
  readonly Counter: {
    /** From `start`. */
    new (start: number): Promise<Counter>;
    constructor2(of: Counter): Promise<Counter>;
    readonly prototype: Counter;
  };
  readonly Token: {
    readonly prototype: Token;
  };
  take(c: Counter, t: Token[]): Promise<Token>;
}"#
    );
    let imported = file(&wit, "app/imports/demo.a.i.d.ts", Calls::Promised);
    for line in [
        "next(): number | Promise<number>;",
        "new (start: number): Counter;",
        "constructor2(of: Counter): Counter | Promise<Counter>;",
        "take(c: Counter, t: Token[]): Token | Promise<Token>;",
    ] {
        assert!(imported.contains(line), "expected `{line}` in\n{imported}");
    }
    let world = file(&wit, "app.d.ts", Calls::Promised);
    assert!(world.contains("async: true;"), "{world}");
}

/// Two interfaces on both sides, one of which uses the other; a world with items of its own.
const BOTH: &str = "
    package demo:both@1.2.3;
    interface types { record point { x: u8 } resource file { size: func() -> u64; } }
    interface point { use types.{point, file as document}; open: func(at: point) -> document; }
    world w {
        use types.{point};
        import types;
        import point;
        import now: func(where: point) -> u64;
        import out: interface { write-line: func(line: string); }
        export types;
        export point;
        export run: func() -> result<_, point>;
    }";

#[test]
fn each_side_has_its_own_resources() {
    assert_eq!(
        file(
            BOTH,
            "app/exports/demo.both.point@1.2.3.d.ts",
            Calls::Direct
        ),
        "export type Point = import('./demo.both.types@1.2.3.js').Point;

export type Document = import('./demo.both.types@1.2.3.js').File;

/** `demo:both/point@1.2.3` */
export interface PointInterface {
  open(at: Point): Document;
}"
    );
    assert!(
        file(
            BOTH,
            "app/exports/demo.both.types@1.2.3.d.ts",
            Calls::Direct
        )
        .contains("declare class File {")
    );
    let imported = file(
        BOTH,
        "app/imports/demo.both.types@1.2.3.d.ts",
        Calls::Direct,
    );
    assert!(imported.contains("export interface File {"), "{imported}");
}

#[test]
fn what_is_imported_alone_is_found_there() {
    let wit = "
        package demo:one;
        interface types { record point { x: u8 } }
        interface shapes { use types.{point}; corner: func() -> point; }
        world w { export shapes; }";
    assert_eq!(
        file(wit, "app/exports/demo.one.shapes.d.ts", Calls::Direct),
        "export type Point = import('../imports/demo.one.types.js').Point;

/** `demo:one/shapes` */
export interface Shapes {
  corner(): Point;
}"
    );
}

#[test]
fn the_world_lists_what_it_wants_and_offers() {
    assert_eq!(
        file(BOTH, "app.d.ts", Calls::Direct),
        "export type Point = import('./app/imports/demo.both.types@1.2.3.js').Point;

/** What the component wants from its host. */
export interface Imports {
  now(where: Point): bigint;
  'demo:both/types': import('./app/imports/demo.both.types@1.2.3.js').Types;
  'demo:both/point': import('./app/imports/demo.both.point@1.2.3.js').PointInterface;
  'out': import('./app/imports/out.js').Out;
}

/** What the component offers. */
export interface Exports {
  /** @throws an error whose `payload` is `Point` */
  run(): void;
  'demo:both/types': import('./app/exports/demo.both.types@1.2.3.js').Types;
  'demo:both/types@1.2.3': import('./app/exports/demo.both.types@1.2.3.js').Types;
  'demo:both/point': import('./app/exports/demo.both.point@1.2.3.js').PointInterface;
  'demo:both/point@1.2.3': import('./app/exports/demo.both.point@1.2.3.js').PointInterface;
}

/** The component: `load<App>(…)` knows its imports and exports. */
export interface App {
  imports: Imports;
  exports: Exports;
}"
    );
}

#[test]
fn versions_stand_side_by_side_and_wasi_is_optional() {
    let wit = "
        package demo:app;
        world w {
            import demo:calc/ops@1.0.0;
            import demo:calc/ops@2.0.0;
            import wasi:cli/stdout@0.2.6;
        }
        package demo:calc@1.0.0 { interface ops { add: func(a: u8) -> u8; } }
        package demo:calc@2.0.0 { interface ops { add: func(a: u64) -> u64; } }
        package wasi:cli@0.2.6 { interface stdout { get: func(); } }";
    let text = file(wit, "app.d.ts", Calls::Direct);
    for line in [
        "'demo:calc/ops@1.0.0': import('./app/imports/demo.calc.ops@1.0.0.js').Ops;",
        "'demo:calc/ops@2.0.0': import('./app/imports/demo.calc.ops@2.0.0.js').Ops;",
        "'wasi:cli/stdout'?: import('./app/imports/wasi.cli.stdout@0.2.6.js').Stdout;",
    ] {
        assert!(text.contains(line), "expected `{line}` in\n{text}");
    }
}

#[test]
fn what_the_page_does_not_support_is_named_with_its_place() {
    let wit = "package demo:a@1.0.0; interface i { f: func() -> list<stream<u8>>; } world w { export i; }";
    let error = written(wit, Calls::Direct).expect_err("a stream");
    assert_eq!(
        error.to_string(),
        "`demo:a/i@1.0.0#f`: expected types that the page supports, found `stream`"
    );
    for (ty, kind) in [
        ("list<u16, 4>", "fixed-length list"),
        ("map<string, u8>", "map"),
    ] {
        let wit = format!("package demo:a; world w {{ export f: func() -> option<{ty}>; }}");
        let error = written(&wit, Calls::Direct).expect_err(kind);
        let expected = format!("`f`: expected types that the page supports, found `{kind}`");
        assert_eq!(error.to_string(), expected);
    }
    let wit = "package demo:a; world w { export f: func(x: error-context); }";
    let error = written(wit, Calls::Direct).expect_err("an error context");
    assert_eq!(
        error.to_string(),
        "`f`: expected types that the page supports, found `error-context`"
    );
}

#[test]
fn a_component_may_be_called_anything() {
    let mut resolve = Resolve::default();
    let package = resolve
        .push_source("test.wit", "package demo:a; world w { import f: func(); }")
        .expect("the test's WIT is well formed");
    let world = resolve
        .select_world(&[package], None)
        .expect("the test's WIT has one world");
    for (name, path, ty) in [
        ("calc-1-0", "calc-1-0.d.ts", "Calc10"),
        ("it's.p1", "it-s.p1.d.ts", "ItSP1"),
        ("2nd", "2nd.d.ts", "Component2nd"),
        ("imports", "imports.d.ts", "ImportsComponent"),
        ("..", "component.d.ts", "Component"),
    ] {
        let files =
            declarations(&resolve, world, name, Calls::Direct).expect("the world has declarations");
        assert_eq!(files[0].path, path);
        let line = format!("export interface {ty} {{");
        assert!(files[0].text.contains(&line), "{}", files[0].text);
    }
}
