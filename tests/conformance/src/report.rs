//! What a script comes to, directive by directive.

use crate::directive;
use crate::reach::Reach;
use crate::script::{Place, directives};
use crate::stage::Stage;
use serde::{Deserialize, Serialize};

/// What one directive came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Which directive.
    #[serde(flatten)]
    pub place: Place,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a directive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It is as the script says.
    Passed,
    /// It is not; the text says what is instead.
    Failed(String),
    /// It is nothing that this runner runs; the text says what it is.
    LeftOut(String),
}

/// Runs the directives of the script `text`, one after the other, and says of each what it came to
/// as soon as it has.
pub fn run(text: &str, reach: Reach, mut each: impl FnMut(Line)) {
    let mut stage = Stage::new(reach);
    for found in directives(text) {
        let outcome = match (found.text, &mut stage) {
            (Ok(text), Ok(stage)) => directive::run(stage, text),
            (Ok(_), Err(error)) => Outcome::Failed(format!("no engine: {error:#}")),
            (Err(error), _) => {
                Outcome::Failed(format!("the script cannot be read from here on: {error}"))
            }
        };
        each(Line {
            place: found.place,
            outcome,
        });
    }
}
