//! Components that come and go: each round loads one, instantiates it, calls it and drops it all.
//! Some of them fail.

use amphi::component::{Component, Linker, Resource, ResourceAny, ResourceType, Val};
use amphi::{Engine, Module, Result, Store, StoreContextMut, bail, ensure, format_err};

/// The components' bytes, and the engine that stays.
pub struct Visitors {
    engine: Engine,
    greeter: Vec<u8>,
    smith: Vec<u8>,
    works: Vec<u8>,
    composed: Vec<u8>,
    printer: Vec<u8>,
    paper: Vec<u8>,
}

/// How many kinds of rounds there are.
const KINDS: u32 = 7;

/// Passes a text to a component inside it, so that there is an adapter, and copies between
/// memories.
const COMPOSED: &str = r#"
    (component
      (core module $storage
        (memory (export "memory") 1)
        (global $next (mut i32) (i32.const 1024))
        (func (export "realloc") (param i32 i32 i32 i32) (result i32)
          (global.get $next)
          (global.set $next (i32.add (global.get $next) (local.get 3)))))
      (component $inner
        (alias outer 1 $storage (core module $storage))
        (core instance $s (instantiate $storage))
        (core module $m (func (export "length") (param i32 i32) (result i32) (local.get 1)))
        (core instance $i (instantiate $m))
        (func (export "length") (param "text" string) (result u32)
          (canon lift (core func $i "length") string-encoding=utf16
            (memory (core memory $s "memory")) (realloc (core func $s "realloc")))))
      (component $outer
        (alias outer 1 $storage (core module $storage))
        (import "length" (func $length (param "text" string) (result u32)))
        (core instance $s (instantiate $storage))
        (core func $length' (canon lower (func $length) (memory (core memory $s "memory"))))
        (core module $m
          (import "c" "length" (func $length (param i32 i32) (result i32)))
          (func (export "length") (param i32 i32) (result i32) (call $length (local.get 0) (local.get 1))))
        (core instance $i (instantiate $m (with "c" (instance (export "length" (func $length'))))))
        (func (export "length") (param "text" string) (result u32)
          (canon lift (core func $i "length")
            (memory (core memory $s "memory")) (realloc (core func $s "realloc")))))
      (instance $inner (instantiate $inner))
      (instance $outer (instantiate $outer (with "length" (func $inner "length"))))
      (export "length" (func $outer "length")))
"#;

/// Instantiates a module that it is given.
const PRINTER: &str = r#"
    (component
      (import "paper" (core module $paper (export "size" (func (result i32)))))
      (core instance $paper (instantiate $paper))
      (export "sheet" (core module $paper))
      (func (export "run") (result u32) (canon lift (core func $paper "size"))))
"#;

const PAPER: &str = r#"(module (func (export "size") (result i32) i32.const 13))"#;

impl Visitors {
    /// Reads the components that all rounds use.
    ///
    /// # Errors
    ///
    /// A file of the corpus is missing or not a component.
    pub async fn new(load: &impl AsyncFn(&str) -> Result<Vec<u8>>) -> Result<Visitors> {
        let corpus = async |name: &str| -> Result<Vec<u8>> {
            let text = load(&format!("corpus/bindings/{name}.wat")).await?;
            Ok(wat::parse_bytes(&text)?.into_owned())
        };
        Ok(Visitors {
            engine: Engine::default(),
            greeter: corpus("greeter").await?,
            smith: corpus("smith").await?,
            works: corpus("works").await?,
            composed: wat::parse_str(COMPOSED)?,
            printer: wat::parse_str(PRINTER)?,
            paper: wat::parse_str(PAPER)?,
        })
    }

    /// One round, of a kind that depends on its number.
    ///
    /// # Errors
    ///
    /// Something ended otherwise than it has to.
    pub async fn round(&self, number: u32) -> Result<()> {
        match number % KINDS {
            0 => self.greet(number).await,
            1 => self.hoard(number),
            2 => self.join(number).await,
            3 => self.count(number).await,
            4 => self.print(),
            5 => self.fail(number),
            _ => self.differ(number),
        }
    }

    /// Functions of the host, texts both ways, two instances in one store.
    async fn greet(&self, number: u32) -> Result<()> {
        let component = amphi::compile(&self.engine, &self.greeter).await?;
        let mut linker = Linker::new(&self.engine);
        let name = move |_: StoreContextMut<'_, u32>, ()| Ok((format!("number {number}"),));
        linker.root().func_wrap("name", name)?;
        linker.root().func_wrap(
            "log",
            |mut store: StoreContextMut<'_, u32>, (text,): (String,)| {
                *store.data_mut() += u32::try_from(text.len())?;
                Ok(())
            },
        )?;
        linker
            .instance("clock")?
            .func_wrap("tick", |_, (by,): (u32,)| Ok((u64::from(by),)))?;
        let pre = linker.instantiate_pre(&component)?;
        let mut store = Store::new(&self.engine, 0);
        for _ in 0..2 {
            let instance = pre.instantiate_async(&mut store).await?;
            let greet = instance.get_typed_func::<(), (String,)>(&mut store, "greet")?;
            let (greeting,) = greet.call(&mut store, ())?;
            ensure!(
                greeting == format!("hello, number {number}"),
                "found `{greeting}`"
            );
        }
        ensure!(*store.data() > 20, "the greetings were written down");
        Ok(())
    }

    /// A resource of the host, and a trap for keeping it.
    fn hoard(&self, number: u32) -> Result<()> {
        let component = Component::new(&self.engine, &self.smith)?;
        let mut linker: Linker<u32> = Linker::new(&self.engine);
        linker.define_unknown_imports_as_traps(&component)?;
        linker.allow_shadowing(true);
        let mut tools = linker.instance("demo:tools/tools")?;
        tools.resource("hammer", ResourceType::host::<u8>(), |_, _| Ok(()))?;
        tools.func_wrap("[constructor]hammer", |_, (weight,): (u32,)| {
            Ok((Resource::<u8>::new_own(weight),))
        })?;
        let mut store = Store::new(&self.engine, 0);
        let instance = linker.instantiate(&mut store, &component)?;
        let hoard = instance.get_typed_func::<(&Resource<u8>,), ()>(&mut store, "hoard")?;
        let hammer = Resource::new_own(number);
        let kept = hoard.call(&mut store, (&hammer,));
        ensure!(kept.is_err(), "what was lent cannot be kept");
        let work = instance.get_typed_func::<(u32,), (u32,)>(&mut store, "work")?;
        ensure!(
            work.call(&mut store, (1,)).is_err(),
            "`strike` is not defined"
        );
        Ok(())
    }

    /// A resource of the guest; some handles are dropped, others go with the store.
    async fn join(&self, number: u32) -> Result<()> {
        let component = amphi::compile(&self.engine, &self.works).await?;
        let mut store = Store::new(&self.engine, ());
        let instance = Linker::new(&self.engine).instantiate(&mut store, &component)?;
        let works = instance.get_export_index(&mut store, None, "demo:works/works@0.1.0");
        let index = instance.get_export_index(&mut store, works.as_ref(), "[constructor]piece");
        let index = index.ok_or_else(|| format_err!("there is no constructor"))?;
        let new = instance.get_typed_func::<(u32,), (ResourceAny,)>(&mut store, index)?;
        for weight in 0..10 {
            let (piece,) = new.call(&mut store, (weight,))?;
            if weight % 2 == number % 2 {
                piece.resource_drop(&mut store)?;
            }
        }
        Ok(())
    }

    /// Two components in one, with an adapter between them.
    async fn count(&self, number: u32) -> Result<()> {
        let component = amphi::compile(&self.engine, &self.composed).await?;
        let mut store = Store::new(&self.engine, ());
        let instance = Linker::new(&self.engine).instantiate(&mut store, &component)?;
        let length = instance.get_func(&mut store, "length");
        let length = length.ok_or_else(|| format_err!("there is no `length`"))?;
        let mut results = [Val::Bool(false)];
        let text = format!("é{number}");
        let units = u32::try_from(text.encode_utf16().count())?;
        length.call(&mut store, &[Val::String(text)], &mut results)?;
        ensure!(results[0] == Val::U32(units), "found {results:?}");
        Ok(())
    }

    /// A core module that goes in and comes out again.
    fn print(&self) -> Result<()> {
        let paper = Module::new(&self.engine, &self.paper)?;
        let component = Component::new(&self.engine, &self.printer)?;
        let mut linker: Linker<()> = Linker::new(&self.engine);
        linker.root().module("paper", &paper)?;
        let mut store = Store::new(&self.engine, ());
        let instance = linker.instantiate(&mut store, &component)?;
        let run = instance.get_typed_func::<(), (u32,)>(&mut store, "run")?;
        ensure!(run.call(&mut store, ())? == (13,), "the paper has a size");
        ensure!(
            instance.get_module(&mut store, "sheet").is_some(),
            "the paper comes out"
        );
        Ok(())
    }

    /// What is refused on the way: bytes, imports, an instance whose start traps.
    fn fail(&self, number: u32) -> Result<()> {
        let half = &self.works[..self.works.len() / 2];
        ensure!(
            Component::new(&self.engine, half).is_err(),
            "half a component"
        );
        let smith = Component::new(&self.engine, &self.smith)?;
        let linker: Linker<()> = Linker::new(&self.engine);
        ensure!(
            linker.instantiate_pre(&smith).is_err(),
            "imports are missing"
        );
        let text = format!(
            r#"(component
                (core module $a (memory (export "memory") {}) (func (export "f")))
                (core instance $a (instantiate $a))
                (core module $m (func $start unreachable) (start $start))
                (core instance $m (instantiate $m)))"#,
            number % 3
        );
        let component = Component::new(&self.engine, wat::parse_str(text)?)?;
        let mut store = Store::new(&self.engine, ());
        match linker.instantiate(&mut store, &component) {
            Ok(_) => bail!("its start function does not trap"),
            Err(_) => Ok(()),
        }
    }

    /// A function of a type that no other round has.
    fn differ(&self, number: u32) -> Result<()> {
        let types = [
            ("u32", "i32"),
            ("u64", "i64"),
            ("f32", "f32"),
            ("f64", "f64"),
        ];
        let digits = (0..8).map(|place| types[(number >> (2 * place)) as usize % types.len()]);
        let digits: Vec<_> = digits.collect();
        let params: Vec<_> = (0..)
            .zip(&digits)
            .map(|(at, (ty, _))| format!("(param \"p{at}\" {ty})"))
            .collect();
        let core: Vec<_> = digits.iter().map(|(_, core)| *core).collect();
        let text = format!(
            r#"(component
                (core module $m (func (export "f") (param {}) (result i32) i32.const 5))
                (core instance $m (instantiate $m))
                (func (export "f") {} (result u32) (canon lift (core func $m "f"))))"#,
            core.join(" "),
            params.join(" ")
        );
        let component = Component::new(&self.engine, wat::parse_str(text)?)?;
        let mut store = Store::new(&self.engine, ());
        let instance = Linker::new(&self.engine).instantiate(&mut store, &component)?;
        let f = instance.get_func(&mut store, "f");
        let f = f.ok_or_else(|| format_err!("there is no `f`"))?;
        let values: Vec<_> = digits
            .iter()
            .map(|(ty, _)| match *ty {
                "u32" => Val::U32(number),
                "u64" => Val::U64(1),
                "f32" => Val::Float32(0.5),
                _ => Val::Float64(0.5),
            })
            .collect();
        let mut results = [Val::Bool(false)];
        f.call(&mut store, &values, &mut results)?;
        ensure!(results[0] == Val::U32(5), "found {results:?}");
        Ok(())
    }
}
