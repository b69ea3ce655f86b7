//! The canonical built-in functions by name.

use super::construct::{Construct, Family};
use wasmparser::CanonicalFunction;

/// The built-in that a canonical function is; nothing for `lift` and `lower`.
pub fn builtin(function: &CanonicalFunction) -> Option<Construct> {
    use CanonicalFunction as F;
    use Family::{Async, ErrorContext, First, SharedThreads, Threads};
    let (name, family) = match function {
        F::Lift { .. } | F::Lower { .. } => return None,
        F::ResourceNew { .. } => ("resource.new", First),
        F::ResourceDrop { .. } => ("resource.drop", First),
        F::ResourceRep { .. } => ("resource.rep", First),
        F::ThreadSpawnRef { .. } => ("thread.spawn-ref", SharedThreads),
        F::ThreadSpawnIndirect { .. } => ("thread.spawn-indirect", SharedThreads),
        F::ThreadAvailableParallelism => ("thread.available-parallelism", SharedThreads),
        F::BackpressureInc => ("backpressure.inc", Async),
        F::BackpressureDec => ("backpressure.dec", Async),
        F::TaskReturn { .. } => ("task.return", Async),
        F::TaskCancel => ("task.cancel", Async),
        F::ContextGet { .. } => ("context.get", Async),
        F::ContextSet { .. } => ("context.set", Async),
        F::ThreadYield { .. } => ("thread.yield", Async),
        F::SubtaskDrop => ("subtask.drop", Async),
        F::SubtaskCancel { .. } => ("subtask.cancel", Async),
        F::StreamNew { .. } => ("stream.new", Async),
        F::StreamRead { .. } => ("stream.read", Async),
        F::StreamWrite { .. } => ("stream.write", Async),
        F::StreamCancelRead { .. } => ("stream.cancel-read", Async),
        F::StreamCancelWrite { .. } => ("stream.cancel-write", Async),
        F::StreamDropReadable { .. } => ("stream.drop-readable", Async),
        F::StreamDropWritable { .. } => ("stream.drop-writable", Async),
        F::FutureNew { .. } => ("future.new", Async),
        F::FutureRead { .. } => ("future.read", Async),
        F::FutureWrite { .. } => ("future.write", Async),
        F::FutureCancelRead { .. } => ("future.cancel-read", Async),
        F::FutureCancelWrite { .. } => ("future.cancel-write", Async),
        F::FutureDropReadable { .. } => ("future.drop-readable", Async),
        F::FutureDropWritable { .. } => ("future.drop-writable", Async),
        F::ErrorContextNew { .. } => ("error-context.new", ErrorContext),
        F::ErrorContextDebugMessage { .. } => ("error-context.debug-message", ErrorContext),
        F::ErrorContextDrop => ("error-context.drop", ErrorContext),
        F::WaitableSetNew => ("waitable-set.new", Async),
        F::WaitableSetWait { .. } => ("waitable-set.wait", Async),
        F::WaitableSetPoll { .. } => ("waitable-set.poll", Async),
        F::WaitableSetDrop => ("waitable-set.drop", Async),
        F::WaitableJoin => ("waitable.join", Async),
        F::ThreadIndex => ("thread.index", Threads),
        F::ThreadNewIndirect { .. } => ("thread.new-indirect", Threads),
        F::ThreadResumeLater => ("thread.resume-later", Threads),
        F::ThreadSuspend { .. } => ("thread.suspend", Threads),
        F::ThreadSuspendThenResume { .. } => ("thread.suspend-then-resume", Threads),
        F::ThreadYieldThenResume { .. } => ("thread.yield-then-resume", Threads),
        F::ThreadSuspendThenPromote { .. } => ("thread.suspend-then-promote", Threads),
        F::ThreadYieldThenPromote { .. } => ("thread.yield-then-promote", Threads),
    };
    Some(Construct::Builtin(name, family))
}
