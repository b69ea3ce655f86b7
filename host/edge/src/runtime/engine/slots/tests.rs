//! Who gets a place, and who waits for one.

use std::pin::Pin;

use futures_util::FutureExt;

use super::*;

fn bounded(places: &Arc<PoolSlots>, bounds: &[(&str, u32, u32)]) {
    let bounds = bounds.iter().map(|&(name, least, most)| {
        let bounds = Bounds { least, most };
        (name.to_owned(), bounds)
    });
    places.bound(&bounds.collect());
}

type Waiting = Pin<Box<dyn Future<Output = SlotPermit>>>;

/// A caller that has to wait.
fn waits(share: &Arc<Share>, count: u32) -> Waiting {
    let share = Arc::clone(share);
    let mut waiting: Waiting = Box::pin(async move { share.take(count).await });
    assert!(waiting.as_mut().now_or_never().is_none(), "it waits");
    waiting
}

fn enters(mut waiting: Waiting) -> SlotPermit {
    waiting.as_mut().now_or_never().expect("it is let in")
}

#[test]
fn who_came_first_is_let_in_first() {
    let places = PoolSlots::new(2);
    let (a, b) = (places.share("a"), places.share("b"));
    let (one, two) = (a.try_take(1).expect("one"), a.try_take(1).expect("two"));
    let (first, second, third) = (waits(&b, 1), waits(&a, 1), waits(&b, 1));
    drop(one);
    assert!(b.try_take(1).is_none(), "nobody is overtaken");
    let first = enters(first);
    // One that is gone is not waited for.
    drop(second);
    drop(two);
    let third = enters(third);
    drop((first, third));
    assert_eq!(places.free(), 2);
}

#[test]
fn many_places_are_waited_for_although_there_are_few() {
    let places = PoolSlots::new(3);
    let share = places.share("a");
    let (one, two) = (
        share.try_take(1).expect("one"),
        share.try_take(1).expect("two"),
    );
    let large = waits(&share, 3);
    let other = places.share("b");
    let small = waits(&other, 1);
    drop((one, two));
    let large = enters(large);
    drop(large);
    drop(enters(small));
    assert_eq!(places.free(), 3);
}

#[test]
fn a_least_is_nobody_elses() {
    let places = PoolSlots::new(4);
    let (a, b) = (places.share("a"), places.share("b"));
    bounded(&places, &[("a", 0, u32::MAX), ("b", 2, u32::MAX)]);
    let held = [a.try_take(1).expect("1"), a.try_take(1).expect("2")];
    assert!(a.try_take(1).is_none());
    let waiting = waits(&a, 1);
    // Whoever waits for what is nobody's own keeps nobody from that.
    let own = b.take(2).now_or_never().expect("they are its own");
    let more = waits(&b, 1);
    drop(held);
    let (waiting, more) = (enters(waiting), enters(more));
    drop((own, waiting, more));
    assert_eq!(places.free(), 4);
}

#[test]
fn a_most_is_kept_and_in_nobodys_way() {
    let places = PoolSlots::new(4);
    let (a, b) = (places.share("a"), places.share("b"));
    bounded(&places, &[("a", 0, 2)]);
    let one = a.try_take(1).expect("1");
    let two = a.try_take(1).expect("2");
    assert!(a.is_full(1) && !b.is_full(1));
    let waiting = waits(&a, 1);
    let others = b.take(2).now_or_never().expect("there are two more");
    drop(others);
    drop(one);
    let three = enters(waiting);
    drop((two, three));
    assert_eq!(places.free(), 4);
}

#[test]
fn bounds_change_while_places_are_held() {
    let places = PoolSlots::new(2);
    let (a, b) = (places.share("a"), places.share("b"));
    let held = [a.try_take(1).expect("1"), a.try_take(1).expect("2")];
    let waiting = waits(&a, 1);
    bounded(&places, &[("b", 1, 1), ("a", 0, 1)]);
    let [one, two] = held;
    drop(one);
    let own = b.take(1).now_or_never().expect("it is its own now");
    drop(two);
    let three = enters(waiting);
    assert!(a.holds_more_than_its_own() && !b.holds_more_than_its_own());
    bounded(&places, &[]);
    drop((own, b));
    drop(three);
    assert!(a.try_take(2).is_some(), "nothing is kept for who is gone");
}

#[test]
fn who_is_let_in_and_gone_gives_its_places_back() {
    let places = PoolSlots::new(1);
    let share = places.share("a");
    let one = share.try_take(1).expect("one");
    let gone = waits(&share, 1);
    let next = waits(&share, 1);
    drop(one);
    // It was let in, but does not know it.
    drop(gone);
    drop(enters(next));
    assert_eq!(places.free(), 1);
}
