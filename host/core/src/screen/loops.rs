//! How deep loops are inside each other in the code of a function.
//!
//! In each loop a compiler gives a value of its own to each local that changes there, and so it
//! does in each loop around it, whose values are live in all those inside. A thousand loops in each
//! other are three kilobytes, and with a thousand locals they take minutes to compile. Other blocks
//! cost the same however deep they are.

use wasmparser::{FunctionBody, Operator};

use super::ScreenError;

/// The most loops in each other. Programs of 19 MB have six or eight, and the most that was ever
/// found are twenty, where everything was inlined.
pub const DEEPEST: usize = 100;

/// The instruction that begins a loop.
const LOOP: u8 = 0x03;

/// Refuses a function whose loops are nested too deep. What cannot be read of it nobody compiles.
pub fn check(body: &FunctionBody<'_>) -> Result<(), ScreenError> {
    // Few functions have so many of these bytes at all.
    let possible = body.as_bytes().iter().filter(|byte| **byte == LOOP).count();
    if possible <= DEEPEST {
        return Ok(());
    }
    let Ok(mut operators) = body.get_operators_reader() else {
        return Ok(());
    };
    let mut around = 0;
    let mut open = Vec::new();
    while let Ok((operator, offset)) = operators.read_with_offset() {
        match operator {
            Operator::Loop { .. } => {
                open.push(true);
                around += 1;
                if around > DEEPEST {
                    return Err(ScreenError::Nested {
                        what: "loops of one function",
                        most: DEEPEST,
                        offset,
                    });
                }
            }
            Operator::Block { .. }
            | Operator::If { .. }
            | Operator::Try { .. }
            | Operator::TryTable { .. } => open.push(false),
            Operator::End | Operator::Delegate { .. } => {
                around -= usize::from(open.pop() == Some(true));
            }
            _ => {}
        }
    }
    Ok(())
}
