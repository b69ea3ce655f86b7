//! What a script has made so far: definitions, instances and the stores they live in.

use crate::host::{self, State};
use crate::reach::Reach;
use crate::supply;
use amphi::component::{Component, Instance, Linker};
use amphi::error::Context as _;
use amphi::{Engine, Result, Store, bail};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What a script has made so far.
pub(crate) struct Stage {
    reach: Reach,
    engine: Engine,
    /// Components by the names that the script gave them.
    definitions: BTreeMap<Option<String>, Component>,
    /// Instances by name.
    instances: BTreeMap<String, Running>,
    /// The latest instance, which a directive means that names none.
    current: Option<Running>,
}

/// An instance.
#[derive(Clone)]
pub(crate) struct Running {
    /// How its functions are called.
    pub reach: Reach,
    /// Its store: its own, since a trap ends all use of a store, or that of the instances that it
    /// imports from. It is closed with the last instance that a directive can name, for a browser
    /// has room for some hundred memories at a time.
    pub store: Rc<RefCell<Store<State>>>,
    /// What it is an instance of.
    pub component: Component,
    /// The instance in its store.
    pub instance: Instance,
}

impl Stage {
    pub(crate) fn new(reach: Reach) -> Result<Self> {
        Ok(Self {
            reach,
            engine: reach.engine()?,
            definitions: BTreeMap::new(),
            instances: BTreeMap::new(),
            current: None,
        })
    }

    /// Compiles a component and remembers it for later instances.
    pub(crate) fn define(&mut self, name: Option<&str>, bytes: &[u8]) -> Result<()> {
        let name = name.map(str::to_owned);
        // What an earlier definition was called, it is called no more, whether this one is good or
        // not.
        self.definitions.remove(&name);
        let component = self.compile(bytes)?;
        self.definitions.insert(name, component);
        Ok(())
    }

    /// Compiles a component.
    pub(crate) fn compile(&self, bytes: &[u8]) -> Result<Component> {
        Component::new(&self.engine, bytes)
    }

    /// The component that was defined as `name`.
    pub(crate) fn definition(&self, name: Option<&str>) -> Result<Component> {
        let found = self.definitions.get(&name.map(str::to_owned));
        found
            .cloned()
            .context("expected a component definition of an earlier directive, found none")
    }

    /// Makes an instance, which then is the current one, and known as `name`.
    pub(crate) fn enter(&mut self, name: Option<&str>, component: &Component) -> Result<()> {
        let running = self.instantiate(component)?;
        if let Some(name) = name {
            self.instances.insert(name.to_owned(), running.clone());
        }
        self.current = Some(running);
        Ok(())
    }

    /// Forgets the instance that a directive was to make anew: later ones are not to meet an
    /// earlier instance in its place.
    pub(crate) fn leave(&mut self, name: Option<&str>) {
        self.current = None;
        if let Some(name) = name {
            self.instances.remove(name);
        }
    }

    /// Makes the instance called `name`, or the current one, known as `alias` too.
    pub(crate) fn register(&mut self, name: Option<&str>, alias: &str) -> Result<()> {
        let running = self.running(name)?.clone();
        self.instances.insert(alias.to_owned(), running);
        Ok(())
    }

    /// Makes an instance in the store of those whose names it imports.
    pub(crate) fn instantiate(&self, component: &Component) -> Result<Running> {
        let ty = component.component_type();
        let names = ty.imports(&self.engine).map(|(name, _)| name.to_owned());
        let suppliers: Vec<(String, Running)> = names
            .filter_map(|name| {
                self.instances
                    .get(&name)
                    .cloned()
                    .map(|found| (name, found))
            })
            .collect();
        let store = self.store_of(&suppliers)?;
        let mut linker = Linker::new(&self.engine);
        host::link(&mut linker, component)?;
        for (name, running) in &suppliers {
            let mut names = linker.instance(name)?;
            supply::exports(&mut names, &mut store.borrow_mut(), running)
                .with_context(|| format!("the exports of `{name}`"))?;
        }
        // An import that another instance supplies is called by a function of the host, which
        // cannot wait for it.
        let reach = match suppliers.is_empty() {
            true => self.reach,
            false => Reach::Shared,
        };
        let instance = reach.instantiate(&mut store.borrow_mut(), &linker, component)?;
        Ok(Running {
            reach,
            store,
            component: component.clone(),
            instance,
        })
    }

    /// The instance called `name`, or the current one.
    pub(crate) fn running(&self, name: Option<&str>) -> Result<&Running> {
        let found = match name {
            Some(name) => self.instances.get(name),
            None => self.current.as_ref(),
        };
        found.context("expected an instance of an earlier directive, found none")
    }

    /// The store for an instance that `suppliers` supply: theirs, or a new one.
    fn store_of(&self, suppliers: &[(String, Running)]) -> Result<Rc<RefCell<Store<State>>>> {
        let Some((_, first)) = suppliers.first() else {
            let store = Store::new(&self.engine, State::default());
            return Ok(Rc::new(RefCell::new(store)));
        };
        let shared = |(_, other): &(String, Running)| Rc::ptr_eq(&first.store, &other.store);
        if !suppliers.iter().all(shared) {
            let names: Vec<_> = suppliers.iter().map(|(name, _)| name.as_str()).collect();
            bail!(
                "`{}` are instances of different stores, so that no instance can import all of them",
                names.join("`, `")
            );
        }
        Ok(first.store.clone())
    }
}
