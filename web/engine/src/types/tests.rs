//! Equality of types, which were read in one component or in two.

use super::{InstanceType, ResourceType, ResourceTypes, Type, check_lowered};
use amphi_translate::plan::{ComponentTypes, Plan};
use std::fmt::Write as _;
use std::sync::Arc;
use wasmtime_environ::component::{ResourceIndex, TypeDef, TypeTupleIndex};
use wasmtime_environ::wasmparser::WasmFeatures;

/// The parameters of a function that a component imports.
struct Params {
    types: Arc<ComponentTypes>,
    params: TypeTupleIndex,
}

/// The parameters of the types that `params` names, in the scope of `types`.
fn read(types: &str, params: &[&str]) -> Params {
    let mut func = String::new();
    for (index, ty) in params.iter().enumerate() {
        write!(func, "(param \"p{index}\" {ty})").expect("a text takes all");
    }
    let text = format!("(component {types} (import \"f\" (func {func})))");
    let wasm = wat::parse_str(&text).expect("the text is a component");
    let features =
        amphi_core::features::taken() | WasmFeatures::CM_MAP | WasmFeatures::CM_FIXED_LENGTH_LISTS;
    let plan = Plan::with_features(&wasm, features).expect("the component is valid");
    let func = plan.import_types.iter().find_map(|(_, ty)| match ty {
        TypeDef::ComponentFunc(func) => Some(*func),
        _ => None,
    });
    let params = plan.types[func.expect("a function is imported")].params;
    let types = plan.types;
    Params { types, params }
}

impl Params {
    /// Their types, as an instance sees them that has `resources`.
    fn seen(&self, resources: Option<&Arc<ResourceTypes>>) -> Vec<Type> {
        let types = &self.types;
        let instance = InstanceType { types, resources };
        let params = types[self.params].types.iter();
        params.map(|ty| Type::from(ty, &instance)).collect()
    }
}

