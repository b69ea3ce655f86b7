//! Limits on what the instances of a store take: how many there are, and how large their memories
//! and tables may become.
//!
//! A browser grows memories and tables without telling anybody. So a limiter is asked once, when an
//! instance is made, for the most that each of its memories and tables may grow to.

use amphi_translate::plan::{Size, Sizes};
use std::fmt;
use wasmtime_environ::error::{Context as _, Error, Result, bail};

/// How many instances of core modules a store has at the most, unless a limiter says otherwise.
pub const DEFAULT_INSTANCE_LIMIT: usize = 10000;
/// How many tables a store has at the most, unless a limiter says otherwise.
pub const DEFAULT_TABLE_LIMIT: usize = 10000;
/// How many memories a store has at the most, unless a limiter says otherwise.
pub const DEFAULT_MEMORY_LIMIT: usize = 10000;

/// Bytes of a page of memory.
const PAGE: u64 = 65_536;

/// Decides what the instances of a store may take, as `wasmtime::ResourceLimiter`; see
/// [`Store::limiter`](crate::Store::limiter).
pub trait ResourceLimiter: Send {
    /// Whether a memory of `current` bytes may become one of `desired` bytes, of `maximum` at the
    /// most.
    ///
    /// # Errors
    ///
    /// The implementation's own; the instance is not made then.
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool>;

    /// Never called in a page, which is not told of memories that cannot grow.
    ///
    /// # Errors
    ///
    /// The implementation's own.
    fn memory_grow_failed(&mut self, _error: Error) -> Result<()> {
        Ok(())
    }

    /// Whether a table of `current` elements may become one of `desired` elements, of `maximum` at
    /// the most.
    ///
    /// # Errors
    ///
    /// The implementation's own; the instance is not made then.
    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool>;

    /// Never called in a page, which is not told of tables that cannot grow.
    ///
    /// # Errors
    ///
    /// The implementation's own.
    fn table_grow_failed(&mut self, _error: Error) -> Result<()> {
        Ok(())
    }

    /// How many instances of core modules the store has at the most.
    fn instances(&self) -> usize {
        DEFAULT_INSTANCE_LIMIT
    }

    /// How many tables the store has at the most.
    fn tables(&self) -> usize {
        DEFAULT_TABLE_LIMIT
    }

    /// How many memories the store has at the most.
    fn memories(&self) -> usize {
        DEFAULT_MEMORY_LIMIT
    }
}

/// Makes [`StoreLimits`], as `wasmtime::StoreLimitsBuilder`.
#[derive(Debug, Default)]
pub struct StoreLimitsBuilder(StoreLimits);

impl StoreLimitsBuilder {
    /// The default limits.
    pub fn new() -> StoreLimitsBuilder {
        StoreLimitsBuilder::default()
    }

    /// How many bytes each memory may have; no limit unless set.
    #[must_use]
    pub fn memory_size(mut self, limit: usize) -> StoreLimitsBuilder {
        self.0.memory_size = Some(limit);
        self
    }

    /// How many elements each table may have; no limit unless set.
    #[must_use]
    pub fn table_elements(mut self, limit: usize) -> StoreLimitsBuilder {
        self.0.table_elements = Some(limit);
        self
    }

    /// How many instances of core modules there may be: 10,000 unless set.
    #[must_use]
    pub fn instances(mut self, limit: usize) -> StoreLimitsBuilder {
        self.0.instances = limit;
        self
    }

    /// How many tables there may be: 10,000 unless set.
    #[must_use]
    pub fn tables(mut self, tables: usize) -> StoreLimitsBuilder {
        self.0.tables = tables;
        self
    }

    /// How many memories there may be: 10,000 unless set.
    #[must_use]
    pub fn memories(mut self, memories: usize) -> StoreLimitsBuilder {
        self.0.memories = memories;
        self
    }

    /// Whether the error says how large something would have become; off unless set.
    #[must_use]
    pub fn trap_on_grow_failure(mut self, trap: bool) -> StoreLimitsBuilder {
        self.0.trap_on_grow_failure = trap;
        self
    }

    /// The limits.
    #[must_use]
    pub fn build(self) -> StoreLimits {
        self.0
    }
}

/// A [`ResourceLimiter`] of numbers, as `wasmtime::StoreLimits`.
#[derive(Clone, Debug)]
pub struct StoreLimits {
    memory_size: Option<usize>,
    table_elements: Option<usize>,
    instances: usize,
    tables: usize,
    memories: usize,
    trap_on_grow_failure: bool,
}

impl Default for StoreLimits {
    fn default() -> StoreLimits {
        StoreLimits {
            memory_size: None,
            table_elements: None,
            instances: DEFAULT_INSTANCE_LIMIT,
            tables: DEFAULT_TABLE_LIMIT,
            memories: DEFAULT_MEMORY_LIMIT,
            trap_on_grow_failure: false,
        }
    }
}

