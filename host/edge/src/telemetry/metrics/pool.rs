//! What the pools of the engines have.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use wasmtime::PoolingAllocatorMetrics;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct In {
    engine: String,
}

/// A number of a pool: its name, what it means, where it comes from.
type Row = (
    &'static str,
    &'static str,
    fn(&PoolingAllocatorMetrics) -> u64,
);

const ROWS: [Row; 9] = [
    ("pool_component_instances", "Component instances", |pool| {
        pool.component_instances()
    }),
    ("pool_core_instances", "Core instances", |pool| {
        pool.core_instances()
    }),
    ("pool_memories", "Memories in use", |pool| {
        pool.memories() as u64
    }),
    ("pool_tables", "Tables in use", |pool| pool.tables() as u64),
    ("pool_stacks", "Stacks in use", |pool| pool.stacks() as u64),
    ("pool_unused_warm_memories", "Memories kept warm", |pool| {
        pool.unused_warm_memories().into()
    }),
    (
        "pool_unused_memory_resident_bytes",
        "Bytes of memories kept warm",
        |pool| pool.unused_memory_bytes_resident() as u64,
    ),
    ("pool_unused_warm_tables", "Tables kept warm", |pool| {
        pool.unused_warm_tables().into()
    }),
    ("pool_unused_warm_stacks", "Stacks kept warm", |pool| {
        pool.unused_warm_stacks().into()
    }),
];

/// The gauges, in the order of [`ROWS`].
pub(super) struct PoolGauges([Family<In, Gauge>; ROWS.len()]);

impl PoolGauges {
    pub(super) fn register(registry: &mut Registry) -> Self {
        Self(ROWS.map(|(name, help, _)| {
            let family = Family::default();
            registry.register(name, help, Family::clone(&family));
            family
        }))
    }

    pub(super) fn set(&self, engine: &str, metrics: &PoolingAllocatorMetrics) {
        let label = In {
            engine: engine.to_owned(),
        };
        for (family, (_, _, read)) in self.0.iter().zip(ROWS) {
            let value = i64::try_from(read(metrics)).unwrap_or(i64::MAX);
            family.get_or_create(&label).set(value);
        }
    }
}
