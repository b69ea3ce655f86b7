//! Single rules; the matrix of changes is with the integration tests.

use wit_parser::Resolve;

use super::{Bump, Class, Side, compare};

#[test]
fn names_of_classes_differ() {
    let mut names: Vec<&str> = Class::ALL.iter().map(|class| class.as_str()).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn before_the_first_version_each_number_means_what_the_one_on_its_left_means() {
    let version = |text: &str| semver::Version::parse(text).expect("a version");
    for (bump, from, to) in [
        (Bump::Major, "1.2.3", "2.0.0"),
        (Bump::Minor, "1.2.3", "1.3.0"),
        (Bump::Patch, "1.2.3", "1.2.4"),
        (Bump::Major, "0.2.3", "0.3.0"),
        (Bump::Minor, "0.2.3", "0.2.4"),
        (Bump::Major, "0.0.3", "0.0.4"),
        (Bump::None, "0.0.3", "0.0.3"),
        (Bump::Patch, "1.2.3+b", "1.2.4"),
    ] {
        assert_eq!(
            bump.applied_to(&version(from)),
            version(to),
            "{bump} of {from}"
        );
    }
}

#[test]
fn after_a_pre_release_comes_its_release_if_that_raises_enough() {
    let version = |text: &str| semver::Version::parse(text).expect("a version");
    for (bump, from, to) in [
        (Bump::None, "1.0.0-rc.1", "1.0.0-rc.1"),
        (Bump::Patch, "1.2.1-rc.1", "1.2.1"),
        (Bump::Minor, "1.2.0-rc.1+b", "1.2.0"),
        (Bump::Minor, "1.2.1-rc.1", "1.3.0"),
        (Bump::Major, "2.0.0-rc.1", "2.0.0"),
        (Bump::Major, "1.2.0-rc.1", "2.0.0"),
        (Bump::Major, "0.2.0-rc.1", "0.2.0"),
        (Bump::Major, "0.2.1-rc.1", "0.3.0"),
        (Bump::Minor, "0.2.1-rc.1", "0.2.1"),
        (Bump::Major, "0.0.1-rc.1", "0.0.1"),
    ] {
        assert_eq!(
            bump.applied_to(&version(from)),
            version(to),
            "{bump} of {from}"
        );
    }
}

/// What lies between two worlds that import or export `demo:api/api` in these versions, each with a
/// function.
fn between(word: &str, old: &[&str], new: &[&str]) -> Vec<String> {
    let world = |versions: &[&str]| {
        let items: String = versions
            .iter()
            .map(|version| format!("{word} demo:api/api@{version};\n"))
            .collect();
        let packages: String = versions
            .iter()
            .map(|version| {
                format!("package demo:api@{version} {{ interface api {{ f: func(); }} }}\n")
            })
            .collect();
        let text = format!("package demo:host;\nworld w {{ {items} }}\n{packages}");
        let mut resolve = Resolve::default();
        let package = resolve.push_str("test.wit", &text).expect("it is WIT");
        let world = resolve.select_world(&[package], None).expect("a world");
        (resolve, world)
    };
    let ((old, before), (new, after)) = (world(old), world(new));
    let side = |resolve, world| Side { resolve, world };
    let report = compare(side(&old, before), side(&new, after));
    let changes = report.changes.iter();
    changes.map(|change| change.class.to_string()).collect()
}

#[test]
fn interfaces_are_matched_as_a_linker_matches_them() {
    let check = |word, old: &[&str], new: &[&str], expected: &[&str]| {
        assert_eq!(between(word, old, new), expected, "{word} {old:?} {new:?}");
    };
    // By its own name first, whatever the order.
    check("export", &["1.0.0", "1.1.0"], &["1.1.0", "1.0.0"], &[]);
    check(
        "export",
        &["1.0.0"],
        &["1.1.0", "1.0.0"],
        &["added-interface"],
    );
    // One that is later serves for all that are before it.
    let raised = ["version-raised"];
    check("export", &["1.0.0", "1.1.0"], &["1.1.0"], &raised);
    check(
        "export",
        &["1.0.0"],
        &["1.9.0", "1.10.0"],
        &["version-raised", "added-interface"],
    );
    check("export", &["1.0.0+b"], &["1.0.0+a"], &["version-rebuilt"]);
    let other = ["removed-interface", "added-interface"];
    check("export", &["1.0.0-rc.1"], &["1.0.0-rc.2"], &other);
    check("export", &["0.0.1+b"], &["0.0.1+a"], &other);
    check(
        "import",
        &["1.0.0", "1.1.0"],
        &["1.1.0"],
        &["import-removed"],
    );
    check(
        "import",
        &["1.0.0+b"],
        &["1.0.0+a"],
        &["import-version-changed"],
    );
}
