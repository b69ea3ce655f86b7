//! Values of Rust types, as bindings pass them: the same components, entered by typed functions and
//! left to typed host functions.

use amphi::component::{ComponentType, Lift, Linker, Lower, Val};
use amphi::{Result, Store};
use fastrand::Rng;

use super::bits;
use super::draw;
use super::echo::{Batch, Record, compile, engine};
use super::ty::{Scalar, Signature, Type};
use super::wat::Encoding;
use crate::report::Line;

/// A Rust type whose values can be drawn.
trait Drawn: ComponentType + Lift + Lower + Clone + Send + Sync + 'static {
    fn ty() -> Type;
    fn draw(rng: &mut Rng) -> Self;
    fn val(&self) -> Val;
}

macro_rules! scalars {
    ($($ty:ty, $name:ident, $val:ident, |$rng:ident| $draw:expr;)*) => {$(
        impl Drawn for $ty {
            fn ty() -> Type {
                Type::Scalar(Scalar::$name)
            }
            fn draw($rng: &mut Rng) -> Self {
                $draw
            }
            fn val(&self) -> Val {
                Val::$val(*self)
            }
        }
    )*};
}

scalars! {
    bool, Bool, Bool, |rng| rng.bool();
    i8, S8, S8, |rng| draw::bits(rng) as i8;
    u8, U8, U8, |rng| draw::bits(rng) as u8;
    i16, S16, S16, |rng| draw::bits(rng) as i16;
    u16, U16, U16, |rng| draw::bits(rng) as u16;
    i32, S32, S32, |rng| draw::bits(rng) as i32;
    u32, U32, U32, |rng| draw::bits(rng) as u32;
    i64, S64, S64, |rng| draw::bits(rng) as i64;
    u64, U64, U64, |rng| draw::bits(rng);
    f32, F32, Float32, |rng| draw::float32(rng);
    f64, F64, Float64, |rng| draw::float64(rng);
    char, Char, Char, |rng| draw::char(rng);
}

impl Drawn for String {
    fn ty() -> Type {
        Type::String
    }
    fn draw(rng: &mut Rng) -> Self {
        draw::text(rng)
    }
    fn val(&self) -> Val {
        Val::String(self.clone())
    }
}

impl<T: Drawn> Drawn for Vec<T> {
    fn ty() -> Type {
        Type::List(Box::new(T::ty()))
    }
    fn draw(rng: &mut Rng) -> Self {
        (0..draw::length(rng)).map(|_| T::draw(rng)).collect()
    }
    fn val(&self) -> Val {
        Val::List(self.iter().map(T::val).collect())
    }
}

impl<T: Drawn> Drawn for Option<T> {
    fn ty() -> Type {
        Type::Option(Box::new(T::ty()))
    }
    fn draw(rng: &mut Rng) -> Self {
        rng.bool().then(|| T::draw(rng))
    }
    fn val(&self) -> Val {
        Val::Option(self.as_ref().map(|value| Box::new(value.val())))
    }
}

impl<T: Drawn, E: Drawn> Drawn for Result<T, E> {
    fn ty() -> Type {
        Type::Result(Some(Box::new(T::ty())), Some(Box::new(E::ty())))
    }
    fn draw(rng: &mut Rng) -> Self {
        match rng.bool() {
            true => Ok(T::draw(rng)),
            false => Err(E::draw(rng)),
        }
    }
    fn val(&self) -> Val {
        let payload = |value: Val| Some(Box::new(value));
        Val::Result(match self {
            Ok(value) => Ok(payload(value.val())),
            Err(error) => Err(payload(error.val())),
        })
    }
}

macro_rules! tuples {
    ($(($($ty:ident),*))*) => {$(
        impl<$($ty: Drawn),*> Drawn for ($($ty,)*) {
            fn ty() -> Type {
                Type::Tuple(vec![$($ty::ty()),*])
            }
            fn draw(rng: &mut Rng) -> Self {
                ($($ty::draw(rng),)*)
            }
            #[expect(non_snake_case, reason = "the variables have the names of their types")]
            fn val(&self) -> Val {
                let ($($ty,)*) = self;
                Val::Tuple(vec![$($ty.val()),*])
            }
        }
    )*};
}

