//! Guests that wait for asynchronous host functions: one, many at once, some given up.

use std::pin::pin;

use amphi::component::{Component, HasSelf, Linker, Val};
use amphi::{Result, Store};
use futures_util::future::join_all;

use super::Transcript;
use super::polled::{give_way, polled};
use crate::host::{Refusal, State};
use crate::stage::Stage;
use demo::waiting::clock::Host;

amphi::component::bindgen!({
    inline: "
        package demo:waiting;
        interface clock {
            wait: func(turns: u32) -> u32;
            answer: func(question: string) -> string;
            fail: func(turns: u32);
        }
        interface waiter {
            sum: func(rounds: u32) -> u32;
            calls: func() -> u32;
            ask: func(question: string) -> string;
            fall: func(turns: u32);
            fail: func(turns: u32);
        }
        world waiting {
            import clock;
            export waiter;
        }
    ",
    imports: { default: async | trappable },
    exports: { default: async },
});

impl Host for State {
    async fn wait(&mut self, turns: u32) -> Result<u32> {
        self.calls.push(format!("wait {turns}"));
        give_way(turns).await;
        self.calls.push(format!("waited {turns}"));
        Ok(turns * 10)
    }

    async fn answer(&mut self, question: String) -> Result<String> {
        give_way(u32::try_from(question.len())?).await;
        Ok(format!("{question}!"))
    }

    async fn fail(&mut self, turns: u32) -> Result<()> {
        give_way(turns).await;
        Err(Refusal(format!("after {turns} turns")).into())
    }
}

/// A component with its linker.
struct Made<'a> {
    stage: &'a Stage,
    component: &'a Component,
    linker: Linker<State>,
}

impl Made<'_> {
    async fn fresh(&self) -> Result<(Store<State>, Waiting)> {
        let mut store = self.stage.store();
        let it = Waiting::instantiate_async(&mut store, self.component, &self.linker).await?;
        Ok((store, it))
    }
}

impl<'a> Made<'a> {
    fn new(stage: &'a Stage, component: &'a Component) -> Result<Made<'a>> {
        let mut linker = Linker::new(&stage.engine);
        Waiting::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| state)?;
        Ok(Made {
            stage,
            component,
            linker,
        })
    }
}

/// What becomes of guests that wait where they cannot be suspended: a trap that says so, and
/// everything else works.
pub async fn refused(t: &mut Transcript, stage: &Stage, component: &Component) -> Result<()> {
    let made = Made::new(stage, component)?;
    let (mut store, it) = made.fresh().await?;
    let waiter = it.demo_waiting_waiter();
    t.same("no round", waiter.call_sum(&mut store, 0).await?, 0);
    let at_once = waiter.call_ask(&mut store, "").await?;
    t.same("an answer at once", at_once, "!");
    let waited = waiter.call_sum(&mut store, 2).await;
    t.fails("a wait", waited, "JavaScript Promise Integration");
    let (mut store, it) = made.fresh().await?;
    let calls = it.demo_waiting_waiter().call_calls(&mut store).await?;
    t.same("another instance afterwards", calls, 0);
    Ok(())
}

/// Waits in every way.
pub async fn run(t: &mut Transcript, stage: &Stage, component: &Component) -> Result<()> {
    let made = Made::new(stage, component)?;
    one(t, &made).await?;
    many(t, &made).await?;
    given_up(t, &made).await?;
    failing(t, &made).await
}

async fn one(t: &mut Transcript, made: &Made<'_>) -> Result<()> {
    let (mut store, it) = made.fresh().await?;
    let waiter = it.demo_waiting_waiter();
    t.same("no round", waiter.call_sum(&mut store, 0).await?, 0);
    t.calls(&mut store, &[]);
    t.same("two rounds", waiter.call_sum(&mut store, 2).await?, 30);
    t.calls(&mut store, &["wait 1", "waited 1", "wait 2", "waited 2"]);
    for question in [
        "",
        "a",
        "how long is a piece of string, in code units or in cm",
    ] {
        let answer = waiter.call_ask(&mut store, question).await?;
        t.same("an answer", answer, format!("{question}!"));
    }
    dynamic(t, made).await
}

