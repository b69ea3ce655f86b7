//! How much memory a call has: the sum over all memories and tables of its instance.

use wasmtime::ResourceLimiter;

use super::Exceeded;

/// Counts what is taken and refuses what is too much.
///
/// A refused `memory.grow` answers -1, as the specification has it; most guests trap then. What was
/// refused is kept, so that the trap gets its true name.
#[derive(Debug)]
pub(crate) struct Meter {
    memory: usize,
    memory_limit: usize,
    memory_peak: usize,
    elements: usize,
    elements_limit: usize,
    instances: usize,
    refused: Option<Exceeded>,
}

impl Meter {
    /// A meter that allows `memory` bytes, `elements` of tables and `instances` core instances.
    pub(crate) fn new(memory: usize, elements: usize, instances: usize) -> Self {
        Self {
            memory: 0,
            memory_limit: memory,
            memory_peak: 0,
            elements: 0,
            elements_limit: elements,
            instances,
            refused: None,
        }
    }

    /// The most bytes of linear memory that there were at one time.
    pub(crate) fn memory_peak(&self) -> usize {
        self.memory_peak
    }

    /// What was refused last, which is what a trap that follows is about.
    pub(crate) fn refused(&self) -> Option<Exceeded> {
        self.refused.clone()
    }

    /// Starts anew for another call of the same store, which keeps its memories.
    pub(crate) fn reset(&mut self) {
        self.memory_peak = self.memory;
        self.refused = None;
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let sum = self.memory.saturating_add(desired.saturating_sub(current));
        if sum > self.memory_limit {
            self.refused = Some(Exceeded::Memory {
                limit: self.memory_limit,
                wanted: sum,
            });
            return Ok(false);
        }
        self.memory = sum;
        self.memory_peak = self.memory_peak.max(sum);
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let sum = self
            .elements
            .saturating_add(desired.saturating_sub(current));
        if sum > self.elements_limit {
            self.refused = Some(Exceeded::Tables {
                limit: self.elements_limit,
                wanted: sum,
            });
            return Ok(false);
        }
        self.elements = sum;
        Ok(true)
    }

    fn instances(&self) -> usize {
        self.instances
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_are_added_up() {
        let mut meter = Meter::new(100, 10, 1);
        assert!(meter.memory_growing(0, 60, None).unwrap());
        assert!(!meter.memory_growing(0, 60, None).unwrap());
        assert!(matches!(
            meter.refused(),
            Some(Exceeded::Memory {
                limit: 100,
                wanted: 120
            })
        ));
        assert!(meter.memory_growing(60, 100, None).unwrap());
        assert_eq!(meter.memory_peak(), 100);
    }

    #[test]
    fn elements_are_added_up() {
        let mut meter = Meter::new(0, 10, 1);
        assert!(meter.table_growing(0, 6, None).unwrap());
        assert!(!meter.table_growing(0, 6, None).unwrap());
        assert!(meter.table_growing(6, 10, None).unwrap());
    }
}
