//! `wasi:clocks`: the page's clocks, and timers by them.

use crate::io::{DynPollable, Pollable, subscribe};
use crate::p2::bindings::datetime;
use crate::p2::bindings::sync::clocks::monotonic_clock::{self, Duration as Nanoseconds, Instant};
use crate::p2::bindings::sync::clocks::wall_clock::{self, Datetime};
use crate::page;
use crate::timeout::{give_way, wait_until};
use amphi_web::Result;
use amphi_web::component::{HasData, Resource, ResourceTable};
use std::time::Duration;

/// A clock that tells the time since 1970.
pub trait HostWallClock: Send {
    /// The smallest step of the clock.
    fn resolution(&self) -> Duration;

    /// The time since 1970.
    fn now(&self) -> Duration;
}

/// A clock that never goes back.
pub trait HostMonotonicClock: Send {
    /// The smallest step of the clock, in nanoseconds.
    fn resolution(&self) -> u64;

    /// Nanoseconds since some moment.
    fn now(&self) -> u64;
}

/// Ties the interfaces of `wasi:clocks` to [`WasiClocksCtxView`].
pub struct WasiClocks;

impl HasData for WasiClocks {
    type Data<'a> = WasiClocksCtxView<'a>;
}

/// Implemented by a store's data, so that the functions of `wasi:clocks` find their state in it;
/// whatever has a [`WasiView`](crate::WasiView) has this.
pub trait WasiClocksView: Send {
    /// The parts of `self` that the functions need.
    fn clocks(&mut self) -> WasiClocksCtxView<'_>;
}

/// The store's data, as the functions of `wasi:clocks` need it.
pub struct WasiClocksCtxView<'a> {
    /// The clocks.
    pub ctx: &'a mut WasiClocksCtx,
    /// The resources that the guest holds.
    pub table: &'a mut ResourceTable,
}

/// The clocks that a guest reads.
pub struct WasiClocksCtx {
    pub(crate) wall_clock: Box<dyn HostWallClock + Send>,
    pub(crate) monotonic_clock: Box<dyn HostMonotonicClock + Send>,
}

impl Default for WasiClocksCtx {
    fn default() -> Self {
        let start = page::uptime();
        Self {
            wall_clock: Box::new(PageWallClock),
            monotonic_clock: Box::new(PageMonotonicClock { start }),
        }
    }
}

struct PageWallClock;

impl HostWallClock for PageWallClock {
    fn resolution(&self) -> Duration {
        page::CLOCK_RESOLUTION
    }

    fn now(&self) -> Duration {
        page::unix_time()
    }
}

/// Counts from when the context was made, so that a guest does not learn how long the page has been
/// open.
struct PageMonotonicClock {
    start: Duration,
}

impl HostMonotonicClock for PageMonotonicClock {
    fn resolution(&self) -> u64 {
        nanoseconds(page::CLOCK_RESOLUTION)
    }

    fn now(&self) -> u64 {
        nanoseconds(page::uptime().saturating_sub(self.start))
    }
}

impl wall_clock::Host for WasiClocksCtxView<'_> {
    fn now(&mut self) -> Result<Datetime> {
        Ok(datetime(self.ctx.wall_clock.now()))
    }

    fn resolution(&mut self) -> Result<Datetime> {
        Ok(datetime(self.ctx.wall_clock.resolution()))
    }
}

impl monotonic_clock::Host for WasiClocksCtxView<'_> {
    fn now(&mut self) -> Result<Instant> {
        Ok(self.ctx.monotonic_clock.now())
    }

    fn resolution(&mut self) -> Result<Nanoseconds> {
        Ok(self.ctx.monotonic_clock.resolution())
    }

    fn subscribe_instant(&mut self, when: Instant) -> Result<Resource<DynPollable>> {
        let now = self.ctx.monotonic_clock.now();
        self.subscribe_duration(when.saturating_sub(now))
    }

    fn subscribe_duration(&mut self, duration: Nanoseconds) -> Result<Resource<DynPollable>> {
        let duration = Duration::from_nanos(duration);
        let timer = Timer {
            end: page::uptime().saturating_add(duration),
            duration,
            gave_way: false,
        };
        let timer = self.table.push(timer)?;
        subscribe(self.table, timer)
    }
}

/// A timer by the page's clock.
///
/// As in Wasmtime it is not ready before others have run, however long ago it ran out: a guest that
/// asks for what has happened meanwhile, again and again, has such a timer among what it polls.
struct Timer {
    end: Duration,
    duration: Duration,
    /// Whether it has let the page's event loop run since it ran out.
    gave_way: bool,
}

#[async_trait::async_trait]
impl Pollable for Timer {
    async fn ready(&mut self) {
        if self.gave_way {
            return;
        }
        if page::uptime() < self.end {
            wait_until(self.end).await;
            self.gave_way = true;
        } else {
            self.gave_way = true;
            give_way().await;
        }
    }

    fn awaits(&self) -> String {
        format!("a timer of {:?}", self.duration)
    }
}

/// 584 years fit; more saturates.
fn nanoseconds(duration: Duration) -> u64 {
    duration.as_nanos().try_into().unwrap_or(u64::MAX)
}
