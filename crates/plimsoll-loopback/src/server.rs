//! A scripted HTTP server for tests: plain, over TLS, or on a Unix socket. It can misbehave in ways
//! that a real server library would not allow.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    /// `GET` and so on.
    pub method: String,
    /// Path and query.
    pub target: String,
    headers: BTreeMap<String, String>,
    /// The body, as text.
    pub body: String,
    /// The body, as it came.
    pub content: Vec<u8>,
}

impl Received {
    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// What to answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Status, or [`HANG_UP`].
    pub status: u16,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Close the connection after so many bytes of the body.
    pub cut: Option<usize>,
}

impl Reply {
    /// An answer without headers.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Reply {
        Reply { status, headers: Vec::new(), body: body.into(), cut: None }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Reply {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Closes the connection after so many bytes of the body.
    #[must_use]
    pub fn cut(mut self, after: usize) -> Reply {
        self.cut = Some(after);
        self
    }
}

/// The status of a server that closes the connection without a word.
pub const HANG_UP: u16 = 0;

type Handler = Arc<dyn Fn(&Received) -> Reply + Send + Sync>;

/// Runs until it is dropped.
pub struct Server {
    address: Option<SocketAddr>,
    path: Option<PathBuf>,
    requests: Arc<Mutex<Vec<Received>>>,
    stop: Arc<AtomicBool>,
    acceptor: Option<std::thread::JoinHandle<()>>,
}

impl Server {
    /// On a free port of 127.0.0.1.
    pub fn plain(handler: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Server {
        Server::tcp(handler, |stream| Some(Box::new(stream)))
    }

    /// With a certificate for `localhost` that is its own authority; returned as PEM.
    pub fn tls(handler: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> (Server, String) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = rustls::pki_types::PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let config = Arc::new(config);
        let server = Server::tcp(handler, move |stream| {
            let session = rustls::ServerConnection::new(Arc::clone(&config)).ok()?;
            Some(Box::new(rustls::StreamOwned::new(session, stream)))
        });
        (server, made.cert.pem())
    }

    fn tcp(
        handler: impl Fn(&Received) -> Reply + Send + Sync + 'static,
        wrap: impl Fn(TcpStream) -> Option<Box<dyn Stream>> + Send + 'static,
    ) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut server = Server {
            address: Some(listener.local_addr().unwrap()),
            path: None,
            requests: Arc::default(),
            stop: Arc::default(),
            acceptor: None,
        };
        server.serve(Arc::new(handler), move || {
            let (stream, _) = listener.accept().ok()?;
            wrap(stream)
        });
        server
    }

    /// On a Unix socket.
    pub fn unix(
        path: &Path,
        handler: impl Fn(&Received) -> Reply + Send + Sync + 'static,
    ) -> Server {
        let listener = UnixListener::bind(path).unwrap();
        let mut server = Server {
            address: None,
            path: Some(path.to_owned()),
            requests: Arc::default(),
            stop: Arc::default(),
            acceptor: None,
        };
        server.serve(Arc::new(handler), move || Some(Box::new(listener.accept().ok()?.0)));
        server
    }

    fn serve(
        &mut self,
        handler: Handler,
        accept: impl Fn() -> Option<Box<dyn Stream>> + Send + 'static,
    ) {
        let (requests, stop) = (Arc::clone(&self.requests), Arc::clone(&self.stop));
        self.acceptor = Some(std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                let Some(stream) = accept() else { continue };
                let (handler, requests) = (Arc::clone(&handler), Arc::clone(&requests));
                std::thread::spawn(move || answer(stream, &handler, &requests));
            }
        }));
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.address.unwrap().port()
    }

    /// `127.0.0.1:PORT`.
    pub fn host(&self) -> String {
        self.address.unwrap().to_string()
    }

    /// What arrived so far.
    pub fn requests(&self) -> Vec<Received> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Wakes the thread that waits for a connection.
        let _ = self.address.map(TcpStream::connect);
        let _ = self.path.as_ref().map(UnixStream::connect);
        // After that the address is free, and connections to it are refused.
        let _ = self.acceptor.take().map(std::thread::JoinHandle::join);
    }
}

/// Both directions of a connection.
trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

/// One request for each connection.
fn answer(stream: Box<dyn Stream>, handler: &Handler, requests: &Mutex<Vec<Received>>) {
    let mut stream = BufReader::new(stream);
    let Some(received) = receive(&mut stream) else { return };
    requests.lock().unwrap().push(received.clone());
    let reply = handler(&received);
    let mut head = format!("HTTP/1.1 {} Scripted\r\nconnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", reply.body.len()));
    let stream = stream.get_mut();
    if reply.status == HANG_UP {
        return;
    }
    let sent = reply.cut.unwrap_or(reply.body.len());
    // The client may be gone; that is its right.
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(&reply.body[..sent]);
    let _ = stream.flush();
}

fn receive(stream: &mut impl BufRead) -> Option<Received> {
    let mut line = String::new();
    stream.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let content = if headers.contains_key("transfer-encoding") {
        chunks(stream)?
    } else {
        let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
        let mut content = vec![0; length];
        stream.read_exact(&mut content).ok()?;
        content
    };
    let body = String::from_utf8_lossy(&content).into_owned();
    Some(Received { method, target, headers, body, content })
}

/// A body of which the length is not known at its beginning.
fn chunks(stream: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let length = usize::from_str_radix(line.trim(), 16).ok()?;
        let mut chunk = vec![0; length + 2];
        stream.read_exact(&mut chunk).ok()?;
        if length == 0 {
            return Some(content);
        }
        content.extend_from_slice(&chunk[..length]);
    }
}
