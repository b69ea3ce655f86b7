//! `store`: a resource that lives here.

use std::cell::{Cell, RefCell};

use crate::Kitchen;
use crate::bindings::exports::demo::kitchen::store::{
    Basket as OwnBasket, BasketBorrow, Guest, GuestBasket, Parcel,
};

thread_local! {
    /// How many baskets exist.
    static ALIVE: Cell<u32> = const { Cell::new(0) };
    /// How many times `visits` was called.
    static VISITS: Cell<u32> = const { Cell::new(0) };
}

/// A named list of texts.
pub struct Basket {
    name: String,
    items: RefCell<Vec<String>>,
}

impl Basket {
    fn with(name: String, items: Vec<String>) -> Self {
        ALIVE.set(ALIVE.get() + 1);
        Self {
            name,
            items: RefCell::new(items),
        }
    }
}

impl Drop for Basket {
    fn drop(&mut self) {
        ALIVE.set(ALIVE.get() - 1);
    }
}

impl GuestBasket for Basket {
    fn new(name: String) -> Self {
        Self::with(name, Vec::new())
    }

    fn name(&self) -> String {
        self.name.clone()
    }

    fn put(&self, item: String) -> u32 {
        let mut items = self.items.borrow_mut();
        items.push(item);
        items.len() as u32
    }

    fn items(&self) -> Vec<String> {
        self.items.borrow().clone()
    }

    fn merge(a: OwnBasket, b: BasketBorrow<'_>) -> OwnBasket {
        let a = a.into_inner::<Self>();
        let items = [a.items(), b.get::<Self>().items()].concat();
        OwnBasket::new(Self::with(a.name(), items))
    }
}

impl Guest for Kitchen {
    type Basket = Basket;

    fn count(basket: BasketBorrow<'_>) -> u32 {
        basket.get::<Basket>().items.borrow().len() as u32
    }

    fn count_all(baskets: Vec<BasketBorrow<'_>>) -> u32 {
        baskets.into_iter().map(Self::count).sum()
    }

    fn consume(basket: OwnBasket) -> String {
        basket.get::<Basket>().name()
    }

    fn make(names: Vec<String>) -> Vec<OwnBasket> {
        names
            .into_iter()
            .map(|name| OwnBasket::new(Basket::new(name)))
            .collect()
    }

    fn reverse(mut baskets: Vec<OwnBasket>) -> Vec<OwnBasket> {
        baskets.reverse();
        baskets
    }

    fn wrap(basket: OwnBasket, address: Option<String>) -> Parcel {
        Parcel { basket, address }
    }

    fn unwrap(parcel: Parcel) -> Result<OwnBasket, String> {
        match parcel.address {
            Some(_) => Ok(parcel.basket),
            None => Err(format!(
                "`{}` has no address",
                parcel.basket.get::<Basket>().name
            )),
        }
    }

    fn alive() -> u32 {
        ALIVE.get()
    }

    fn visits() -> u32 {
        VISITS.replace(VISITS.get() + 1)
    }
}
