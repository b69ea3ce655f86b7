//! Sends values of every type through the kitchen's echoes and looks at what comes back, to the
//! bit.

use std::fmt::Debug;

use amphi::{Result, Store};

use super::Transcript;
use crate::bindings::kitchen::Kitchen;
use crate::bindings::kitchen::exports::demo::kitchen::types::{
    Access, Flags8, Flags12, Flags20, Flags32, Narrow, Nest, Point, Season, Shape, Wide,
};
use crate::host::State;

/// Sends each value through one echo, and compares what `$seen` shows of it.
macro_rules! echo {
    ($t:ident, $store:ident, $echo:ident.$call:ident, $values:expr) => {
        echo!($t, $store, $echo.$call, $values, |x| x)
    };
    ($t:ident, $store:ident, $echo:ident.$call:ident, $values:expr, |$x:ident| $arg:expr) => {
        for $x in $values {
            let back = $echo.$call(&mut *$store, $arg)?;
            $t.same(stringify!($call), back, $x);
        }
    };
}

/// The numbers: every width at its ends, floats by their bits, characters around the gap of the
/// surrogates.
pub fn numbers(t: &mut Transcript, store: &mut Store<State>, kitchen: &Kitchen) -> Result<()> {
    let echo = kitchen.demo_kitchen_echo();
    echo.call_nothing(&mut *store)?;
    echo!(t, store, echo.call_echo_bool, [false, true]);
    echo!(t, store, echo.call_echo_u8, [0, 1, 0x7f, 0x80, u8::MAX]);
    echo!(t, store, echo.call_echo_s8, [0, 1, -1, i8::MIN, i8::MAX]);
    echo!(
        t,
        store,
        echo.call_echo_u16,
        [0, 1, 0x7fff, 0x8000, u16::MAX]
    );
    echo!(t, store, echo.call_echo_s16, [0, 1, -1, i16::MIN, i16::MAX]);
    echo!(t, store, echo.call_echo_u32, [0, 1, 1 << 31, u32::MAX]);
    echo!(t, store, echo.call_echo_s32, [0, 1, -1, i32::MIN, i32::MAX]);
    echo!(
        t,
        store,
        echo.call_echo_u64,
        [0, 1, 1 << 53, (1 << 53) + 1, 1 << 63, u64::MAX]
    );
    echo!(t, store, echo.call_echo_s64, [0, 1, -1, i64::MIN, i64::MAX]);
    echo!(
        t,
        store,
        echo.call_echo_char,
        [
            '\0',
            'a',
            'é',
            '\u{d7ff}',
            '\u{e000}',
            '\u{fffd}',
            '🦀',
            char::MAX
        ]
    );
    for bits in [
        0,
        1,
        0x8000_0000,
        0x0080_0000,
        0x3f80_0001,
        0x7f7f_ffff,
        0x7f80_0000,
        0xff80_0000,
        0x7fc0_0000,
    ] {
        let back = echo.call_echo_f32(&mut *store, f32::from_bits(bits))?;
        t.same("call_echo_f32", Bits(back.to_bits()), Bits(bits));
    }
    let doubles = [
        0.0,
        -0.0,
        5e-324,
        f64::MIN_POSITIVE,
        0.1,
        1.0 / 3.0,
        f64::MAX,
        f64::MIN,
        f64::INFINITY,
    ];
    for value in doubles.into_iter().chain([f64::NEG_INFINITY, f64::NAN]) {
        let back = echo.call_echo_f64(&mut *store, value)?;
        t.same("call_echo_f64", Bits(back.to_bits()), Bits(value.to_bits()));
    }
    // What becomes of the payload of a NaN is for the hosts to say; they have to say the same.
    let back = echo.call_echo_f64(&mut *store, f64::from_bits(0xfff8_0000_dead_beef))?;
    t.saw(
        "call_echo_f64 of a NaN with a payload",
        Bits(back.to_bits()),
    );
    let back = echo.call_echo_f32(&mut *store, f32::from_bits(0xffc0_beef))?;
    t.saw(
        "call_echo_f32 of a NaN with a payload",
        Bits(back.to_bits()),
    );
    Ok(())
}

