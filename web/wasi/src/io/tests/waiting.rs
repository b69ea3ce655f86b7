//! When those who wait are woken, and in which order.

use crate::io::pipe::{AsyncReadStream, AsyncWriteStream};
use crate::io::{
    DynInputStream, DynOutputStream, InputStream, OutputStream, Pollable, StreamError, poll_once,
    subscribe,
};
use crate::p2::bindings::io::poll::Host as _;
use crate::p2::bindings::sync;
use amphi_web::component::{Resource, ResourceTable};
use std::collections::VecDeque;
use std::io;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Both ends of a pipe of one's own: what is read comes from `bytes`, what is written goes there.
/// Nothing is there until somebody says so.
#[derive(Clone, Default)]
struct Pipe(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    bytes: VecDeque<u8>,
    /// How much it takes.
    room: usize,
    flushed: usize,
    end: Option<io::ErrorKind>,
    closed: bool,
    waiting: Option<Waker>,
}

impl Pipe {
    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.0.lock().unwrap();
        change(&mut state);
        if let Some(waker) = state.waiting.take() {
            waker.wake();
        }
    }

    fn text(&self) -> String {
        let bytes: Vec<u8> = self.0.lock().unwrap().bytes.iter().copied().collect();
        String::from_utf8(bytes).unwrap()
    }
}

