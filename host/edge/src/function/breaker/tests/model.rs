//! Random calls against what the rules say, told anew from the whole history at every step.

use super::*;
use std::collections::BTreeMap;

/// A circuit, as the rules tell of it.
#[derive(Default)]
struct Model {
    most: usize,
    /// When it last opened after it had been closed, and since when it is open or tried.
    broke: Option<Instant>,
    open: Option<Instant>,
    round: Option<(Instant, Vec<Tried>)>,
}

struct Tried {
    client: u32,
    began: Instant,
    trapped: bool,
}

impl Model {
    fn is_closed(&self) -> bool {
        self.open.is_none() && self.round.is_none()
    }

    /// When somebody may try whatever happens.
    fn due(&self) -> Option<Instant> {
        self.open
            .or(self.round.as_ref().map(|(since, _)| *since))
            .map(|since| since + OPEN)
    }

    fn ask(&self, client: u32, now: Instant) -> CircuitDecision {
        let Some(due) = self.due() else {
            return CircuitDecision::Pass;
        };
        if now >= due {
            return CircuitDecision::Try;
        }
        let Some((_, tries)) = &self.round else {
            return CircuitDecision::Refuse(due - now);
        };
        if tries.len() < self.most && tries.iter().all(|tried| tried.client != client) {
            return CircuitDecision::Try;
        }
        match tries.iter().all(|tried| tried.trapped) {
            true => CircuitDecision::Refuse(due - now),
            false => CircuitDecision::Refuse(Duration::ZERO),
        }
    }

    fn begin(&mut self, client: u32, now: Instant) {
        if self.due().is_some_and(|due| now >= due) {
            self.open = None;
            self.round = Some((now, Vec::new()));
        }
        let (_, tries) = self.round.as_mut().expect("somebody may try");
        tries.push(Tried {
            client,
            began: now,
            trapped: false,
        });
    }

    fn end(&mut self, client: u32, began: Instant, ending: Ending, now: Instant) {
        if ending == Ending::Returned {
            if self.broke.is_some_and(|broke| began > broke) {
                (self.open, self.round) = (None, None);
            }
            return;
        }
        let Some((_, tries)) = &mut self.round else {
            return;
        };
        let this = |tried: &Tried| (tried.client, tried.began) == (client, began);
        match ending {
            Ending::GivenUp => tries.retain(|tried| !this(tried)),
            _ => {
                for tried in tries.iter_mut().filter(|tried| this(tried)) {
                    tried.trapped = true;
                }
                if tries.iter().filter(|tried| tried.trapped).count() == self.most {
                    self.break_at(now);
                }
            }
        }
    }

    fn break_at(&mut self, now: Instant) {
        if self.is_closed() {
            self.broke = Some(now);
        }
        (self.open, self.round) = (Some(now), None);
    }
}

/// The breaker, as the rules tell of it.
struct World {
    most: u64,
    function: Model,
    clients: BTreeMap<u32, Model>,
    /// All traps that are not forgotten, and how the last call of each client ended.
    traps: Vec<(u32, Instant)>,
    last: BTreeMap<u32, (Instant, bool)>,
    /// When a call of each client last returned.
    returned: BTreeMap<u32, Instant>,
}

impl World {
    fn new(most: u64) -> Self {
        Self {
            most,
            function: Model {
                most: 3,
                ..Model::default()
            },
            clients: BTreeMap::new(),
            traps: Vec::new(),
            last: BTreeMap::new(),
            returned: BTreeMap::new(),
        }
    }

    /// Who could have tried for longer than the window is forgotten.
    fn forget(&mut self, now: Instant) {
        self.clients
            .retain(|_, model| model.due().is_some_and(|due| now <= due + WINDOW));
    }

    fn ask(&mut self, client: u32, now: Instant) -> (CircuitDecision, CircuitDecision) {
        self.forget(now);
        let own = self.clients.get(&client);
        let own = own.map_or(CircuitDecision::Pass, |model| model.ask(client, now));
        (self.function.ask(client, now), own)
    }

    fn recent(&self, client: u32, now: Instant) -> u64 {
        let recent = |trap: &&(u32, Instant)| trap.0 == client && now - trap.1 <= WINDOW;
        self.traps.iter().filter(recent).count() as u64
    }

