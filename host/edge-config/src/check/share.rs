//! What functions have of the pool: it must be there.

use crate::{Config, Function};

use super::Finder;

/// The part of one function.
pub fn share(found: &mut Finder, function: &Function, config: &Config) {
    let pool = config.server.pool.instances;
    let most = function.pool.most.map_or(pool, |most| most.min(pool));
    found.number("prewarm", function.prewarm.into(), 0, most.into());
    found.at("pool", |found| {
        found.number("least", function.pool.least.into(), 0, most.into());
        let Some(most) = function.pool.most else {
            return;
        };
        let plugins = function.plugins.iter();
        let components = plugins.filter(|plugin| config.plugins.contains_key(*plugin));
        let one = 1 + components.count() as u64;
        found.number("most", most.into(), one, u64::MAX);
    });
}

/// What is nobody else's, of all functions together.
pub fn leasts(found: &mut Finder, config: &Config) {
    let pool = u64::from(config.server.pool.instances);
    let mut sum = 0;
    for (name, function) in &config.functions {
        let before = sum;
        sum += u64::from(function.pool.least);
        // One that is too much alone was told of.
        if before <= pool && sum > pool && function.pool.least <= config.server.pool.instances {
            let expected = format_args!("at most {pool} slots for all functions together");
            found.at(name, |found| {
                found.at("pool", |found| {
                    found.at("least", |found| found.expect(false, expected, sum));
                });
            });
        }
    }
}
