//! Windows against the list of all calls.

use super::*;

const SPAN: Duration = Duration::from_secs(60);

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[test]
fn every_latency_has_a_size_and_its_longest_is_near() {
    let mut random = fastrand::Rng::with_seed(3);
    let powers = (0..32).flat_map(|power| [(1_u64 << power) - 1, 1 << power, (1 << power) + 1]);
    let drawn: Vec<u64> = (0..10_000).map(|_| 1_u64 << random.u32(0..32)).collect();
    let drawn: Vec<u64> = drawn.iter().map(|top| random.u64(0..*top)).collect();
    for micros in powers.chain(drawn) {
        let latency = Duration::from_micros(micros);
        let longest = longest(size(latency));
        assert!(latency <= longest, "{latency:?} {longest:?}");
        assert!(longest <= latency + latency / 16, "{latency:?} {longest:?}");
        assert_eq!(size(longest), size(latency));
    }
    assert_eq!(size(Duration::from_secs(1 << 40)), SIZES - 1);
    let longest = (0..SIZES).map(longest).collect::<Vec<_>>();
    assert!(longest.is_sorted());
}

/// A window against the list of all calls, at random times.
#[test]
fn a_window_has_what_is_in_its_span_to_within_a_slot() {
    for seed in 0..50 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut window = Window::new(SPAN, 6);
        let mut now = Instant::now();
        let mut calls: Vec<(Instant, CallResult)> = Vec::new();
        for _ in 0..400 {
            let longest = [1_000, 200_000][usize::from(random.u8(0..50) == 0)];
            now += millis(random.u64(0..longest));
            let result = match random.u8(0..10) {
                0 => CallResult::Error,
                1 => CallResult::Trap,
                2 => CallResult::NotInstantiated,
                _ => CallResult::Good,
            };
            window.count(result, millis(random.u64(0..100)), now);
            calls.push((now, result));
            let counts = window.counts(now);
            let within = |span: Duration| {
                let recent = calls.iter().filter(move |(at, _)| now - *at < span);
                recent.map(|(_, result)| *result).collect::<Vec<_>>()
            };
            // Calls of the oldest slot are there or not; all later ones are.
            let (least, most) = (within(SPAN - SPAN / 6), within(SPAN));
            let between = |count: u64, kind: fn(CallResult) -> bool| {
                let of = |calls: &[CallResult]| calls.iter().filter(|call| kind(**call)).count();
                let (least, most) = (of(&least) as u64, of(&most) as u64);
                assert!(
                    (least..=most).contains(&count),
                    "{least} {count} {most}, seed {seed}"
                );
            };
            between(counts.calls, |_| true);
            between(counts.failed, |result| result != CallResult::Good);
            between(counts.not_instantiated, |result| {
                result == CallResult::NotInstantiated
            });
            let trapped = |result| matches!(result, CallResult::Trap | CallResult::NotInstantiated);
            between(counts.trapped, trapped);
            between(counts.answered(), |result| {
                matches!(result, CallResult::Good | CallResult::Error)
            });
        }
    }
}

#[test]
fn percentiles_are_those_of_the_calls() {
    let now = Instant::now();
    let mut window = Window::new(SPAN, 12);
    assert_eq!(window.counts(now).p99(), None);
    let mut random = fastrand::Rng::with_seed(5);
    let mut latencies: Vec<Duration> = (1..=1000).map(millis).collect();
    random.shuffle(&mut latencies);
    for latency in latencies {
        window.count(CallResult::Good, latency, now);
    }
    let counts = window.counts(now);
    let p99 = counts.p99().expect("there are calls");
    assert!(
        (millis(990)..=millis(990) * 17 / 16).contains(&p99),
        "{p99:?}"
    );
    let all = counts.latency(0).expect("there are calls");
    assert!(all >= millis(1000));
    assert_eq!(counts.latency(1000), None);
}

#[test]
fn times_that_go_back_count_as_now() {
    let now = Instant::now() + SPAN;
    let mut window = Window::new(SPAN, 6);
    window.count(CallResult::Good, millis(1), now);
    window.count(CallResult::Good, millis(1), now - millis(50));
    assert_eq!(window.counts(now).calls, 2);
    assert_eq!(window.counts(now + SPAN).calls, 0);
    window.count(CallResult::GivenUp, millis(1), now + SPAN);
    assert_eq!(window.counts(now + SPAN), Counts::default());
}