/// Types of these texts, each under a name, since no function is imported that uses others.
fn read_named(texts: &[&str]) -> Vec<Type> {
    let (mut types, mut names) = (String::new(), Vec::new());
    for (index, ty) in texts.iter().enumerate() {
        let name = format!("$t{index}");
        let own = format!("(type $own{index} {ty})");
        let import = format!("(import \"n{index}\" (type {name} (eq $own{index})))");
        types.extend([own, import]);
        names.push(name);
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    read(&types, &names).seen(None)
}

/// Whether `a` and `b` are equal: read in two components, and in one.
#[track_caller]
fn check(a: &str, b: &str, expected: bool) {
    let (first, second) = (read_named(&[a, b]), read_named(&[a, b]));
    assert_eq!(
        first[0] == first[1],
        expected,
        "{a} and {b} of one component"
    );
    for (first, second) in [(&first, &second), (&second, &first)] {
        let equal = first[0] == second[1];
        assert_eq!(equal, expected, "{a} and {b} of two components");
    }
}

#[test]
fn a_type_is_equal_to_itself_and_to_no_other() {
    let all = [
        "bool",
        "s8",
        "u8",
        "s16",
        "u16",
        "s32",
        "u32",
        "s64",
        "u64",
        "f32",
        "f64",
        "char",
        "string",
        "(list u8)",
        "(list s8)",
        "(list u8 2)",
        "(list u8 3)",
        "(map u32 string)",
        "(map u32 char)",
        "(map u64 string)",
        "(tuple u8)",
        "(tuple u8 u8)",
        "(tuple u8 s8)",
        "(option u8)",
        "(option s8)",
        "(option (option u8))",
        "(result)",
        "(result u8)",
        "(result (error u8))",
        "(result u8 (error u8))",
        "(result u8 (error s8))",
        "(record (field \"a\" u8))",
        "(record (field \"b\" u8))",
        "(record (field \"a\" s8))",
        "(record (field \"a\" u8) (field \"b\" u8))",
        "(record (field \"b\" u8) (field \"a\" u8))",
        "(variant (case \"a\"))",
        "(variant (case \"a\" u8))",
        "(variant (case \"a\" s8))",
        "(variant (case \"b\" u8))",
        "(variant (case \"a\" u8) (case \"b\"))",
        "(variant (case \"b\") (case \"a\" u8))",
        "(enum \"a\")",
        "(enum \"a\" \"b\")",
        "(enum \"a\" \"c\")",
        "(flags \"a\")",
        "(flags \"a\" \"b\")",
        "(flags \"a\" \"c\")",
    ];
    let (first, second) = (read_named(&all), read_named(&all));
    for (index, a) in all.iter().enumerate() {
        for (other, b) in all.iter().enumerate() {
            let of_one = first[index] == first[other];
            assert_eq!(of_one, index == other, "{a} and {b} of one component");
            let of_two = first[index] == second[other];
            assert_eq!(of_two, index == other, "{a} and {b} of two components");
        }
    }
}

#[test]
fn types_are_compared_to_the_bottom() {
    let nested = |inner: &str| {
        let deep = format!("{}{inner}{}", "(list ".repeat(40), ")".repeat(40));
        format!("(tuple (option (result (tuple char {deep}) (error string))))")
    };
    check(&nested("u8"), &nested("u8"), true);
    check(&nested("u8"), &nested("u16"), false);
}

const RESOURCE: &str = "(import \"r\" (type $r (sub resource)))";
const RESOURCES: &str =
    "(import \"r\" (type $r (sub resource))) (import \"s\" (type $s (sub resource)))";

/// What a component's first resource is bound to.
fn bound(ty: ResourceType) -> Arc<ResourceTypes> {
    let mut resources = ResourceTypes::new();
    resources[ResourceIndex::from_u32(0)] = Some(ty);
    Arc::new(resources)
}

#[test]
fn a_resource_that_nothing_is_bound_to_is_equal_to_itself_alone() {
    let params = ["(own $r)", "(own $r)", "(own $s)", "(borrow $r)"];
    // Where tables are tells them apart, so both are kept.
    let (first, second) = (read(RESOURCES, &params), read(RESOURCES, &params));
    let (types, other) = (first.seen(None), second.seen(None));
    assert_eq!(types[0], types[1]);
    assert_ne!(types[0], types[2]);
    assert_ne!(types[0], types[3], "one is owned, the other borrowed");
    assert_ne!(types[0], other[0], "it is another component's");
}

struct Here;
struct There;

#[test]
fn resources_are_what_they_are_bound_to() {
    let here = bound(ResourceType::host::<Here>());
    let there = bound(ResourceType::host::<There>());
    let tagged = |tag| bound(ResourceType::host_dynamic(tag));
    let all = [
        "(own $r)",
        "(borrow $r)",
        "(list (own $r))",
        "(option (borrow $r))",
    ];
    for ty in all {
        // Of one component, where both are the same entry of the same table; and of two.
        let first = read(RESOURCE, &[ty]);
        let second = read(RESOURCE, &[ty]);
        for other in [&first, &second] {
            let differ = |a: &Arc<ResourceTypes>, b: &Arc<ResourceTypes>| {
                first.seen(Some(a)) != other.seen(Some(b))
            };
            assert!(!differ(&here, &here), "{ty}");
            assert!(!differ(&here, &bound(ResourceType::host::<Here>())), "{ty}");
            assert!(differ(&here, &there), "{ty}");
            assert!(!differ(&tagged(1), &tagged(1)), "{ty}");
            assert!(differ(&tagged(1), &tagged(2)), "{ty}");
            assert!(differ(&tagged(1), &here), "{ty}");
            assert_ne!(first.seen(Some(&here)), other.seen(None), "{ty}");
        }
    }
}

#[test]
fn instances_have_resources_of_their_own() {
    let list = read(RESOURCE, &["(list (own $r))"]);
    let resource = ResourceIndex::from_u32(0);
    let guest = |store, instance| bound(ResourceType::guest(store, instance, resource));
    let first = list.seen(Some(&guest(0, 0)));
    assert_eq!(first, list.seen(Some(&guest(0, 0))));
    assert_ne!(first, list.seen(Some(&guest(0, 1))), "another instance's");
    assert_ne!(first, list.seen(Some(&guest(1, 0))), "another store's");
}

#[test]
fn an_import_is_called_as_what_it_is_checked_as() {
    let text = r#"(component
        (import "a" (func $a (param "x" u32)))
        (import "b" (func $b (param "x" f32)))
        (core func $la (canon lower (func $a)))
        (core func $lb (canon lower (func $b)))
        (core module $m (import "" "a" (func (param i32))) (import "" "b" (func (param f32))))
        (core instance (instantiate $m
            (with "" (instance (export "a" (func $la)) (export "b" (func $lb)))))))"#;
    let wasm = wat::parse_str(text).expect("the text is a component");
    let mut plan = Plan::new(&wasm).expect("the component is valid");
    check_lowered(&plan).expect("the translator says the same of both");
    plan.imports.swap(0, 1);
    let error = check_lowered(&plan).expect_err("each is called as the other");
    let said = "import `b` is called as a function of another type";
    assert_eq!(error.to_string(), said);
}