/// The same through dynamic values, called and bound.
async fn dynamic(t: &mut Transcript, made: &Made<'_>) -> Result<()> {
    let mut linker = Linker::<State>::new(&made.stage.engine);
    let mut clock = linker.instance("demo:waiting/clock")?;
    clock.func_new_async("wait", |_, _, params, results| {
        Box::new(async move {
            if let Some(Val::U32(turns)) = params.first() {
                give_way(*turns).await;
                results[0] = Val::U32(turns + 1);
            }
            Ok(())
        })
    })?;
    clock.func_wrap_async("answer", |_, (question,): (String,)| {
        Box::new(async move { Ok((question,)) })
    })?;
    clock.func_wrap("fail", |_, (_,): (u32,)| Ok(()))?;
    let mut store = made.stage.store();
    let instance = linker.instantiate_async(&mut store, made.component).await?;
    let waiter = instance.get_export_index(&mut store, None, "demo:waiting/waiter");
    let sum = instance
        .get_export_index(&mut store, waiter.as_ref(), "sum")
        .and_then(|index| instance.get_func(&mut store, index));
    let mut results = [Val::Bool(false)];
    if let Some(sum) = sum {
        sum.call_async(&mut store, &[Val::U32(3)], &mut results)
            .await?;
        t.same("dynamic", &results, [Val::U32(9)]);
        let refused = sum.call(&mut store, &[Val::U32(3)], &mut results);
        t.fails(
            "a call that is not asynchronous",
            refused,
            "`*_async` functions",
        );
    }
    Ok(())
}

async fn many(t: &mut Transcript, made: &Made<'_>) -> Result<()> {
    let calls = (1..=20).map(async |rounds| {
        let (mut store, it) = made.fresh().await?;
        it.demo_waiting_waiter().call_sum(&mut store, rounds).await
    });
    let sums: Result<Vec<u32>> = join_all(calls).await.into_iter().collect();
    let expected: Vec<u32> = (1..=20).map(|rounds| 5 * rounds * (rounds + 1)).collect();
    t.same("twenty at once", sums?, expected);
    Ok(())
}

async fn given_up(t: &mut Transcript, made: &Made<'_>) -> Result<()> {
    let (mut store, it) = made.fresh().await?;
    {
        let waiter = it.demo_waiting_waiter();
        let call = pin!(waiter.call_sum(&mut store, 1_000));
        t.same("given up early", polled(call, 50).await, false);
    }
    let waited = store.data_mut().calls.len() > 2;
    t.same("it had waited", waited, true);
    let again = it.demo_waiting_waiter().call_calls(&mut store).await;
    t.fails(
        "the same instance afterwards",
        again,
        "cannot enter component instance",
    );
    drop(store);
    let (mut store, it) = made.fresh().await?;
    let sum = it.demo_waiting_waiter().call_sum(&mut store, 3).await?;
    t.same("another instance afterwards", sum, 60);

    let calls = (1..=20).map(async |rounds: u32| {
        let (mut store, it) = made.fresh().await?;
        let waiter = it.demo_waiting_waiter();
        if rounds.is_multiple_of(2) {
            let call = pin!(waiter.call_sum(&mut store, 1_000));
            polled(call, 30).await;
            return Ok(None);
        }
        waiter.call_sum(&mut store, rounds).await.map(Some)
    });
    let sums: Result<Vec<Option<u32>>> = join_all(calls).await.into_iter().collect();
    let kept: Vec<u32> = sums?.into_iter().flatten().collect();
    let expected: Vec<u32> = (1..=20)
        .step_by(2)
        .map(|rounds| 5 * rounds * (rounds + 1))
        .collect();
    t.same("half of twenty given up", kept, expected);
    Ok(())
}

async fn failing(t: &mut Transcript, made: &Made<'_>) -> Result<()> {
    for turns in [0, 3] {
        let (mut store, it) = made.fresh().await?;
        let waiter = it.demo_waiting_waiter();
        let fallen = waiter.call_fall(&mut store, turns).await;
        t.fails("a trap", fallen, "wasm `unreachable` instruction executed");
        let again = waiter.call_calls(&mut store).await;
        t.fails(
            "the instance after a trap",
            again,
            "cannot enter component instance",
        );

        let (mut store, it) = made.fresh().await?;
        let waiter = it.demo_waiting_waiter();
        let failed = waiter.call_fail(&mut store, turns).await;
        t.fails("an error of the host", failed, "the host refused: after");
        let again = waiter.call_calls(&mut store).await;
        t.fails(
            "the instance after it",
            again,
            "cannot enter component instance",
        );
    }
    Ok(())
}
