//! The shapes natively: the loops of `benches/web`, timed by criterion.
//!
//! `cargo xtask bench --native` runs it; it needs the components that `cargo xtask bench` builds.

use amphi::{Result, bail, format_err};
use amphi_bench_web::{Guests, LOADS, SHAPES, Shapes};
use criterion::Criterion;
use std::path::Path;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

fn main() -> Result<()> {
    let (shapes, sensor) = (component("shapes")?, component("sensor")?);
    let guests = Guests {
        shapes: shapes.as_slice(),
        sensor: sensor.as_slice(),
    };
    let mut shapes = ready(Shapes::new(guests, &component("composed")?))?;
    let mut criterion = Criterion::default().configure_from_args();
    for shape in SHAPES {
        bench(&mut criterion, shape, |times| shapes.run(shape, times));
    }
    for shape in LOADS {
        bench(&mut criterion, shape, |times| {
            ready(shapes.load(shape, times))
        });
    }
    criterion.final_summary();
    Ok(())
}

fn bench(criterion: &mut Criterion, name: &str, mut run: impl FnMut(u32) -> Result<()>) {
    criterion.bench_function(name, |bencher| {
        bencher.iter_custom(|times| {
            let times = u32::try_from(times).expect("four billion calls take longer than a batch");
            time(|| run(times))
        });
    });
}

fn time(run: impl FnOnce() -> Result<()>) -> Duration {
    let start = Instant::now();
    if let Err(error) = run() {
        panic!("{error:?}");
    }
    start.elapsed()
}

fn component(name: &str) -> Result<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/guests");
    let path = folder.join(name).with_extension("wasm");
    std::fs::read(&path).map_err(|error| {
        format_err!(
            "expected a component at `{}` (`cargo xtask bench` builds it): {error}",
            path.display()
        )
    })
}

/// What a future that never waits gives.
fn ready<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => bail!("expected compilation to be ready at once, found it waiting"),
    }
}
