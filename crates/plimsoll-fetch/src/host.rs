//! Politeness: how many connections one host gets, and how quickly one request follows another.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Connections to one host at a time. Publishers of free data need not serve us faster.
const CONNECTIONS: usize = 2;

/// All hosts that were talked to.
#[derive(Debug, Default)]
pub(crate) struct Hosts {
    known: Mutex<HashMap<String, Arc<Host>>>,
}

#[derive(Debug)]
struct Host {
    connections: Arc<Semaphore>,
    /// When the next request may start.
    next: Mutex<Instant>,
}

/// A connection to a host; it counts until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    _permit: OwnedSemaphorePermit,
}

impl Hosts {
    fn host(&self, name: &str) -> Arc<Host> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let host = known.entry(name.to_owned()).or_insert_with(|| {
            let connections = Arc::new(Semaphore::new(CONNECTIONS));
            Arc::new(Host { connections, next: Mutex::new(Instant::now()) })
        });
        Arc::clone(host)
    }

    /// Waits until a request to the host may be made; the one after it comes `delay` later.
    pub(crate) async fn turn(&self, name: &str, delay: Duration) -> Turn {
        let host = self.host(name);
        let permit = Arc::clone(&host.connections).acquire_owned().await;
        let permit = permit.expect("nobody closes the semaphore");
        loop {
            // Whoever is told to wait asks again, because the host may have been put off further
            // meanwhile.
            let start = {
                let mut next = host.next.lock().unwrap_or_else(PoisonError::into_inner);
                let now = Instant::now();
                if *next <= now {
                    *next = now + delay;
                    return Turn { _permit: permit };
                }
                *next
            };
            tokio::time::sleep_until(start).await;
        }
    }

    /// Lets nobody talk to the host for a while, because it asked for that.
    pub(crate) fn put_off(&self, name: &str, wait: Duration) {
        let host = self.host(name);
        let mut next = host.next.lock().unwrap_or_else(PoisonError::into_inner);
        *next = (*next).max(Instant::now() + wait);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_gets_few_connections_and_time_between_them() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(turns());
    }

    async fn turns() {
        let hosts = Hosts::default();
        let delay = Duration::from_millis(30);
        let started = Instant::now();
        let first = hosts.turn("a", delay).await;
        let second = hosts.turn("a", delay).await;
        assert!(started.elapsed() >= delay);
        let third = tokio::time::timeout(4 * delay, hosts.turn("a", delay)).await;
        assert!(third.is_err(), "a third connection");
        // Another host does not wait for this one.
        tokio::time::timeout(delay, hosts.turn("b", delay)).await.unwrap();
        drop((first, second));

        hosts.put_off("a", 3 * delay);
        let started = Instant::now();
        hosts.turn("a", Duration::ZERO).await;
        assert!(started.elapsed() >= 3 * delay - Duration::from_millis(1));
    }
}
