//! How likely it is that chance alone made one of two samples look so much worse: two exact tests, each of which asks nothing of how the values are spread.
//!
//! Both hold for two samples drawn from the same source, of whatever kind: what a test calls less likely than `p` happens with a probability of at most `p`.
//! When the first sample's source is better, it happens still less often.

use libm::lgamma;

/// The probability that of all `hits` in two samples at least as many fall into the first, if a call's sample has nothing to do with its being a hit: Fisher's
/// exact test, one-sided (R. A. Fisher, 1935, "The logic of inductive inference"). One, when the first sample is not the worse one.
pub fn share(first: Sample, second: Sample) -> f64 {
    let all = first.of + second.of;
    let hits = first.hits + second.hits;
    if all == 0 || whole(first.hits) * whole(all) <= whole(hits) * whole(first.of) {
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

/// The probability that at least `beyond` of the first sample's `first` values exceed the `rank`th largest of the second sample's `second` values, `rank` being
/// from 1 to `second`: the test of exceedances (E. J. Gumbel and H. von Schelling, 1950, "The distribution of the number of exceedances"). One, when no more do
/// than are expected to.
pub fn exceeding(beyond: u64, first: u64, second: u64, rank: u64) -> f64 {
    if rank == 0 || rank > second || whole(beyond) * whole(second + 1) <= whole(first) * whole(rank)
    {
        return 1.0;
    }
    let begin = ln_choose(beyond + rank - 1, beyond)
        + ln_choose(first - beyond + second - rank, first - beyond)
        - ln_choose(first + second, first);
    sum(begin, beyond, first, |found| {
        let more = whole(found + rank) / whole(found + 1);
        more * whole(first - found) / whole(first - found + second - rank)
    })
}

/// The sum of the terms from `at` to `last`, of which `begin` is the first one's logarithm and `step` leads from one to the next. They only get smaller.
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
                    match found * (first + second) <= hits * first {
                        true => assert_eq!(p, 1.0),
                        false => near(p, tail as f64 / all as f64),
                    }
                }
            }
        }
    }

    /// Every order that two samples can have is as likely as every other.
    #[test]
    fn an_excess_is_as_likely_as_counting_all_orders_says() {
        for (first, second) in [(1_u64, 1_u64), (3, 4), (6, 5), (4, 9)] {
            for rank in 1..=second {
                let mut orders = vec![0_u32; first as usize + 1];
                let all: u32 = 1 << (first + second);
                // Bit by bit from the largest value down: one is of the first sample.
                for order in (0..all).filter(|order| u64::from(order.count_ones()) == first) {
                    let (mut of_second, mut exceed) = (0, 0);
                    for bit in 0..first + second {
                        match order >> bit & 1 {
                            1 => exceed += usize::from(of_second < rank),
                            _ => of_second += 1,
                        }
                    }
                    orders[exceed] += 1;
                }
                let total: u32 = orders.iter().sum();
                for beyond in 0..=first {
                    let tail: u32 = orders[beyond as usize..].iter().sum();
                    let p = exceeding(beyond, first, second, rank);
                    match beyond * (second + 1) <= first * rank {
                        true => assert_eq!(p, 1.0),
                        false => near(p, f64::from(tail) / f64::from(total)),
                    }
                }
            }
        }
    }

    #[test]
    fn large_samples_have_their_tails() {
        // Fifty of fifty among a thousand, none elsewhere: one way of choosing fifty of a thousand and fifty.
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
        let p = exceeding(1_500, 100_000, 1_000_000, 10_001);
        assert!(p > 1e-60 && p < 1e-20, "{p}");
        assert_eq!(exceeding(1, 1, 0, 1), 1.0);
        assert_eq!(share(Sample { hits: 0, of: 0 }, usual), 1.0);
    }
}