/// Texts and lists, empty ones among them.
pub fn lists(t: &mut Transcript, store: &mut Store<State>, kitchen: &Kitchen) -> Result<()> {
    let echo = kitchen.demo_kitchen_echo();
    let texts = [
        "",
        "a",
        "plain",
        "zażółć gęślą jaźń",
        "日本語 🦀\u{200d}🚀",
        "\0 and \u{7f}\n\t\"quoted\"",
        "e\u{301}",
    ];
    echo!(t, store, echo.call_echo_string, texts);
    echo!(
        t,
        store,
        echo.call_echo_bytes,
        [vec![], vec![0], (0..=255).collect()],
        |x| &x
    );
    echo!(
        t,
        store,
        echo.call_echo_list_bool,
        [vec![], vec![true, false, true]],
        |x| &x
    );
    echo!(
        t,
        store,
        echo.call_echo_list_s16,
        [vec![], vec![i16::MIN, -1, 0, i16::MAX]],
        |x| &x
    );
    echo!(
        t,
        store,
        echo.call_echo_list_u32,
        [vec![], vec![0, 1, u32::MAX]],
        |x| &x
    );
    echo!(
        t,
        store,
        echo.call_echo_list_s64,
        [vec![], vec![i64::MIN, -1, i64::MAX]],
        |x| &x
    );
    echo!(
        t,
        store,
        echo.call_echo_list_f32,
        [vec![], vec![-0.0, 1.5, f32::MIN_POSITIVE, f32::NAN]],
        |x| &x
    );
    echo!(
        t,
        store,
        echo.call_echo_list_f64,
        [vec![], vec![-0.0, 0.1, f64::MAX, f64::NAN]],
        |x| &x
    );
    echo!(
        t,
        store,
        echo.call_echo_list_char,
        [vec![], vec!['ß', '🦀']],
        |x| &x
    );
    let words: Vec<String> = texts.map(str::to_owned).to_vec();
    echo!(t, store, echo.call_echo_list_string, [vec![], words], |x| {
        &x
    });
    echo!(
        t,
        store,
        echo.call_echo_list_list,
        [vec![], vec![vec![], vec![1], vec![2, 3]]],
        |x| &x
    );
    echo!(
        t,
        store,
        echo.call_echo_points,
        [vec![], vec![point(1), point(-2)]],
        |x| &x
    );
    echo!(t, store, echo.call_echo_shapes, [vec![], shapes()], |x| &x);
    Ok(())
}

