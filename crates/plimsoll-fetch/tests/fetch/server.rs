//! A scripted HTTP server. It can misbehave in ways that a real server library would not allow.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// Path and query.
    pub(crate) target: String,
    headers: BTreeMap<String, String>,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The address of the server, as it was called.
    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.header("host").unwrap())
    }

    /// The value of a name in the query.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }
}

/// What to answer.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    cut: Option<usize>,
    length: Option<usize>,
    endless: bool,
    wait: Duration,
}

impl Reply {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Reply {
        Reply {
            status,
            headers: Vec::new(),
            body: body.into(),
            cut: None,
            length: None,
            endless: false,
            wait: Duration::ZERO,
        }
    }

    pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Reply {
        Reply::new(200, body)
    }

    pub(crate) fn missing() -> Reply {
        Reply::new(404, "gone")
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Reply {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Closes the connection after so many bytes of the body.
    pub(crate) fn cut(mut self, after: usize) -> Reply {
        self.cut = Some(after);
        self
    }

    /// Claims another length than the body has.
    pub(crate) fn length(mut self, length: usize) -> Reply {
        self.length = Some(length);
        self
    }

    /// Repeats the body until the client has enough.
    pub(crate) fn endless(mut self) -> Reply {
        self.endless = true;
        self
    }

    /// Takes its time.
    pub(crate) fn wait(mut self, wait: Duration) -> Reply {
        self.wait = wait;
        self
    }
}

type Handler = Arc<dyn Fn(&Received) -> Reply + Send + Sync>;

/// Runs until it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Received>>>,
    stop: Arc<AtomicBool>,
    acceptor: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn new(handler: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let handler: Handler = Arc::new(handler);
        let requests: Arc<Mutex<Vec<Received>>> = Arc::default();
        let stop: Arc<AtomicBool> = Arc::default();
        let (seen, stopped) = (Arc::clone(&requests), Arc::clone(&stop));
        let acceptor = std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                let Ok((stream, _)) = listener.accept() else { continue };
                let (handler, seen) = (Arc::clone(&handler), Arc::clone(&seen));
                std::thread::spawn(move || answer(stream, &handler, &seen));
            }
        });
        Server { address, requests, stop, acceptor: Some(acceptor) }
    }

    /// Files by path; everything else is missing.
    pub(crate) fn files(files: &[(&str, &[u8])]) -> Server {
        let files: BTreeMap<String, Vec<u8>> =
            files.iter().map(|(path, body)| ((*path).to_owned(), body.to_vec())).collect();
        Server::new(move |received| {
            files.get(&received.target).map_or_else(Reply::missing, |body| Reply::ok(body.clone()))
        })
    }

    /// `http://127.0.0.1:PORT/`.
    pub(crate) fn base(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// What arrived since this was asked the last time.
    pub(crate) fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }

    /// Paths and queries of what arrived since this was asked the last time.
    pub(crate) fn targets(&self) -> Vec<String> {
        self.take().into_iter().map(|received| received.target).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Wakes the thread that waits for a connection.
        let _ = TcpStream::connect(self.address);
        // After that the address is free, and connections to it are refused.
        let _ = self.acceptor.take().map(JoinHandle::join);
    }
}

/// One request for each connection.
fn answer(stream: TcpStream, handler: &Handler, requests: &Mutex<Vec<Received>>) {
    let mut stream = BufReader::new(stream);
    let Some(received) = receive(&mut stream) else { return };
    requests.lock().unwrap().push(received.clone());
    let reply = handler(&received);
    std::thread::sleep(reply.wait);
    let mut head = format!("HTTP/1.1 {} Scripted\r\nconnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !reply.endless {
        let length = reply.length.unwrap_or(reply.body.len());
        head.push_str(&format!("content-length: {length}\r\n"));
    }
    head.push_str("\r\n");
    let stream = stream.get_mut();
    // The client may be gone; that is its right.
    let _ = stream.write_all(head.as_bytes());
    let sent = reply.cut.unwrap_or(reply.body.len());
    while stream.write_all(&reply.body[..sent]).is_ok() && reply.endless {}
    let _ = stream.flush();
}

fn receive(stream: &mut impl BufRead) -> Option<Received> {
    let mut line = String::new();
    stream.read_line(&mut line).ok()?;
    let target = line.split_whitespace().nth(1)?.to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    Some(Received { target, headers })
}
