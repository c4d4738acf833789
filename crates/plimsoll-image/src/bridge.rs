//! From asynchronous network to blocking readers.
//!
//! One small runtime serves the process; it only moves bytes. Whoever reads sits on a thread of its
//! own and must not itself be inside an asynchronous task.

use std::future::Future;
use std::io::{self, Read};
use std::sync::OnceLock;

use bytes::{Buf, Bytes};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use crate::remote_error::RemoteError;

/// Chunks that may wait for the reader. One is at most about 400 KiB (HTTP/1) or 16 KiB (HTTP/2).
const CHUNKS_IN_FLIGHT: usize = 8;

/// Threads for sockets and TLS; layers are fetched side by side.
const THREADS: usize = 2;

fn runtime() -> Result<&'static Runtime, RemoteError> {
    static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();
    RUNTIME
        .get_or_init(|| {
            tokio::runtime::Builder::new_multi_thread()
                .worker_threads(THREADS)
                .thread_name("plimsoll-network")
                .enable_all()
                .build()
                .map_err(|error| error.to_string())
        })
        .as_ref()
        .map_err(|error| RemoteError::Settings(format!("cannot start network threads: {error}")))
}

/// Runs a future to its end and blocks for it.
pub(crate) fn run<F, T>(future: F) -> Result<T, RemoteError>
where
    F: Future<Output = Result<T, RemoteError>> + Send + 'static,
    T: Send + 'static,
{
    let (sender, receiver) = std::sync::mpsc::sync_channel(1);
    runtime()?.spawn(async move {
        let outcome = future.await;
        // Nobody waits any more only if the waiting thread died.
        let _ = sender.send(outcome);
    });
    receiver.recv().unwrap_or_else(|_| stopped())
}

/// Only a panic ends a task without a word.
fn stopped<T>() -> Result<T, RemoteError> {
    Err(RemoteError::Settings("the network thread stopped unexpectedly".to_owned()))
}

/// What a producer received; an empty chunk is the end.
type Chunk = Result<Bytes, RemoteError>;

/// Where a producer puts what it received.
pub(crate) struct Sink(mpsc::Sender<Chunk>);

/// The reader is gone; nobody wants more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ReaderGone;

impl Sink {
    /// Hands a chunk over, waiting for room.
    pub(crate) async fn chunk(&self, chunk: Bytes) -> Result<(), ReaderGone> {
        // An empty chunk would mean the end.
        if chunk.is_empty() {
            return Ok(());
        }
        self.0.send(Ok(chunk)).await.map_err(|_| ReaderGone)
    }

    /// Says that all went well and that nothing follows. Without it the reader fails.
    async fn end(self) {
        let _ = self.0.send(Ok(Bytes::new())).await;
    }

    async fn fail(self, error: RemoteError) {
        let _ = self.0.send(Err(error)).await;
    }
}

type Start = Box<dyn FnOnce() -> Result<mpsc::Receiver<Chunk>, RemoteError> + Send>;

enum State {
    /// Nothing was read yet, so nothing was asked for yet.
    Idle(Start),
    Running(mpsc::Receiver<Chunk>),
    Ended,
    /// Told again to whoever reads on.
    Failed(RemoteError),
}

/// Blocks for chunks that a task on the runtime produces. The task starts at the first read.
pub(crate) struct ChunkReader {
    state: State,
    current: Bytes,
}

impl ChunkReader {
    /// A reader of what `produce` puts into its sink.
    pub(crate) fn new<P, F>(produce: P) -> ChunkReader
    where
        P: FnOnce(std::sync::Arc<Sink>) -> F + Send + 'static,
        F: Future<Output = Result<(), RemoteError>> + Send + 'static,
    {
        let start = move || {
            let (sender, receiver) = mpsc::channel(CHUNKS_IN_FLIGHT);
            let sink = std::sync::Arc::new(Sink(sender.clone()));
            let future = produce(sink);
            runtime()?.spawn(async move {
                match future.await {
                    Ok(()) => Sink(sender).end().await,
                    Err(error) => Sink(sender).fail(error).await,
                }
            });
            Ok(receiver)
        };
        ChunkReader { state: State::Idle(Box::new(start)), current: Bytes::new() }
    }

    fn next(&mut self) -> Result<(), RemoteError> {
        let outcome = match &mut self.state {
            State::Idle(_) => self.start(),
            State::Running(receiver) => receiver.blocking_recv().unwrap_or_else(stopped),
            State::Ended => return Ok(()),
            State::Failed(error) => return Err(error.clone()),
        };
        match outcome {
            Ok(chunk) if chunk.is_empty() => self.state = State::Ended,
            Ok(chunk) => self.current = chunk,
            Err(error) => {
                self.state = State::Failed(error.clone());
                return Err(error);
            }
        }
        Ok(())
    }

    /// Starts the producer and waits for its first chunk.
    fn start(&mut self) -> Chunk {
        let State::Idle(start) = std::mem::replace(&mut self.state, State::Ended) else {
            return Ok(Bytes::new());
        };
        let mut receiver = start()?;
        let first = receiver.blocking_recv();
        self.state = State::Running(receiver);
        first.unwrap_or_else(stopped)
    }
}

impl Read for ChunkReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.current.is_empty() && !buffer.is_empty() {
            self.next().map_err(RemoteError::into_io)?;
        }
        let length = self.current.len().min(buffer.len());
        self.current.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_arrive_in_order_and_end() {
        let mut reader = ChunkReader::new(|sink| async move {
            for number in 0..100_u8 {
                let _ = sink.chunk(Bytes::from(vec![number; 3])).await;
            }
            Ok(())
        });
        let mut all = Vec::new();
        reader.read_to_end(&mut all).unwrap();
        assert_eq!(all, (0..100_u8).flat_map(|n| [n; 3]).collect::<Vec<_>>());
        assert_eq!(reader.read(&mut [0; 9]).unwrap(), 0);
    }

    #[test]
    fn a_failure_is_never_taken_for_the_end() {
        let mut reader = ChunkReader::new(|sink| async move {
            let _ = sink.chunk(Bytes::from_static(b"abc")).await;
            Err(RemoteError::Settings("broken pipe dream".to_owned()))
        });
        let error = reader.read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.to_string(), "broken pipe dream");
        // Whoever reads on hears the same again.
        assert_eq!(reader.read(&mut [0; 9]).unwrap_err().to_string(), "broken pipe dream");
    }

    #[test]
    fn a_producer_stops_when_its_reader_is_dropped() {
        let (told, heard) = std::sync::mpsc::channel();
        let mut reader = ChunkReader::new(move |sink| async move {
            while sink.chunk(Bytes::from_static(b"x")).await.is_ok() {}
            let _ = told.send(());
            Ok(())
        });
        assert_eq!(reader.read(&mut [0; 1]).unwrap(), 1);
        drop(reader);
        heard.recv_timeout(std::time::Duration::from_secs(10)).unwrap();
    }
}
