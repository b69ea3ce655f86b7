//! Counts what the translation of a component would write down.
//!
//! The translator instantiates components on paper: each instantiation repeats the steps of the
//! component that is instantiated, and what an item is made of is copied wherever the item goes.
//! The same is done here with counters in place of copies.

use std::collections::HashMap;
use std::rc::Rc;

use super::ScreenError;
use super::outline::{Capture, Definition, ItemIndex, ItemKind, Outline, Step};
use super::weight::{ITEM, MOST};

/// How long a chain of components may be of which each has the one before inside: the translator
/// copies it by recursion.
const LONGEST: u32 = 100;

/// Refuses a component that multiplies itself beyond measure.
pub(super) fn check(outline: &Outline<'_>) -> Result<(), ScreenError> {
    let Some(root) = outline.len().checked_sub(1) else {
        return Ok(());
    };
    let mut growth = Growth {
        outline,
        spent: 0,
        resources: 0,
    };
    let file = Closure {
        definition: root,
        taken: Vec::new(),
        weight: ITEM,
        length: 0,
    };
    growth.run(Frame::new(Rc::new(file), HashMap::new()))
}

/// A component together with what it takes from around it.
struct Closure {
    definition: usize,
    taken: Vec<Option<Rc<Closure>>>,
    weight: u64,
    length: u32,
}

/// An instance, by those of its exports that are known. The exports of the host's instances are
/// not.
struct Bag<'a> {
    items: HashMap<&'a str, Value<'a>>,
    weight: u64,
}

#[derive(Clone)]
enum Value<'a> {
    /// `None` is one of the host's, which the translator refuses.
    Component(Option<Rc<Closure>>),
    /// `None` is one of the host's.
    Instance(Option<Rc<Bag<'a>>>),
    Other,
}

impl Value<'_> {
    fn weight(&self) -> u64 {
        match self {
            Value::Component(Some(closure)) => closure.weight,
            Value::Instance(Some(bag)) => bag.weight,
            Value::Component(None) | Value::Instance(None) | Value::Other => ITEM,
        }
    }

    /// An item of the host's.
    fn unknown(kind: ItemKind) -> Self {
        match kind {
            ItemKind::Component => Value::Component(None),
            ItemKind::Instance => Value::Instance(None),
            ItemKind::Other => Value::Other,
        }
    }
}

/// An instantiation that is under way.
struct Frame<'a> {
    closure: Rc<Closure>,
    next: usize,
    args: HashMap<&'a str, Value<'a>>,
    components: Vec<Option<Rc<Closure>>>,
    instances: Vec<Option<Rc<Bag<'a>>>>,
    exports: HashMap<&'a str, Value<'a>>,
    /// What the type of the new instance costs the one that made it.
    cost: u64,
}

impl<'a> Frame<'a> {
    fn new(closure: Rc<Closure>, args: HashMap<&'a str, Value<'a>>) -> Self {
        Frame {
            closure,
            next: 0,
            args,
            components: Vec::new(),
            instances: Vec::new(),
            exports: HashMap::new(),
            cost: 0,
        }
    }

    fn item(&self, item: ItemIndex) -> Value<'a> {
        match item {
            ItemIndex::Component(index) => {
                Value::Component(self.components.get(index as usize).cloned().flatten())
            }
            ItemIndex::Instance(index) => {
                Value::Instance(self.instances.get(index as usize).cloned().flatten())
            }
            ItemIndex::Other => Value::Other,
        }
    }

    fn items(&self, items: &[(&'a str, ItemIndex)]) -> (HashMap<&'a str, Value<'a>>, u64) {
        let mut weight = ITEM;
        let values = items.iter().map(|(name, item)| {
            let value = self.item(*item);
            weight = weight.saturating_add(value.weight());
            (*name, value)
        });
        (values.collect(), weight)
    }

    fn push(&mut self, value: Value<'a>) {
        match value {
            Value::Component(component) => self.components.push(component),
            Value::Instance(instance) => self.instances.push(instance),
            Value::Other => {}
        }
    }

    fn captured(&self, capture: Capture) -> Option<Rc<Closure>> {
        match capture {
            Capture::Local(index) => self.components.get(index as usize).cloned().flatten(),
            Capture::Taken(index) => self.closure.taken.get(index).cloned().flatten(),
            Capture::Module => None,
        }
    }

    fn define(&self, definition: usize, captures: &[Capture]) -> Closure {
        let taken: Vec<_> = captures.iter().map(|c| self.captured(*c)).collect();
        let inside = || taken.iter().flatten();
        Closure {
            definition,
            weight: inside().fold(ITEM * (1 + taken.len() as u64), |sum, closure| {
                sum.saturating_add(closure.weight)
            }),
            length: inside()
                .map(|closure| closure.length + 1)
                .max()
                .unwrap_or(0),
            taken,
        }
    }
}

struct Growth<'a, 'o> {
    outline: &'o [Definition<'a>],
    spent: u64,
    /// Resource types of the instantiations under way: the translator keeps a copy of that table
    /// for each.
    resources: u64,
}

