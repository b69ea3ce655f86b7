//! Which connections are open at once: so many in all, so many of one client, and a few more that
//! may only ask whether the process lives.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::{AbortHandle, AbortRegistration};
use ipnet::IpNet;
use tokio::time::Instant;

use super::activity::Activity;
use super::client::Client;
use super::{Settings, is_trusted};

/// How many connections there are besides the others, for probes alone.
const RESERVE: usize = 16;

/// How many of those one client has.
const RESERVE_OF_CLIENT: usize = 2;

/// How often it is said that connections are refused.
const SAY: Duration = Duration::from_secs(10);

/// Why a connection got no place of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoPlace {
    /// Its client has all that one may have.
    Client,
    /// All places are taken, and none by who is idle.
    Full,
}

impl NoPlace {
    /// Its word in the log and in metrics.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Full => "full",
        }
    }
}

/// What a connection got: its place, if it has one, and by what it is ended at once.
pub type Got = Option<(Place, AbortRegistration)>;

/// The places of a server's connections.
pub struct Places {
    most: usize,
    of_client: usize,
    /// [`Settings::spare`].
    spare: Duration,
    /// [`Settings::reserve`].
    reserve: Duration,
    /// Whose connections are many clients'.
    proxies: Vec<IpNet>,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    begun: u64,
    connections: HashMap<u64, Held>,
    /// How many of each client, those of the reserve not included.
    clients: HashMap<Client, usize>,
    reserve: usize,
    said: Option<Instant>,
    unsaid: usize,
}

/// A connection that is open.
struct Held {
    client: Client,
    activity: Arc<Activity>,
    end: AbortHandle,
    reserve: bool,
}

impl Places {
    pub fn new(settings: &Settings) -> Arc<Self> {
        Arc::new(Self {
            most: settings.connections,
            of_client: settings.connections_per_client,
            spare: settings.spare,
            reserve: settings.reserve,
            proxies: settings.trusted_proxies.clone(),
            open: Mutex::default(),
        })
    }

    /// The place of a connection from `address`, and why it is not one of its own. When there is
    /// none, the connection that is idle for longest makes room.
    pub fn take(self: &Arc<Self>, address: IpAddr) -> (Got, Option<NoPlace>) {
        let client = Client::at(address);
        let mut open = self.open();
        let of_client = open.clients.get(&client).copied().unwrap_or_default();
        let reason = if of_client >= self.of_client && !is_trusted(&self.proxies, address) {
            NoPlace::Client
        } else if open.own() < self.most || open.make_room(self.spare) {
            return (Some(self.hold(&mut open, client, false)), None);
        } else {
            NoPlace::Full
        };
        open.say(address, reason.word());
        let held = open.connections.values();
        let of_client = held.filter(|held| held.reserve && held.client == client);
        let of_client = of_client.count();
        let room = open.reserve < RESERVE && of_client < RESERVE_OF_CLIENT;
        let got = room.then(|| self.hold(&mut open, client, true));
        (got, Some(reason))
    }

    /// A place for who has connected before the server ended: there are as many as are wanted.
    pub fn last(self: &Arc<Self>, address: IpAddr) -> (Place, AbortRegistration) {
        self.hold(&mut self.open(), Client::at(address), false)
    }

    /// Closes the connection that is idle for longest. Whether there was one.
    pub fn make_room(&self) -> bool {
        self.open().make_room(self.spare)
    }

    fn hold(
        self: &Arc<Self>,
        open: &mut Open,
        client: Client,
        reserve: bool,
    ) -> (Place, AbortRegistration) {
        let until = reserve.then(|| Instant::now() + self.reserve);
        let (end, ends) = AbortHandle::new_pair();
        let held = Held {
            client,
            activity: Arc::new(Activity::new(until)),
            end,
            reserve,
        };
        let place = Place {
            number: open.begun,
            reserve,
            activity: Arc::clone(&held.activity),
            places: Arc::clone(self),
        };
        open.begun += 1;
        match reserve {
            true => open.reserve += 1,
            false => *open.clients.entry(client).or_default() += 1,
        }
        open.connections.insert(place.number, held);
        (place, ends)
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    /// How many there are but for those of the reserve.
    fn own(&self) -> usize {
        self.connections.len() - self.reserve
    }

    fn make_room(&mut self, spare: Duration) -> bool {
        let now = Instant::now();
        let own = self.connections.iter().filter(|(_, held)| !held.reserve);
        let idle = own.filter_map(|(number, held)| Some((held.activity.idle()?, *number)));
        let longest = idle.min().filter(|(since, _)| now - *since >= spare);
        let Some((_, number)) = longest else {
            return false;
        };
        // It may have begun a request just now.
        let given_up = |held: &Held| held.activity.give_up();
        if !self.connections.get(&number).is_some_and(given_up) {
            return false;
        }
        if let Some(held) = self.remove(number) {
            held.end.abort();
        }
        true
    }

    fn remove(&mut self, number: u64) -> Option<Held> {
        let held = self.connections.remove(&number)?;
        if held.reserve {
            self.reserve -= 1;
        } else if let Some(count) = self.clients.get_mut(&held.client) {
            *count -= 1;
            if *count == 0 {
                self.clients.remove(&held.client);
            }
        }
        Some(held)
    }

    /// Says in the log that a connection got no place, but not of each.
    fn say(&mut self, address: IpAddr, reason: &'static str) {
        let now = Instant::now();
        self.unsaid += 1;
        if self.said.is_none_or(|said| now - said >= SAY) {
            let refused = self.unsaid;
            tracing::warn!(%address, reason, refused, "refused connections, most recently this one");
            (self.said, self.unsaid) = (Some(now), 0);
        }
    }
}

/// The place of one connection, which is free when it is dropped.
pub struct Place {
    number: u64,
    /// Whether it is one of the reserve.
    pub reserve: bool,
    /// What the connection does.
    pub activity: Arc<Activity>,
    places: Arc<Places>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.open().remove(self.number);
    }
}
