//! Documentation as JSDoc, and texts set under others.

/// A comment in JSDoc, with the line break after it; nothing for no text.
pub(super) fn comment(text: &str) -> String {
    // What ends a comment must not stand in one.
    let text = text.trim().replace("*/", "*\\/");
    match text.lines().count() {
        0 => String::new(),
        1 => format!("/** {text} */\n"),
        _ => {
            let lines = text.lines().map(|line| match line.trim_end() {
                "" => " *\n".to_owned(),
                line => format!(" * {line}\n"),
            });
            format!("/**\n{} */\n", lines.collect::<String>())
        }
    }
}

/// Paragraphs, those without a text left out.
pub(super) fn paragraphs(parts: &[&str]) -> String {
    let parts = parts.iter().map(|part| part.trim());
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    parts.join("\n\n")
}

/// The text one step further to the right.
pub(super) fn indented(text: &str) -> String {
    let lines = text.lines().map(|line| match line {
        "" => "\n".to_owned(),
        line => format!("  {line}\n"),
    });
    lines.collect()
}
