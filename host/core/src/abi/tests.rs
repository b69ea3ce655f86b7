//! Single rules; the matrix of changes is with the integration tests.

use super::{Bump, Class};

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
    ] {
        assert_eq!(
            bump.applied_to(&version(from)),
            version(to),
            "{bump} of {from}"
        );
    }
}
