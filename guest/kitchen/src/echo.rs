//! `echo`: returns what it was given.

use crate::Kitchen;
use crate::bindings::exports::demo::kitchen::echo::{
    Access, Flags8, Flags12, Flags20, Flags32, Guest, Narrow, Nest, Point, Season, Shape, Wide,
};

/// Functions that return their argument: a table of names and types.
macro_rules! echo {
    ($($name:ident: $type:ty,)*) => { $(fn $name(x: $type) -> $type { x })* };
}

impl Guest for Kitchen {
    echo! {
        echo_bool: bool,
        echo_u8: u8,
        echo_s8: i8,
        echo_u16: u16,
        echo_s16: i16,
        echo_u32: u32,
        echo_s32: i32,
        echo_u64: u64,
        echo_s64: i64,
        echo_f32: f32,
        echo_f64: f64,
        echo_char: char,
        echo_string: String,
        echo_bytes: Vec<u8>,
        echo_list_bool: Vec<bool>,
        echo_list_s16: Vec<i16>,
        echo_list_u32: Vec<u32>,
        echo_list_s64: Vec<i64>,
        echo_list_f32: Vec<f32>,
        echo_list_f64: Vec<f64>,
        echo_list_char: Vec<char>,
        echo_list_string: Vec<String>,
        echo_list_list: Vec<Vec<u8>>,
        echo_points: Vec<Point>,
        echo_shapes: Vec<Shape>,
        echo_pair: (u8, String),
        echo_triple: (f32, i64, bool),
        echo_point: Point,
        echo_shape: Shape,
        echo_narrow: Narrow,
        echo_season: Season,
        echo_access: Access,
        echo_flags8: Flags8,
        echo_flags12: Flags12,
        echo_flags20: Flags20,
        echo_flags32: Flags32,
        echo_option: Option<u64>,
        echo_option_option: Option<Option<String>>,
        echo_result: Result<u32, String>,
        echo_result_ok: Result<String, ()>,
        echo_result_err: Result<(), f64>,
        echo_result_none: Result<(), ()>,
        echo_wide: Wide,
        echo_nest: Nest,
    }

    fn nothing() {}

    fn join_sixteen(
        a: u8,
        b: i8,
        c: u16,
        d: i16,
        e: u32,
        f: i32,
        g: u64,
        h: i64,
        i: f32,
        j: f64,
        k: bool,
        l: char,
        m: String,
        n: Option<u32>,
    ) -> String {
        format!("{a},{b},{c},{d},{e},{f},{g},{h},{i},{j},{k},{l},{m},{n:?}")
    }

    fn join_eighteen(
        a: u8,
        b: i8,
        c: u16,
        d: i16,
        e: u32,
        f: i32,
        g: u64,
        h: i64,
        i: f32,
        j: f64,
        k: bool,
        l: char,
        m: String,
        n: Option<u32>,
        o: Vec<u8>,
    ) -> String {
        let first = Self::join_sixteen(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
        format!("{first},{o:?}")
    }

    fn repeat(piece: String, count: u32) -> String {
        piece.repeat(count as usize)
    }

    fn fill(count: u32) -> Vec<u8> {
        (0..count).map(|index| index as u8).collect()
    }

    fn checksum(bytes: Vec<u8>) -> u32 {
        bytes.into_iter().map(u32::from).fold(0, u32::wrapping_add)
    }
}
