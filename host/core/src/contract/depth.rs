//! How deep the types of WIT are that was written as text: a component has a bound, and so has
//! this.

use wit_parser::{Resolve, TypeId};

use super::ContractError;
use super::parts::parts;
use crate::screen::LEVELS;

/// As many levels as a component may have, names counted.
const DEEPEST: usize = LEVELS as usize;

/// Refuses WIT with types that are nested too deep, whether they have names or not.
///
/// # Errors
///
/// It has one.
pub fn shallow(resolve: &Resolve) -> Result<(), ContractError> {
    let mut depths = vec![None; resolve.types.len()];
    for (id, _) in resolve.types.iter() {
        if depth(resolve, id, &mut depths) > DEEPEST {
            let name = resolve.types[id]
                .name
                .as_deref()
                .unwrap_or("without a name");
            return Err(ContractError::Unprintable {
                problem: format!(
                    "more than {DEEPEST} types nested in each other, in the type `{name}`"
                ),
            });
        }
    }
    Ok(())
}

/// How many levels a type has. Those of its parts are found first, without recursion.
fn depth(resolve: &Resolve, id: TypeId, depths: &mut [Option<usize>]) -> usize {
    let parts = |id: TypeId| parts(&resolve.types[id].kind);
    let mut open = vec![(id, parts(id))];
    while let Some((id, left)) = open.last_mut() {
        let id = *id;
        match left.pop() {
            Some(part) if depths[part.index()].is_none() => open.push((part, parts(part))),
            Some(_) => {}
            None => {
                let deepest = parts(id)
                    .into_iter()
                    .filter_map(|part| depths[part.index()]);
                depths[id.index()] = Some(deepest.max().unwrap_or(0) + 1);
                open.pop();
            }
        }
    }
    depths[id.index()].unwrap_or(0)
}