impl<'a> Growth<'a, '_> {
    fn run(&mut self, root: Frame<'a>) -> Result<(), ScreenError> {
        let mut frames = vec![root];
        while let Some(frame) = frames.last_mut() {
            let definition = &self.outline[frame.closure.definition];
            if frame.next == 0 {
                self.resources += definition.resources;
                self.spend(ITEM.saturating_add(self.resources))?;
            }
            if let Some(step) = definition.steps.get(frame.next) {
                frame.next += 1;
                if let Some(inner) = self.step(frame, step)? {
                    frames.push(inner);
                }
                continue;
            }
            self.resources -= definition.resources;
            let Some(ended) = frames.pop() else { break };
            let weight = (ended.exports.values())
                .fold(ITEM, |sum, value| sum.saturating_add(value.weight()));
            self.spend(weight.saturating_add(ended.cost))?;
            let bag = Bag {
                items: ended.exports,
                weight,
            };
            if let Some(around) = frames.last_mut() {
                around.instances.push(Some(Rc::new(bag)));
            }
        }
        Ok(())
    }

    /// Takes one step; an instantiation gives the frame that has to run first.
    fn step(
        &mut self,
        frame: &mut Frame<'a>,
        step: &Step<'a>,
    ) -> Result<Option<Frame<'a>>, ScreenError> {
        let (value, cost) = match step {
            Step::Plain { cost } => (Value::Other, *cost),
            Step::Import { name, kind, cost } => {
                let given = frame.args.get(name).cloned();
                (given.unwrap_or(Value::unknown(*kind)), *cost)
            }
            Step::Define {
                definition,
                captures,
            } => {
                let closure = frame.define(*definition, captures);
                if closure.length > LONGEST {
                    return Err(ScreenError::Chain { most: LONGEST });
                }
                (Value::Component(Some(Rc::new(closure))), 0)
            }
            Step::Outer(capture) => (Value::Component(frame.captured(*capture)), 0),
            Step::Bag { items, cost } => {
                let (items, weight) = frame.items(items);
                (Value::Instance(Some(Rc::new(Bag { items, weight }))), *cost)
            }
            Step::Alias {
                instance,
                name,
                kind,
            } => {
                let bag = frame
                    .instances
                    .get(*instance as usize)
                    .and_then(Option::as_ref);
                let known = bag.and_then(|bag| bag.items.get(name)).cloned();
                (known.unwrap_or(Value::unknown(*kind)), 0)
            }
            Step::Export { name, item, cost } => {
                let value = frame.item(*item);
                frame.exports.insert(name, value.clone());
                (value, *cost)
            }
            Step::Instantiate {
                component,
                args,
                cost,
            } => {
                let target = frame.components.get(*component as usize).cloned().flatten();
                let (args, weight) = frame.items(args);
                self.spend(weight)?;
                let Some(target) = target else {
                    frame.instances.push(None);
                    return Ok(None);
                };
                self.spend(target.weight)?;
                let mut inner = Frame::new(target, args);
                inner.cost = *cost;
                return Ok(Some(inner));
            }
        };
        self.spend(value.weight().saturating_add(cost))?;
        frame.push(value);
        Ok(None)
    }

    fn spend(&mut self, cost: u64) -> Result<(), ScreenError> {
        self.spent = self.spent.saturating_add(cost);
        match self.spent > MOST {
            true => Err(ScreenError::grows(MOST)),
            false => Ok(()),
        }
    }
}
