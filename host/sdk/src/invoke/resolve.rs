//! Which exported function a name means.

use std::fmt;

use amphi_core::version;

use super::{Call, InvokeError};
use crate::component::Component;
use crate::component::types::{ComponentFunc, ComponentItem};

/// How many near names an error suggests at most.
const SUGGESTIONS: usize = 5;

/// An exported function of a component.
#[derive(Clone, Debug)]
pub struct Target {
    /// The exported interface that it is in, with its version; none for a function of the world
    /// itself.
    pub interface: Option<String>,
    /// Its name.
    pub function: String,
    /// Its type.
    pub func: ComponentFunc,
}

impl Target {
    /// The interface that it is in, without its version.
    #[must_use]
    pub fn interface_without_version(&self) -> Option<&str> {
        self.interface.as_deref().map(version::bare)
    }
}

/// The name by which [`resolve`] finds exactly this function: `demo:calc/ops@1.0.0#add`.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.interface {
            Some(interface) => write!(f, "{interface}#{}", self.function),
            None => f.write_str(&self.function),
        }
    }
}

/// All functions that `component` exports, in the world itself and in its interfaces, in the order
/// of the exports.
///
/// ```
/// use amphi::component::Component;
///
/// # fn main() -> amphi::Result<()> {
/// let engine = amphi::Engine::default();
/// let bytes = wat::parse_str(r#"(component
///     (core module $m (func (export "f")))
///     (core instance $i (instantiate $m))
///     (func (export "go") (canon lift (core func $i "f"))))"#)?;
/// let component = Component::new(&engine, bytes)?;
/// assert_eq!(amphi::invoke::targets(&component)[0].function, "go");
/// # Ok(())
/// # }
/// ```
pub fn targets(component: &Component) -> Vec<Target> {
    let engine = component.engine();
    let mut targets = Vec::new();
    for (name, export) in component.component_type().exports(engine) {
        match export.ty {
            ComponentItem::ComponentFunc(func) => {
                targets.push(Target {
                    interface: None,
                    function: name.to_owned(),
                    func,
                });
            }
            ComponentItem::ComponentInstance(instance) => {
                for (function, export) in instance.exports(engine) {
                    if let ComponentItem::ComponentFunc(func) = export.ty {
                        let interface = Some(name.to_owned());
                        targets.push(Target {
                            interface,
                            function: function.to_owned(),
                            func,
                        });
                    }
                }
            }
            ComponentItem::CoreFunc(_)
            | ComponentItem::Module(_)
            | ComponentItem::Component(_)
            | ComponentItem::Type(_)
            | ComponentItem::Resource(_) => {}
        }
    }
    targets
}

/// Finds the function that `call` names.
///
/// An interface may be named with another version that is compatible, whose latest is meant;
/// without its version, and a function without its interface, where only one fits. A function of
/// the world itself has no longer name, so it wins over one of the same name in an interface.
///
/// # Errors
///
/// No exported function has the name, or several have.
pub fn resolve(component: &Component, call: &Call) -> Result<Target, InvokeError> {
    let targets = targets(component);
    let fits = |target: &&Target| target.function == call.function;
    let mut found: Vec<&Target> = targets.iter().filter(fits).collect();
    if let Some(name) = &call.interface {
        let interfaces = found
            .iter()
            .filter_map(|target| target.interface.as_deref());
        let serving = version::serving(name, interfaces);
        found.retain(|target| {
            let serves = serving.is_some() && target.interface.as_deref() == serving;
            serves || target.interface_without_version() == Some(name)
        });
    }
    if let Some(own) = found
        .iter()
        .position(|target| target.interface == call.interface)
    {
        found = vec![found[own]];
    }
    match found.as_slice() {
        [target] => Ok((*target).clone()),
        [] => Err(unknown(call, &targets)),
        several => Err(InvokeError::Ambiguous {
            function: call.name.clone(),
            candidates: several.iter().map(ToString::to_string).collect(),
        }),
    }
}

fn unknown(call: &Call, targets: &[Target]) -> InvokeError {
    let written = call.name.to_lowercase();
    let mut near: Vec<_> = targets
        .iter()
        .filter(|target| is_near(&call.function, &target.function))
        .map(ToString::to_string)
        .collect();
    near.sort_by_key(|name| strsim::damerau_levenshtein(&written, &name.to_lowercase()));
    near.truncate(SUGGESTIONS);
    InvokeError::Unknown {
        function: call.name.clone(),
        near,
        exported: targets.iter().map(ToString::to_string).collect(),
    }
}

/// Whether at most a third of the letters differ, in whatever case. The interface is not asked: the
/// right function in another interface or version, or behind another sign than `#`, is what was
/// meant more often than another function.
fn is_near(written: &str, name: &str) -> bool {
    let function = written.rsplit(['/', '.']).next().unwrap_or(written);
    let (function, name) = (function.to_lowercase(), name.to_lowercase());
    strsim::damerau_levenshtein(&function, &name) <= function.chars().count().div_ceil(3)
}
