//! Text in short texts: `str` searches as is best for long ones, which takes some kilobytes of code
//! in a page.

/// Where `text` has `part` first.
pub fn find(text: &str, part: &str) -> Option<usize> {
    (0..=text.len()).find(|start| is_at(text, *start, part))
}

/// What is before the first `part` of `text`, and what is behind it.
pub fn split_once<'t>(text: &'t str, part: &str) -> Option<(&'t str, &'t str)> {
    let start = find(text, part)?;
    Some((text.get(..start)?, text.get(start + part.len()..)?))
}

/// What is before the last `part` of `text`, and what is behind it.
pub fn rsplit_once<'t>(text: &'t str, part: &str) -> Option<(&'t str, &'t str)> {
    let start = (0..=text.len()).rfind(|start| is_at(text, *start, part))?;
    Some((text.get(..start)?, text.get(start + part.len()..)?))
}

#[inline(never)]
fn is_at(text: &str, start: usize, part: &str) -> bool {
    text.as_bytes()[start..].starts_with(part.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::{find, rsplit_once, split_once};

    #[test]
    fn it_is_found_as_the_library_finds_it() {
        for text in ["", "a", "ab", "xaby", "abab", "äabéab", "aab"] {
            for part in ["", "a", "ab", "b", "é", "aab", "x"] {
                assert_eq!(find(text, part), text.find(part), "{text} {part}");
                assert_eq!(split_once(text, part), text.split_once(part));
                assert_eq!(rsplit_once(text, part), text.rsplit_once(part));
            }
        }
    }
}
