//! What others say of two worlds: wac's target check, and the validator by way of
//! `wit_component::targets`.

use amphi_core::abi::{self, Class, Effect, Report, Side};
use wac_types::{Package, Types, validate_target};
use wit_component::{
    ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata, targets,
};
use wit_parser::{ManglingAndAbi, Resolve, WorldId};

/// A world, and a component of its shape that does nothing.
pub struct Subject {
    resolve: Resolve,
    world: WorldId,
    component: Vec<u8>,
}

impl Subject {
    /// Reads a WIT package with one world.
    pub fn new(wit: &str) -> Subject {
        let mut resolve = Resolve::default();
        let package = resolve
            .push_str("test.wit", wit)
            .unwrap_or_else(|error| panic!("not WIT: {error:?}\n{wit}"));
        let world = resolve
            .select_world(&[package], None)
            .unwrap_or_else(|error| panic!("no world: {error:?}\n{wit}"));
        let mut module = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
            .unwrap_or_else(|error| panic!("no metadata: {error:?}\n{wit}"));
        let component = ComponentEncoder::default()
            .module(&module)
            .and_then(|mut encoder| encoder.encode())
            .unwrap_or_else(|error| panic!("no component: {error:?}\n{wit}"));
        Subject {
            resolve,
            world,
            component,
        }
    }

    fn side(&self) -> Side<'_> {
        Side {
            resolve: &self.resolve,
            world: self.world,
        }
    }
}

/// What the gate says of two worlds, both as written and as decoded from components of their
/// shapes.
pub fn compare(old: &Subject, new: &Subject) -> Report {
    let written = abi::compare(old.side(), new.side());
    let decoded = |subject: &Subject| {
        amphi_core::contract::decode(&subject.component).expect("the component was just made")
    };
    let (before, after) = (decoded(old), decoded(new));
    let decoded = abi::compare(Side::from(&before), Side::from(&after));
    assert_eq!(
        written.verdict(),
        decoded.verdict(),
        "{written:#?}\n{decoded:#?}"
    );
    written
}

/// Whether the gate lets the change through, apart from its rule that time runs forward, which is
/// nobody else's.
fn allows(report: &Report) -> bool {
    let refused =
        |class: Class| class.effect() == Effect::Breaking && class != Class::VersionLowered;
    !report.changes.iter().any(|change| refused(change.class))
}

/// Fails unless others judge as the gate does.
pub fn expect_agreement(old: &Subject, new: &Subject, report: &Report) {
    let allowed = allows(report);
    let wac = wac(old, new);
    assert_eq!(
        allowed,
        wac.is_ok(),
        "wac says {wac:?}, the gate {report:#?}"
    );
    // The validator takes names literally, versions included.
    let versions = [
        Class::VersionRaised,
        Class::VersionLowered,
        Class::VersionRebuilt,
        Class::ImportVersionChanged,
    ];
    if !report
        .changes
        .iter()
        .any(|change| versions.contains(&change.class))
    {
        let validator = targets(&old.resolve, old.world, &new.component);
        assert_eq!(
            allowed,
            validator.is_ok(),
            "the validator says {validator:?}, the gate {report:#?}"
        );
    }
}

fn wac(old: &Subject, new: &Subject) -> Result<(), String> {
    let mut types = Types::default();
    let mut package = |name: &str, subject: &Subject| {
        Package::from_bytes(name, None, subject.component.clone(), &mut types)
            .unwrap_or_else(|error| panic!("wac cannot read the component: {error:?}"))
            .ty()
    };
    let (old, new) = (package("old", old), package("new", new));
    validate_target(&types, old, new).map_err(|report| format!("{report:?}"))
}
