//! Names of WIT as JavaScript has them: for the page's package, and for TypeScript.
//!
//! They are jco's: `record-message` is `recordMessage`, and a class or a type is `InputStream`. Two
//! things are besides. Names that stand side by side and would be one there (`x-1` and `x1`, both
//! `x1`) keep a dash before a digit, as `_`: `x_1`. No name of WIT has a `_`, so that nothing else
//! is called so. And what is exported and called `then` is `then_`: JavaScript takes whatever has a
//! `then` for a promise.

/// How a name is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// Functions, fields, flags and parameters: `recordMessage`.
    Camel,
    /// Classes and types: `InputStream`.
    Pascal,
}

impl Case {
    /// A name that stands alone.
    ///
    /// ```
    /// use amphi_core::javascript::Case;
    ///
    /// assert_eq!(Case::Camel.spell("record-message"), "recordMessage");
    /// assert_eq!(Case::Pascal.spell("input-stream"), "InputStream");
    /// ```
    #[must_use]
    pub fn spell(self, name: &str) -> String {
        self.joined(name, "")
    }

    /// Names that stand side by side, also beside `taken`, which are spelled already. No two of
    /// them are one.
    ///
    /// ```
    /// use amphi_core::javascript::Case;
    ///
    /// assert_eq!(Case::Camel.spell_all(["x-1", "x1", "y-1"], &[]), ["x_1", "x1", "y1"]);
    /// ```
    #[must_use]
    pub fn spell_all<'a>(
        self,
        names: impl IntoIterator<Item = &'a str>,
        taken: &[&str],
    ) -> Vec<String> {
        let names: Vec<&str> = names.into_iter().collect();
        let plain: Vec<String> = names.iter().map(|name| self.spell(name)).collect();
        let mut sorted: Vec<&str> = plain.iter().map(String::as_str).collect();
        sorted.extend(taken);
        sorted.sort_unstable();
        let is_one = |name: &str| {
            let first = sorted.partition_point(|other| *other < name);
            sorted.get(first + 1).is_none_or(|next| *next != name)
        };
        let spelled = names.iter().zip(&plain);
        spelled
            .map(|(name, plain)| match is_one(plain) {
                true => plain.clone(),
                false => self.joined(name, "_"),
            })
            .collect()
    }

    /// The words of a name as one, with `mark` before those that begin with a digit.
    fn joined(self, name: &str, mark: &str) -> String {
        let mut joined = String::new();
        for word in name.split(|letter: char| !letter.is_alphanumeric()) {
            let mut letters = word.chars();
            let Some(first) = letters.next() else {
                continue;
            };
            let is_first = joined.is_empty();
            if !is_first && first.is_ascii_digit() {
                joined += mark;
            }
            match is_first && self == Self::Camel {
                true => joined.extend(first.to_lowercase()),
                false => joined.extend(first.to_uppercase()),
            }
            joined.extend(letters.flat_map(char::to_lowercase));
        }
        joined
    }
}

/// What an exported function is called whose name is spelled so.
#[must_use]
pub fn exported(name: String) -> String {
    match name.as_str() {
        "then" => "then_".to_owned(),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::{Case, exported};

    #[test]
    fn names_are_those_of_jco() {
        for (name, camel, pascal) in [
            ("record-message", "recordMessage", "RecordMessage"),
            ("a", "a", "A"),
            ("HTTP-server", "httpServer", "HttpServer"),
            ("get-URL-2nd", "getUrl2nd", "GetUrl2nd"),
            ("x-1", "x1", "X1"),
        ] {
            assert_eq!(Case::Camel.spell(name), camel);
            assert_eq!(Case::Pascal.spell(name), pascal);
        }
    }

    #[test]
    fn names_that_would_be_one_keep_their_dashes() {
        let check = |names: &[&str], taken: &[&str], expected: &[&str]| {
            let found = Case::Camel.spell_all(names.iter().copied(), taken);
            assert_eq!(found, expected, "{names:?}");
        };
        check(&["x-1", "y-1"], &[], &["x1", "y1"]);
        check(&["x-1", "x1", "y-1"], &[], &["x_1", "x1", "y1"]);
        check(
            &["x12", "x-12", "x-1-2", "x1-2"],
            &[],
            &["x12", "x_12", "x_1_2", "x1_2"],
        );
        check(
            &["a-1b-c", "a1b-c", "a-1-b-c"],
            &[],
            &["a_1bC", "a1bC", "a1BC"],
        );
        check(&["x-1"], &["x1"], &["x_1"]);
        let classes = Case::Pascal.spell_all(["pen-2", "pen2"], &[]);
        assert_eq!(classes, ["Pen_2", "Pen2"]);
    }

    #[test]
    fn nothing_that_is_exported_looks_like_a_promise() {
        assert_eq!(exported("then".to_owned()), "then_");
        assert_eq!(exported("thenElse".to_owned()), "thenElse");
    }
}