impl AsyncRead for Pipe {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut state = self.0.lock().unwrap();
        if let Some(kind) = state.end.take() {
            return Poll::Ready(Err(kind.into()));
        }
        if state.bytes.is_empty() && !state.closed {
            state.waiting = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let size = state.bytes.len().min(buffer.remaining());
        let bytes: Vec<u8> = state.bytes.drain(..size).collect();
        buffer.put_slice(&bytes);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut state = self.0.lock().unwrap();
        if let Some(kind) = state.end.take() {
            return Poll::Ready(Err(kind.into()));
        }
        if state.room == 0 && !state.closed {
            state.waiting = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let size = state.room.min(bytes.len());
        state.room -= size;
        state.bytes.extend(&bytes[..size]);
        Poll::Ready(Ok(size))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut state = self.0.lock().unwrap();
        state.flushed = state.bytes.len();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// How often it was woken.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Woken {
    fn times(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// A stream of the table over `pipe`, and a pollable of it.
fn watched(table: &mut ResourceTable, pipe: &Pipe) -> (Resource<DynInputStream>, u32) {
    let stream: DynInputStream = Box::new(AsyncReadStream::new(pipe.clone()));
    let stream = table.push(stream).unwrap();
    let borrowed = Resource::<DynInputStream>::new_borrow(stream.rep());
    let pollable = subscribe(table, borrowed).unwrap();
    (stream, pollable.rep())
}

#[test]
fn who_polls_is_woken_by_the_first_that_is_ready_and_told_of_it() {
    let (one, two, mut table) = (Pipe::default(), Pipe::default(), ResourceTable::new());
    let (_, first) = watched(&mut table, &one);
    let (_, second) = watched(&mut table, &two);
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    let mut cx = Context::from_waker(&waker);
    let pollables = || Vec::from([second, first].map(Resource::new_borrow));
    {
        let mut polled = pin!(table.poll(pollables()));
        assert!(polled.as_mut().poll(&mut cx).is_pending());
        assert!(polled.as_mut().poll(&mut cx).is_pending());
        assert_eq!(woken.times(), 0);
        two.change(|state| state.bytes.extend(b"two"));
        assert_eq!(woken.times(), 1);
        let Poll::Ready(ready) = polled.as_mut().poll(&mut cx) else {
            panic!("the second one is ready");
        };
        assert_eq!(ready.unwrap(), [0]);
    }
    one.change(|state| state.bytes.extend(b"one"));
    assert_eq!(
        woken.times(),
        2,
        "nobody polls, but the waker is left there"
    );
    let mut polled = pin!(table.poll(pollables()));
    let Poll::Ready(ready) = polled.as_mut().poll(&mut cx) else {
        panic!("both are ready");
    };
    assert_eq!(ready.unwrap(), [1, 0], "in the order of the table");
}

#[test]
fn what_cannot_wait_traps_and_says_for_what() {
    let (pipe, mut table) = (Pipe::default(), ResourceTable::new());
    let (stream, pollable) = watched(&mut table, &pipe);
    let polled = sync::io::poll::Host::poll(&mut table, vec![Resource::new_borrow(pollable)]);
    let error = polled.unwrap_err().to_string();
    assert!(
        error.starts_with("the guest would block on a host resource: "),
        "{error}"
    );
    let read = sync::io::streams::HostInputStream::blocking_read(
        &mut table,
        Resource::new_borrow(stream.rep()),
        1,
    );
    let Err(StreamError::Trap(error)) = read else {
        panic!("expected a trap, found {read:?}");
    };
    assert!(
        error.to_string().starts_with("the guest would block on "),
        "{error}"
    );
    pipe.change(|state| state.bytes.extend(b"now"));
    let read = sync::io::streams::HostInputStream::blocking_read(&mut table, stream, 2);
    assert_eq!(read.unwrap(), b"no");
}

#[test]
fn a_reader_is_read_as_it_comes_and_closes_at_its_end() {
    let pipe = Pipe::default();
    let mut stream = AsyncReadStream::new(pipe.clone());
    assert_eq!(stream.read(9).unwrap(), "");
    pipe.change(|state| state.bytes.extend(b"abcdef"));
    assert_eq!(stream.read(0).unwrap(), "", "nothing was asked for");
    assert_eq!(stream.read(2).unwrap(), "ab");
    assert_eq!(poll_once(stream.ready()), Some(()), "there is more");
    assert_eq!(stream.read(9).unwrap(), "cdef");
    assert_eq!(poll_once(stream.ready()), None);
    pipe.change(|state| state.end = Some(io::ErrorKind::BrokenPipe));
    let failed = stream.read(9);
    assert!(
        matches!(failed, Err(StreamError::LastOperationFailed(_))),
        "{failed:?}"
    );
    assert!(matches!(stream.read(9), Err(StreamError::Closed)));

    let mut stream = AsyncReadStream::new(pipe.clone());
    pipe.change(|state| state.closed = true);
    assert!(matches!(stream.read(9), Err(StreamError::Closed)));
    assert!(matches!(stream.read(0), Err(StreamError::Closed)));
    assert_eq!(poll_once(stream.ready()), Some(()), "it stays so");
}

#[test]
fn a_writer_is_written_as_it_takes_it() {
    let pipe = Pipe::default();
    let mut stream = AsyncWriteStream::new(4, pipe.clone());
    assert_eq!(stream.check_write().unwrap(), 4);
    let written = stream.write("abcde".into());
    assert!(matches!(written, Err(StreamError::Trap(_))), "{written:?}");
    stream.write("abcd".into()).unwrap();
    assert_eq!(stream.check_write().unwrap(), 0);
    assert_eq!(poll_once(stream.ready()), None);
    pipe.change(|state| state.room = 3);
    assert_eq!(poll_once(stream.ready()), None);
    assert_eq!(pipe.text(), "abc");
    stream.flush().unwrap();
    pipe.change(|state| state.room = 2);
    assert_eq!(poll_once(stream.ready()), Some(()));
    assert_eq!(
        (pipe.text(), pipe.0.lock().unwrap().flushed),
        ("abcd".to_owned(), 4)
    );
    assert_eq!(stream.check_write().unwrap(), 4);

    pipe.change(|state| state.end = Some(io::ErrorKind::Other));
    stream.write("e".into()).unwrap();
    let failed = stream.check_write();
    assert!(
        matches!(failed, Err(StreamError::LastOperationFailed(_))),
        "{failed:?}"
    );
    assert!(matches!(stream.check_write(), Err(StreamError::Closed)));
    assert!(matches!(stream.flush(), Err(StreamError::Closed)));
}

/// What a stream of a kind says of a reader or writer that fails, and then.
macro_rules! said_of_failures {
    ($($wasi:ident)::+) => {{
        use $($wasi)::+::p2::pipe::{AsyncReadStream, AsyncWriteStream};
        use $($wasi)::+::p2::{InputStream as _, OutputStream as _};

        wasmtime_wasi::runtime::in_tokio(async {
            let mut said = Vec::new();
            for kind in [io::ErrorKind::BrokenPipe, io::ErrorKind::Other] {
                let pipe = Pipe::default();
                pipe.change(|state| (state.end, state.closed) = (Some(kind), true));
                let mut input = AsyncReadStream::new(pipe.clone());
                for _ in 0..2 {
                    said.push(input.blocking_read(1).await.unwrap_err().to_string());
                }
                let pipe = Pipe::default();
                pipe.change(|state| (state.end, state.closed) = (Some(kind), true));
                let mut output = AsyncWriteStream::new(4, pipe);
                let written = output.blocking_write_and_flush("abc".into()).await;
                said.push(written.unwrap_err().to_string());
                said.push(output.check_write().unwrap_err().to_string());
            }
            said
        })
    }};
}

#[test]
fn a_failure_is_told_once_whatever_it_is() {
    let here = said_of_failures!(crate);
    let expected = |what: &str| {
        let failed = format!("last operation failed: {what}");
        [
            failed.clone(),
            "closed".to_owned(),
            failed,
            "closed".to_owned(),
        ]
    };
    assert_eq!(
        here,
        [expected("broken pipe"), expected("other error")].concat()
    );
    assert_eq!(here, said_of_failures!(wasmtime_wasi));
}

/// Ready again and again, and has nothing.
struct Idle;

#[async_trait::async_trait]
impl Pollable for Idle {
    async fn ready(&mut self) {}
}

#[async_trait::async_trait]
impl InputStream for Idle {
    fn read(&mut self, _: usize) -> Result<bytes::Bytes, StreamError> {
        Ok(bytes::Bytes::new())
    }
}

#[async_trait::async_trait]
impl OutputStream for Idle {
    fn write(&mut self, _: bytes::Bytes) -> Result<(), StreamError> {
        Ok(())
    }

    fn flush(&mut self) -> Result<(), StreamError> {
        Ok(())
    }

    fn check_write(&mut self) -> Result<usize, StreamError> {
        Ok(0)
    }
}

#[test]
fn a_stream_that_is_ready_and_has_nothing_traps_in_the_end() {
    let (mut input, mut output): (DynInputStream, DynOutputStream) =
        (Box::new(Idle), Box::new(Idle));
    let read = poll_once(input.blocking_read(1)).unwrap();
    assert_eq!(
        read.unwrap_err().to_string(),
        "trap: max blocking attempts exceeded"
    );
    let read = poll_once(input.blocking_read(0)).unwrap();
    assert_eq!(read.unwrap(), "");
    let written = poll_once(output.blocking_write_and_flush("a".into())).unwrap();
    assert_eq!(
        written.unwrap_err().to_string(),
        "trap: max blocking attempts exceeded"
    );
}
