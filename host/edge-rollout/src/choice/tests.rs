//! Shares and keys, by the ten thousand.

use super::*;

const CALLS: u32 = 30_000;

/// The greatest chi-square of one degree of freedom that chance exceeds once in 100,000 times.
const BOUND: f64 = 19.51;

fn percent(weight: u16) -> Split {
    let weight = Weight::of_percent(weight).expect("at most all");
    Split::new(Secret::new([7; 32]), weight)
}

fn on_canary(split: &Split, picks: impl Iterator<Item = (Side, Reason)>) -> f64 {
    let canary = picks.filter(|(side, _)| *side == Side::Canary).count() as f64;
    let share = f64::from(split.weight().in_10_000()) / 10_000.0;
    let (all, expected) = (f64::from(CALLS), f64::from(CALLS) * share);
    (canary - expected).powi(2) / expected + (canary - expected).powi(2) / (all - expected)
}

fn key(nth: u32) -> [u8; 4] {
    nth.to_le_bytes()
}

fn wish(key: &[u8]) -> Wish<'_> {
    let (side, key) = (None, Some(key));
    Wish { side, key }
}

#[test]
fn of_many_calls_the_canary_gets_its_share() {
    let mut random = fastrand::Rng::with_seed(11);
    for weight in [1, 5, 10, 25, 50, 90, 99] {
        let split = percent(weight);
        let drawn = (0..CALLS).map(|_| split.choose(&Wish::default(), random.u64(..)));
        let chance = on_canary(&split, drawn);
        assert!(chance < BOUND, "{weight} %: {chance}");
        let keyed = (0..CALLS).map(|nth| split.choose(&wish(&key(nth)), 0));
        let keys = on_canary(&split, keyed);
        assert!(keys < BOUND, "{weight} %: {keys}");
    }
}

#[test]
fn all_and_none_are_exact() {
    let mut random = fastrand::Rng::with_seed(12);
    for chance in (0..10_000).map(|_| random.u64(..)).chain([0, u64::MAX]) {
        for (weight, side) in [(0, Side::Stable), (100, Side::Canary)] {
            let chosen = percent(weight).choose(&Wish::default(), chance);
            assert_eq!(chosen, (side, Reason::Weight));
        }
    }
    assert_eq!(Weight::of_percent(101), None);
    assert_eq!(Weight::of_10_000(10_001), None);
}

#[test]
fn a_key_keeps_its_version_whatever_chance_says() {
    let mut random = fastrand::Rng::with_seed(13);
    let split = percent(30);
    for nth in 0..CALLS {
        let key = key(nth);
        let first = split.choose(&wish(&key), random.u64(..));
        let again = split.choose(&wish(&key), random.u64(..));
        assert_eq!(first, again);
        assert_eq!(first.1, Reason::Key);
    }
}

#[test]
fn who_was_on_the_canary_stays_when_the_weight_grows() {
    for nth in 0..CALLS / 30 {
        let (key, mut seen) = (key(nth), false);
        for weight in 0..=100 {
            let canary = percent(weight).choose(&wish(&key), 0).0 == Side::Canary;
            assert!(canary >= seen, "key {nth} left at {weight} %");
            seen = canary;
        }
        assert!(seen, "all are on it in the end");
    }
}

#[test]
fn trials_begin_with_different_keys() {
    let weight = Weight::of_percent(10).expect("at most all");
    let [one, two] = [1, 2].map(|byte| Split::new(Secret::new([byte; 32]), weight));
    let canary = |split: &Split, key: &[u8]| split.choose(&wish(key), 0).0 == Side::Canary;
    let both = (0..CALLS).filter(|nth| canary(&one, &key(*nth)) && canary(&two, &key(*nth)));
    let both = both.count();
    assert!(
        (200..400).contains(&both),
        "expected about 300, found {both}"
    );
}

#[test]
fn what_a_call_asks_for_is_before_all_else() {
    for side in [Side::Stable, Side::Canary] {
        let asked = Wish {
            side: Some(side),
            key: Some(b"key"),
        };
        for weight in [0, 50, 100] {
            assert_eq!(percent(weight).choose(&asked, 0), (side, Reason::Asked));
        }
    }
}