/// Records, variants, flags, options, results, and functions with many parameters.
pub fn compounds(t: &mut Transcript, store: &mut Store<State>, kitchen: &Kitchen) -> Result<()> {
    let echo = kitchen.demo_kitchen_echo();
    echo!(t, store, echo.call_echo_pair, [(0, ""), (255, "ü")]);
    echo!(
        t,
        store,
        echo.call_echo_triple,
        [(-0.0, i64::MIN, true), (1.5, -1, false)]
    );
    echo!(
        t,
        store,
        echo.call_echo_point,
        [point(0), point(i32::MIN)],
        |x| &x
    );
    echo!(t, store, echo.call_echo_shape, shapes(), |x| &x);
    echo!(
        t,
        store,
        echo.call_echo_narrow,
        [
            Narrow::Real(-0.0),
            Narrow::Whole(i32::MIN),
            Narrow::Letter('🦀')
        ]
    );
    echo!(
        t,
        store,
        echo.call_echo_season,
        [
            Season::Spring,
            Season::Summer,
            Season::Autumn,
            Season::Winter
        ]
    );
    echo!(
        t,
        store,
        echo.call_echo_access,
        [Access::empty(), Access::WRITE, Access::all()]
    );
    echo!(
        t,
        store,
        echo.call_echo_flags8,
        [Flags8::empty(), Flags8::F7, Flags8::all()]
    );
    echo!(
        t,
        store,
        echo.call_echo_flags12,
        [Flags12::empty(), Flags12::F8 | Flags12::F0, Flags12::all()]
    );
    echo!(
        t,
        store,
        echo.call_echo_flags20,
        [Flags20::empty(), Flags20::F19 | Flags20::F7, Flags20::all()]
    );
    echo!(
        t,
        store,
        echo.call_echo_flags32,
        [
            Flags32::empty(),
            Flags32::F31 | Flags32::F16,
            Flags32::all()
        ]
    );
    echo!(
        t,
        store,
        echo.call_echo_option,
        [None, Some(0), Some(u64::MAX)]
    );
    echo!(
        t,
        store,
        echo.call_echo_option_option,
        [None, Some(None), Some(Some("")), Some(Some("x"))]
    );
    echo!(t, store, echo.call_echo_result, [Ok(7), Err("no")]);
    echo!(t, store, echo.call_echo_result_ok, [Ok("yes"), Err(())]);
    echo!(t, store, echo.call_echo_result_err, [Ok(()), Err(-0.0)]);
    echo!(t, store, echo.call_echo_result_none, [Ok(()), Err(())]);
    echo!(
        t,
        store,
        echo.call_echo_wide,
        [wide(Ok(3)), wide(Err("none".to_owned()))],
        |x| &x
    );
    echo!(
        t,
        store,
        echo.call_echo_nest,
        [nest(Ok(vec![point(4)])), nest(Err((Season::Winter, None)))],
        |x| &x
    );
    let failed = nest(Err((Season::Summer, Some(Narrow::Letter('ß')))));
    echo!(t, store, echo.call_echo_nest, [failed], |x| &x);
    let joined = echo.call_join_sixteen(
        &mut *store,
        1,
        -2,
        3,
        -4,
        5,
        -6,
        7,
        -8,
        1.5,
        -2.5,
        true,
        'ß',
        "text",
        Some(9),
    )?;
    t.same(
        "call_join_sixteen",
        joined,
        "1,-2,3,-4,5,-6,7,-8,1.5,-2.5,true,ß,text,Some(9)",
    );
    let joined = echo.call_join_eighteen(
        &mut *store,
        1,
        -2,
        3,
        -4,
        5,
        -6,
        7,
        -8,
        1.5,
        -2.5,
        true,
        'ß',
        "text",
        None,
        &[10, 11],
    )?;
    t.same(
        "call_join_eighteen",
        joined,
        "1,-2,3,-4,5,-6,7,-8,1.5,-2.5,true,ß,text,None,[10, 11]",
    );
    Ok(())
}

/// The bits of a number, to be shown in hexadecimal.
#[derive(PartialEq)]
struct Bits<T>(T);

impl<T: std::fmt::LowerHex> Debug for Bits<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

fn point(x: i32) -> Point {
    Point {
        x,
        y: i64::from(x) << 32,
        label: format!("at {x}"),
        weight: -0.0,
        visible: x != 0,
    }
}

fn shapes() -> Vec<Shape> {
    vec![
        Shape::Empty,
        Shape::Radius(f32::MIN_POSITIVE),
        Shape::Big(i64::MIN),
        Shape::Name("naïve".to_owned()),
        Shape::Precise(-0.0),
        Shape::Corner(point(9)),
        Shape::Path(vec![(0, 0.5), (255, f64::NEG_INFINITY)]),
        Shape::Small(255),
    ]
}

fn wide(s: Result<u32, String>) -> Wide {
    Wide {
        a: 255,
        b: -128,
        c: u16::MAX,
        d: i16::MIN,
        e: u32::MAX,
        f: i32::MIN,
        g: u64::MAX,
        h: i64::MIN,
        i: -0.0,
        j: 0.1,
        k: true,
        l: '🦀',
        m: "text".to_owned(),
        n: Some(0),
        o: Season::Autumn,
        p: Access::READ | Access::EXECUTE,
        q: vec![1, 2, u16::MAX],
        r: (7, 1 << 53),
        s,
        t: Shape::Precise(0.5),
    }
}

fn nest(outcome: Result<Vec<Point>, (Season, Option<Narrow>)>) -> Nest {
    Nest {
        shapes: shapes(),
        table: vec![
            vec![],
            vec![None, Some(String::new()), Some("x".to_owned())],
        ],
        outcome,
        rights: Some((Access::all(), Flags12::F11, Flags32::F31)),
    }
}