    fn trapped(&mut self, client: u32, now: Instant) {
        self.traps.push((client, now));
        let returned = self.returned.get(&client);
        let has_returned = returned.is_some_and(|at| now - *at <= WINDOW);
        let is_refused = !has_returned && self.recent(client, now) >= self.most;
        if !self.clients.contains_key(&client) && is_refused {
            let mut model = Model {
                most: 1,
                ..Model::default()
            };
            model.break_at(now);
            self.clients.insert(client, model);
        }
        let count = |client| self.recent(client, now).min((self.most / 2).max(1));
        let counted: u64 = (0..10).map(count).sum();
        let heard = self.last.values().filter(|(at, _)| now - *at <= WINDOW);
        let (trapped, good): (Vec<_>, Vec<_>) = heard
            .map(|(_, trapped)| *trapped)
            .partition(|trapped| *trapped);
        let many = counted >= self.most.max(2) && trapped.len() >= good.len();
        if self.function.is_closed() && many {
            self.function.break_at(now);
        }
    }
}

struct Call {
    client: u32,
    pass: Pass,
    began: Instant,
    tries: (bool, bool),
}

#[test]
fn calls_pass_try_and_are_refused_as_their_history_says() {
    let mut opened = 0;
    for seed in 0..300 {
        let mut random = fastrand::Rng::with_seed(seed);
        let start = Instant::now();
        let most = random.u32(1..8);
        let breaker = breaker(limits(most), start);
        let mut world = World::new(most.into());
        let mut calls: Vec<Call> = Vec::new();
        let mut now = start;
        let clients = random.u32(1..=10);
        let traps = random.u8(1..10);
        for _ in 0..600 {
            now += seconds([0, 0, 1, 7, 33][random.usize(0..5)]);
            world.forget(now);
            if random.bool() {
                enter(
                    &breaker,
                    &mut world,
                    random.u32(0..clients),
                    now,
                    &mut calls,
                );
            } else if !calls.is_empty() {
                let call = calls.swap_remove(random.usize(0..calls.len()));
                let ending = match random.u8(0..12) {
                    0 => Ending::GivenUp,
                    chance if chance <= traps => Ending::Trapped,
                    _ => Ending::Returned,
                };
                end(&mut world, call, ending, now);
            }
            let model = &world.function;
            let state = match (model.open, &model.round) {
                (Some(_), _) => BreakerState::Open,
                (None, Some(_)) => BreakerState::HalfOpen,
                (None, None) => BreakerState::Closed,
            };
            assert_eq!(breaker.state(), state, "seed {seed}");
            assert_eq!(breaker.refused(now), world.clients.len(), "seed {seed}");
        }
        opened += breaker.opened();
    }
    assert!(opened > 1_000, "{opened}");
}

fn enter(breaker: &Arc<Breaker>, world: &mut World, nth: u32, now: Instant, calls: &mut Vec<Call>) {
    let answers = world.ask(nth, now);
    let entered = breaker.enter(client(nth), now);
    let expected = match answers {
        (CircuitDecision::Refuse(all), CircuitDecision::Refuse(own)) => {
            Some((all.max(own), own > all))
        }
        (CircuitDecision::Refuse(all), _) => Some((all, false)),
        (_, CircuitDecision::Refuse(own)) => Some((own, true)),
        _ => None,
    };
    match entered {
        Err(Refused { wait, scope }) => {
            assert_eq!(Some((wait, scope == BreakerScope::Client)), expected);
        }
        Ok(pass) => {
            assert_eq!(expected, None);
            let tries = (
                answers.0 == CircuitDecision::Try,
                answers.1 == CircuitDecision::Try,
            );
            assert_eq!(pass.tries(), tries.0 || tries.1);
            if tries.0 {
                world.function.begin(nth, now);
            }
            if tries.1 {
                let own = world.clients.get_mut(&nth).expect("it has a circuit");
                own.begin(nth, now);
            }
            calls.push(Call {
                client: nth,
                pass,
                began: now,
                tries,
            });
        }
    }
}

fn end(world: &mut World, call: Call, ending: Ending, now: Instant) {
    let Call {
        client,
        pass,
        began,
        tries,
    } = call;
    pass.end(ending, now);
    if ending != Ending::GivenUp {
        world.last.insert(client, (now, ending == Ending::Trapped));
        if ending == Ending::Returned {
            world.returned.insert(client, now);
        }
    }
    if tries.1
        && let Some(own) = world.clients.get_mut(&client)
    {
        own.end(client, began, ending, now);
        if own.is_closed() {
            world.clients.remove(&client);
            world.traps.retain(|trap| trap.0 != client);
        }
    }
    if tries.0 && !world.function.is_closed() {
        world.function.end(client, began, ending, now);
        if world.function.is_closed() {
            world.traps.clear();
        }
    }
    if ending == Ending::Trapped {
        world.trapped(client, now);
    }
}
