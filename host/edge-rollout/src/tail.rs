//! How likely it is that chance alone made one of two samples look so much worse: an exact test.
//!
//! It holds for two samples drawn from the same source, of whatever kind: what it calls less likely
//! than `p` happens with a probability of at most `p`. When the first sample's source is better, it
//! happens still less often.

use libm::lgamma;

/// The probability that of all `hits` in two samples at least as many fall into the first, if a
/// call's sample has nothing to do with its being a hit: Fisher's exact test, one-sided (R. A.
/// Fisher, 1935, "The logic of inductive inference"). One, when the first sample is not the worse
/// one by two standard deviations, which saves the calculation: chance is likely enough then, by
/// more than one in a hundred.
pub fn share(first: Sample, second: Sample) -> f64 {
    let all = first.of + second.of;
    let hits = first.hits + second.hits;
    // How many hits too many the first has, and the variance of that.
    let excess = whole(first.hits) * whole(all) - whole(hits) * whole(first.of);
    let variance = whole(first.of) * whole(second.of) * whole(hits) * whole(all - hits);
    if excess <= 0.0 || excess * excess * whole(all) < 4.0 * variance {
        return 1.0;
    }
    let begin =
        ln_choose(first.of, first.hits) + ln_choose(second.of, second.hits) - ln_choose(all, hits);
    let last = hits.min(first.of);
    // From one term of the hypergeometric distribution to the next.
    sum(begin, first.hits, last, |found| {
        let left = whole(hits - found) * whole(first.of - found);
        left / (whole(found + 1) * whole(all + found + 1 - hits - first.of))
    })
}

/// A sample, and how many of it are hits; at most all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    pub hits: u64,
    pub of: u64,
}

/// The sum of the terms from `at` to `last`, of which `begin` is the first one's logarithm and
/// `step` leads from one to the next. They only get smaller.
fn sum(begin: f64, mut at: u64, last: u64, step: impl Fn(u64) -> f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    while at < last && term > sum * f64::EPSILON {
        term *= step(at);
        sum += term;
        at += 1;
    }
    (begin.exp() * sum).min(1.0)
}

fn ln_choose(of: u64, some: u64) -> f64 {
    let ln_factorial = |number: u64| lgamma(whole(number) + 1.0);
    ln_factorial(of) - ln_factorial(some) - ln_factorial(of - some)
}

/// As a floating-point number: exact below 2^53, which is more calls than there will be.
fn whole(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(of: u64, some: u64) -> u128 {
        (0..some).fold(1, |product, nth| {
            product * u128::from(of - nth) / u128::from(nth + 1)
        })
    }

    fn near(found: f64, expected: f64) {
        let error = (found / expected - 1.0).abs();
        assert!(error < 1e-9, "expected {expected}, found {found}");
    }

    #[test]
    fn a_share_is_as_likely_as_counting_all_ways_says() {
        for (first, second) in [(1_u64, 1_u64), (5, 9), (20, 20), (12, 50)] {
            for hits in 0..=first + second {
                let ways = |found: u64| match hits.checked_sub(found) {
                    Some(rest) if rest <= second => choose(first, found) * choose(second, rest),
                    _ => 0,
                };
                let all = choose(first + second, hits);
                for found in (0..=first.min(hits)).filter(|found| hits - found <= second) {
                    let tail: u128 = (found..=first.min(hits)).map(ways).sum();
                    let (one, other) = (
                        Sample {
                            hits: found,
                            of: first,
                        },
                        Sample {
                            hits: hits - found,
                            of: second,
                        },
                    );
                    let p = share(one, other);
                    let likely = tail as f64 / all as f64;
                    match p == 1.0 {
                        true => assert!(likely > 0.01, "{one:?} {other:?}: {likely}"),
                        false => near(p, likely),
                    }
                }
            }
        }
    }

    #[test]
    fn large_samples_have_their_tails() {
        // Fifty of fifty among a thousand, none elsewhere: one way of choosing fifty of a thousand
        // and fifty.
        let p = share(Sample { hits: 50, of: 50 }, Sample { hits: 0, of: 1000 });
        assert!(p > 0.0 && p < 1e-80, "{p}");
        let much = Sample {
            hits: 11_000,
            of: 1_000_000,
        };
        let usual = Sample {
            hits: 90_000,
            of: 9_000_000,
        };
        let p = share(much, usual);
        assert!(p > 1e-30 && p < 1e-15, "ten standard deviations: {p}");
        assert_eq!(share(Sample { hits: 0, of: 0 }, usual), 1.0);
    }
}
