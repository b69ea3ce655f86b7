//! Random types and values, echoed through guests: host to guest to host to guest to host, and each
//! time the same bits.
//!
//! From one seed both hosts make the same components and the same values, so their lines can be
//! compared; each host also compares what comes back with what went in. Four families:
//!
//! - [`Family::Single`]: values as [`amphi::component::Val`], through one component
//! - [`Family::Composed`]: the same through a component inside another, whose strings are encoded
//!   otherwise, by a fused adapter
//! - [`Family::Typed`]: values of Rust types, as bindings pass them
//! - [`Family::Json`]: values as JSON, there and back; no guest sees them
//!
//! All of it is a function of the seed: nothing here reads a clock or a file.

mod bits;
mod draw;
mod echo;
mod json;
mod layout;
mod ty;
mod typed;
#[cfg(not(target_arch = "wasm32"))]
mod valid;
mod wat;

use amphi::Result;
use fastrand::Rng;

use crate::report::Line;
use ty::Signature;

/// How the values get to the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// As dynamic values, through one component.
    Single,
    /// As dynamic values, through one component to another.
    Composed,
    /// As values of Rust types, through one component.
    Typed,
    /// As JSON, through no component.
    Json,
}

/// How much of a family there is.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// Components.
    pub batches: usize,
    /// Functions of each component, each with types of its own.
    pub functions: usize,
    /// Calls of each function.
    pub calls: usize,
}

impl Family {
    /// Every family.
    pub const ALL: [Family; 4] = [
        Family::Single,
        Family::Composed,
        Family::Typed,
        Family::Json,
    ];

    /// What a test runs of it.
    pub fn extent(self) -> Extent {
        let (batches, functions, calls) = match self {
            Family::Single => (20, 25, 20),
            Family::Composed => (9, 8, 20),
            Family::Typed => (3, typed::FUNCTIONS, 20),
            Family::Json => (20, 25, 10),
        };
        Extent {
            batches,
            functions,
            calls,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Family::Single => "single",
            Family::Composed => "composed",
            Family::Typed => "typed",
            Family::Json => "json",
        }
    }
}

/// Which values, and what to tell of them.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// What the random numbers begin with.
    pub seed: u64,
    /// At most so many components of each family, if not all.
    pub batches: Option<usize>,
    /// The place of a line that shows its values and not only a digest.
    pub shown: Option<String>,
}

/// Echoes the values of all families; one line for each function, whose outcome is a digest of
/// every bit that was seen.
///
/// # Errors
///
/// A component cannot be made or run. That a value changes on its way is part of the lines instead.
pub async fn run(request: &Request) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for family in Family::ALL {
        lines.extend(run_family(request, family).await?);
    }
    Ok(lines)
}

/// The same with the values of one family.
///
/// # Errors
///
/// A component cannot be made or run.
pub async fn run_family(request: &Request, family: Family) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    let batches = family.extent().batches;
    for number in 0..request.batches.map_or(batches, |most| most.min(batches)) {
        lines.extend(batch(request, family, number).await?);
    }
    Ok(lines)
}

async fn batch(request: &Request, family: Family, number: usize) -> Result<Vec<Line>> {
    let extent = family.extent();
    let [first, second] = wat::Encoding::pair(number);
    let mut batch = echo::Batch {
        rng: Rng::with_seed(mix(request.seed, &[family as u64, number as u64])),
        name: format!("{} {number}", family.name()),
        calls: extent.calls,
        shown: request.shown.as_deref(),
    };
    let rich = family != Family::Composed;
    let functions = match family {
        Family::Typed => return typed::echo(batch, first).await,
        Family::Single | Family::Composed | Family::Json => (0..extent.functions)
            .map(|_| Signature::draw(&mut batch.rng, rich))
            .collect::<Vec<_>>(),
    };
    if family == Family::Json {
        return json::round_trips(batch, &functions).await;
    }
    let path = if rich { &[first][..] } else { &[first, second] };
    echo::echo(batch, &functions, path).await
}

/// A seed for a part of what another seed stands for.
fn mix(seed: u64, path: &[u64]) -> u64 {
    path.iter().fold(seed, |seed, step| {
        let mut rng = Rng::with_seed(seed ^ step.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        rng.u64(..)
    })
}