impl StoreLimits {
    fn growing(
        &self,
        limit: Option<usize>,
        desired: usize,
        maximum: Option<usize>,
        what: fmt::Arguments<'_>,
    ) -> Result<bool> {
        let within = |most: Option<usize>| most.is_none_or(|most| desired <= most);
        let allow = within(limit) && within(maximum);
        if !allow && self.trap_on_grow_failure {
            bail!("forcing trap when growing {what}");
        }
        Ok(allow)
    }
}

impl ResourceLimiter for StoreLimits {
    fn memory_growing(
        &mut self,
        _current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool> {
        let what = format_args!("memory to {desired} bytes");
        self.growing(self.memory_size, desired, maximum, what)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool> {
        let what = format_args!("table to {desired} elements");
        self.growing(self.table_elements, desired, maximum, what)
    }

    fn instances(&self) -> usize {
        self.instances
    }

    fn tables(&self) -> usize {
        self.tables
    }

    fn memories(&self) -> usize {
        self.memories
    }
}

/// How many there are of something in a store, and how many there may be.
#[derive(Debug)]
struct Count {
    what: &'static str,
    now: usize,
    most: usize,
}

impl Count {
    fn add(&mut self, count: usize) -> Result<()> {
        let new = self.now.saturating_add(count);
        if new > self.most {
            bail!(
                "resource limit exceeded: {} count too high at {new}",
                self.what
            );
        }
        self.now = new;
        Ok(())
    }
}

/// What the instances of a store take together.
#[derive(Debug)]
pub(crate) struct Taken {
    instances: Count,
    memories: Count,
    tables: Count,
}

impl Default for Taken {
    fn default() -> Taken {
        let count = |what, most| Count { what, now: 0, most };
        Taken {
            instances: count("instance", DEFAULT_INSTANCE_LIMIT),
            memories: count("memory", DEFAULT_MEMORY_LIMIT),
            tables: count("table", DEFAULT_TABLE_LIMIT),
        }
    }
}

impl Taken {
    /// Takes over how many of each `limiter` allows.
    pub fn limit(&mut self, limiter: &dyn ResourceLimiter) {
        self.instances.most = limiter.instances();
        self.memories.most = limiter.memories();
        self.tables.most = limiter.tables();
    }

    fn add(&mut self, sizes: &Sizes) -> Result<()> {
        self.instances.add(1)?;
        self.memories.add(sizes.memories.len())?;
        self.tables.add(sizes.tables.len())
    }

    /// Counts an instance of a core module with memories and tables of these sizes, and asks
    /// `limiter` whether they may be as large as that.
    ///
    /// # Errors
    ///
    /// There may be no such instance.
    pub fn admit(
        &mut self,
        limiter: Option<&mut dyn ResourceLimiter>,
        sizes: &Sizes,
    ) -> Result<()> {
        self.add(sizes)?;
        let Some(limiter) = limiter else {
            return Ok(());
        };
        for memory in &sizes.memories {
            let bytes = |pages: u64| clamped(pages.saturating_mul(PAGE));
            let maximum = Some(bytes(memory.maximum));
            if !limiter.memory_growing(0, bytes(memory.minimum), maximum)? {
                let pages = memory.minimum;
                bail!("memory minimum size of {pages} pages exceeds memory limits");
            }
            let grow = |from, to| limiter.memory_growing(from, to, maximum);
            may_grow("a memory", "bytes", *memory, bytes, grow)?;
        }
        for table in &sizes.tables {
            let maximum = Some(clamped(table.maximum));
            if !limiter.table_growing(0, clamped(table.minimum), maximum)? {
                let elements = table.minimum;
                bail!("table minimum size of {elements} elements exceeds table limits");
            }
            let grow = |from, to| limiter.table_growing(from, to, maximum);
            may_grow("a table", "elements", *table, clamped, grow)?;
        }
        Ok(())
    }
}

/// Where a store's data has its limiter.
pub(crate) struct Limiter<T>(Box<Access<T>>);

type Access<T> = dyn (FnMut(&mut T) -> &mut dyn ResourceLimiter) + Send + Sync;

impl<T> fmt::Debug for Limiter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limiter").finish_non_exhaustive()
    }
}

impl<T> Limiter<T> {
    pub fn new(
        access: impl (FnMut(&mut T) -> &mut dyn ResourceLimiter) + Send + Sync + 'static,
    ) -> Limiter<T> {
        Limiter(Box::new(access))
    }

    /// The limiter in `data`.
    pub fn of<'a>(&mut self, data: &'a mut T) -> &'a mut dyn ResourceLimiter {
        (self.0)(data)
    }
}

/// Asks for the most that something may grow to, since nobody is asked later.
fn may_grow(
    what: &str,
    units: &str,
    size: Size,
    count: impl Fn(u64) -> usize,
    grow: impl FnOnce(usize, usize) -> Result<bool>,
) -> Result<()> {
    let (minimum, most) = (count(size.minimum), count(size.maximum));
    if size.maximum <= size.minimum {
        return Ok(());
    }
    let unseen = || {
        format!(
            "`Store::limiter`: {what} may grow to {most} {units}, and a page cannot stop it later"
        )
    };
    match grow(minimum, most).with_context(unseen)? {
        true => Ok(()),
        false => bail!("{}", unseen()),
    }
}

fn clamped(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
