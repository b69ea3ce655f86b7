//! Names of fields, cases and flags, and the spellings by which a text may have them.
//!
//! WIT writes `max-retries`; programs in other languages write `maxRetries` or `max_retries`. Each
//! of the three is understood, unless two names of one type would share a spelling: then only the
//! name itself is.

/// Which spellings of a name a text may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spelling {
    /// The name as in WIT, and in camel case or snake case where that is unambiguous.
    #[default]
    Any,
    /// The name as in WIT only.
    Verbatim,
}

/// The names of one type, in the order of the type.
#[derive(Clone, Debug)]
pub(super) struct Names {
    names: Vec<Box<str>>,
    /// Every other spelling with the place of its name, in the order of the spellings.
    others: Vec<(Box<str>, usize)>,
}

impl Names {
    pub(super) fn new<'a>(names: impl Iterator<Item = &'a str>, spelling: Spelling) -> Self {
        let names: Vec<Box<str>> = names.map(Box::from).collect();
        // The names themselves are among them, so that one lookup finds all.
        let mut others: Vec<(Box<str>, usize)> = names.iter().cloned().zip(0..).collect();
        if spelling == Spelling::Any {
            let spelt = names.iter().zip(0..).flat_map(|(name, index)| {
                [camel(name), snake(name)].map(|other| (Box::from(other), index))
            });
            let mut spelt: Vec<(Box<str>, usize)> = spelt.collect();
            spelt.sort_unstable();
            spelt.dedup();
            let shared = |other: &str| {
                let from = spelt.partition_point(|(known, _)| **known < *other);
                spelt[from..]
                    .iter()
                    .take_while(|(known, _)| **known == *other)
                    .nth(1)
                    .is_some()
            };
            let own: Vec<Box<str>> = sorted(&names);
            let alone = spelt
                .iter()
                .filter(|(other, _)| own.binary_search(other).is_err() && !shared(other));
            others.extend(alone.cloned());
        }
        others.sort_unstable();
        Names { names, others }
    }

    /// The place of the name that `written` is a spelling of. `likely` is tried first.
    pub(super) fn find(&self, written: &str, likely: usize) -> Option<usize> {
        if self
            .names
            .get(likely)
            .is_some_and(|name| **name == *written)
        {
            return Some(likely);
        }
        let found = self
            .others
            .binary_search_by(|(other, _)| (**other).cmp(written));
        found.ok().map(|at| self.others[at].1)
    }

    /// The place of the name `name` itself.
    pub(super) fn find_exact(&self, name: &str) -> Option<usize> {
        self.find(name, 0)
            .filter(|index| *self.names[*index] == *name)
    }

    /// The name at a place.
    pub(super) fn name(&self, index: usize) -> &str {
        &self.names[index]
    }

    /// All names.
    pub(super) fn all(&self) -> impl ExactSizeIterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// How many bytes the names have together.
    pub(super) fn bytes(&self) -> usize {
        self.names.iter().map(|name| name.len()).sum()
    }

    /// The names as a phrase for an error, as many as still can be read.
    pub(super) fn listed(&self) -> String {
        const SHOWN: usize = 12;
        let shown: Vec<String> = self
            .all()
            .take(SHOWN)
            .map(|name| format!("`{name}`"))
            .collect();
        match self.len() - shown.len() {
            0 => shown.join(", "),
            rest => format!("{} and {rest} more", shown.join(", ")),
        }
    }
}

fn sorted(names: &[Box<str>]) -> Vec<Box<str>> {
    let mut names = names.to_vec();
    names.sort_unstable();
    names
}

/// `max-retries` as `maxRetries`.
fn camel(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for (index, word) in name.split('-').enumerate() {
        let word = word.to_ascii_lowercase();
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if index > 0 => text.push(first.to_ascii_uppercase()),
            Some(first) => text.push(first),
            None => {}
        }
        text.push_str(letters.as_str());
    }
    text
}

/// `max-retries` as `max_retries`.
fn snake(name: &str) -> String {
    name.replace('-', "_").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::{Names, Spelling};

    fn find(names: &[&str], spelling: Spelling, written: &str) -> Option<usize> {
        Names::new(names.iter().copied(), spelling).find(written, 0)
    }

    #[test]
    fn a_name_has_three_spellings() {
        let names = ["id", "max-retries", "get-URL"];
        for (written, place) in [
            ("maxRetries", 1),
            ("max_retries", 1),
            ("max-retries", 1),
            ("getUrl", 2),
            ("get_url", 2),
            ("get-URL", 2),
            ("id", 0),
        ] {
            assert_eq!(
                find(&names, Spelling::Any, written),
                Some(place),
                "{written}"
            );
        }
        for written in ["MaxRetries", "maxretries", "max-Retries", "get-url", ""] {
            assert_eq!(find(&names, Spelling::Any, written), None, "{written}");
        }
        assert_eq!(find(&names, Spelling::Verbatim, "maxRetries"), None);
        assert_eq!(find(&names, Spelling::Verbatim, "max-retries"), Some(1));
    }

    #[test]
    fn a_spelling_that_two_names_share_is_none() {
        assert_eq!(find(&["a-1", "a1"], Spelling::Any, "a1"), Some(1));
        assert_eq!(find(&["a-1", "a1"], Spelling::Any, "a_1"), Some(0));
        assert_eq!(
            find(&["a-1b", "a1-b", "a1-B1"], Spelling::Any, "a1b"),
            Some(0)
        );
        assert_eq!(find(&["x-1-1", "x-11"], Spelling::Any, "x11"), None);
        assert_eq!(find(&["x-1-1", "x-11"], Spelling::Any, "x_11"), Some(1));
    }
}