tuples! { (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, F) }

/// What is done with one type: its signature, its host function, its calls.
struct Case {
    signature: fn() -> Signature,
    link: fn(&mut Linker<Vec<String>>, &str) -> Result<()>,
    calls: fn(&mut Rng, &mut Calls<'_>, &mut Record) -> Result<()>,
}

/// Where a function is called, and how often.
struct Calls<'a> {
    store: &'a mut Store<Vec<String>>,
    instance: amphi::component::Instance,
    name: String,
    count: usize,
}

const fn case<T: Drawn>() -> Case {
    Case {
        signature: || Signature(vec![T::ty()]),
        link: |linker, name| {
            linker.root().func_wrap(name, |mut store, (value,): (T,)| {
                store.data_mut().push(bits::text(&value.val()));
                Ok((value,))
            })
        },
        calls: |rng, calls, record| {
            let func = (calls.instance)
                .get_typed_func::<(T,), (T,)>(&mut *calls.store, calls.name.as_str())?;
            for _ in 0..calls.count {
                let value = T::draw(rng);
                let given = bits::text(&value.val());
                let returned = func.call(&mut *calls.store, (value,));
                let returned = returned.map(|(value,)| bits::text(&value.val()));
                record.add(&given, calls.store.data_mut(), returned);
            }
            Ok(())
        },
    }
}

const CASES: [Case; FUNCTIONS] = [
    case::<bool>(),
    case::<i8>(),
    case::<u16>(),
    case::<i32>(),
    case::<u64>(),
    case::<f32>(),
    case::<f64>(),
    case::<char>(),
    case::<String>(),
    case::<Vec<u8>>(),
    case::<Vec<i16>>(),
    case::<Vec<u32>>(),
    case::<Vec<f32>>(),
    case::<Vec<f64>>(),
    case::<Vec<bool>>(),
    case::<Vec<char>>(),
    case::<Vec<String>>(),
    case::<Vec<Vec<i64>>>(),
    case::<Vec<(u8, u64)>>(),
    case::<Vec<Option<f64>>>(),
    case::<Option<String>>(),
    case::<Option<Option<u8>>>(),
    case::<Result<String, u32>>(),
    case::<Result<f32, f64>>(),
    case::<Result<i64, (f32, String)>>(),
    case::<(i8, u16, f32, f64)>(),
    case::<(String, Vec<u16>, String, char)>(),
    case::<(Vec<u8>, bool, Vec<u64>, String)>(),
    case::<((u8, u64), (f32, (bool, char)), Vec<(String, Option<i8>)>)>(),
    case::<(String, String, String, String, String, String)>(),
    case::<(
        (u64, u64, u64, u64, u64, u64),
        (u8, u8, u8, u8, u8, u8),
        (f32, f32, f32, f32, f32),
    )>(),
    case::<Vec<Result<Vec<String>, Option<(i16, i64)>>>>(),
];

/// How many functions a component of these types has.
pub const FUNCTIONS: usize = 32;

/// Makes a component for these types, and calls the function of each.
pub async fn echo(mut batch: Batch<'_>, encoding: Encoding) -> Result<Vec<Line>> {
    let engine = engine()?;
    let signatures: Vec<Signature> = CASES.iter().map(|case| (case.signature)()).collect();
    let component = compile(&engine, &signatures, &[encoding]).await?;
    let mut linker = Linker::new(&engine);
    for (index, case) in CASES.iter().enumerate() {
        (case.link)(&mut linker, &format!("echo{index}"))?;
    }
    let mut store = Store::new(&engine, Vec::new());
    let instance = linker.instantiate(&mut store, &component)?;
    let mut lines = Vec::new();
    for (index, case) in CASES.iter().enumerate() {
        let mut record = batch.record(index, &signatures[index], &[encoding]);
        let mut calls = Calls {
            store: &mut store,
            instance,
            name: format!("echo{index}"),
            count: batch.calls,
        };
        (case.calls)(&mut batch.rng, &mut calls, &mut record)?;
        lines.push(record.line());
    }
    Ok(lines)
}
