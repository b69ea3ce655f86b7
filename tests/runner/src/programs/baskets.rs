//! A resource of the guest: made, used, lent, given away, taken back, dropped.

use amphi::{Result, Store};

use super::Transcript;
use crate::bindings::kitchen::Kitchen;
use crate::host::State;

/// A part of the error for a handle that the host no longer owns.
const GONE: &str = "already de-allocated";

/// Follows some baskets through their lives. `alive` tells how many the guest still has.
pub fn run(t: &mut Transcript, store: &mut Store<State>, kitchen: &Kitchen) -> Result<()> {
    let shop = kitchen.demo_kitchen_store();
    let basket = shop.basket();
    let fruit = basket.call_constructor(&mut *store, "fruit")?;
    t.same("name", basket.call_name(&mut *store, fruit)?, "fruit");
    t.same("put", basket.call_put(&mut *store, fruit, "apple")?, 1);
    t.same(
        "put again",
        basket.call_put(&mut *store, fruit, "pear 🍐")?,
        2,
    );
    t.same(
        "items",
        basket.call_items(&mut *store, fruit)?,
        ["apple", "pear 🍐"],
    );
    t.same("count a lent one", shop.call_count(&mut *store, fruit)?, 2);

    let nuts = basket.call_constructor(&mut *store, "nuts")?;
    basket.call_put(&mut *store, nuts, "walnut")?;
    t.same(
        "count several, one twice",
        shop.call_count_all(&mut *store, &[fruit, nuts, fruit])?,
        5,
    );
    t.same("alive", shop.call_alive(&mut *store)?, 2);

    let both = basket.call_merge(&mut *store, fruit, nuts)?;
    t.same(
        "items of the merged",
        basket.call_items(&mut *store, both)?,
        ["apple", "pear 🍐", "walnut"],
    );
    t.same("alive after the merge", shop.call_alive(&mut *store)?, 2);
    t.fails(
        "drop of a basket that was given away",
        fruit.resource_drop(&mut *store),
        GONE,
    );
    t.same(
        "the lent one is still there",
        basket.call_name(&mut *store, nuts)?,
        "nuts",
    );

    let parcel = shop.call_wrap(&mut *store, both, Some("home"))?;
    t.same("address", &parcel.address, Some("home"));
    let back = shop
        .call_unwrap(&mut *store, &parcel)?
        .map_err(|why| amphi::format_err!("{why}"))?;
    t.same(
        "name after the unwrapping",
        basket.call_name(&mut *store, back)?,
        "fruit",
    );
    let parcel = shop.call_wrap(&mut *store, back, None)?;
    let refused = shop.call_unwrap(&mut *store, &parcel)?.err();
    t.same(
        "unwrap without an address",
        refused,
        Some("`fruit` has no address"),
    );
    t.same("alive after the refusal", shop.call_alive(&mut *store)?, 1);

    t.same("consume", shop.call_consume(&mut *store, nuts)?, "nuts");
    t.same("alive after all", shop.call_alive(&mut *store)?, 0);
    t.fails(
        "use of a basket that was given away",
        basket.call_name(&mut *store, fruit),
        GONE,
    );
    t.fails(
        "any use after that",
        shop.call_alive(&mut *store),
        "cannot enter component instance",
    );
    Ok(())
}

/// Lists of resources, and drops by the host.
pub fn many(t: &mut Transcript, store: &mut Store<State>, kitchen: &Kitchen) -> Result<()> {
    let shop = kitchen.demo_kitchen_store();
    let names: Vec<String> = (0..100).map(|index| format!("b{index}")).collect();
    let made = shop.call_make(&mut *store, &names)?;
    t.same(
        "made",
        (made.len(), shop.call_alive(&mut *store)?),
        (100, 100),
    );
    let turned = shop.call_reverse(&mut *store, &made)?;
    t.same(
        "first after the turn",
        shop.basket().call_name(&mut *store, turned[0])?,
        "b99",
    );
    for basket in turned {
        basket.resource_drop(&mut *store)?;
    }
    t.same("alive after the drops", shop.call_alive(&mut *store)?, 0);
    for round in 0..1_000 {
        let basket = shop.basket().call_constructor(&mut *store, "again")?;
        basket.resource_drop(&mut *store)?;
        if round % 250 == 0 {
            t.same("alive in a round", shop.call_alive(&mut *store)?, 0);
        }
    }
    t.same(
        "visits",
        [
            shop.call_visits(&mut *store)?,
            shop.call_visits(&mut *store)?,
        ],
        [0, 1],
    );
    t.fails(
        "use of one from before the turn",
        shop.basket().call_name(&mut *store, made[0]),
        GONE,
    );
    Ok(())
}
