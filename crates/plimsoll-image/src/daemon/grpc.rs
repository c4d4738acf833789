//! gRPC calls over HTTP/2 without encryption, as containerd takes them on its socket.
//!
//! <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>: a message is a flag, a length
//! of four bytes and the bytes; the outcome stands in the trailers, or in the headers when there is
//! nothing else to say.

use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use http_body_util::BodyExt;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use super::socket::Socket;
use crate::RemoteError;

/// A message longer than this is not one of containerd's, whose pieces of blobs are 1 MiB at most.
const MAX_MESSAGE: usize = 16 << 20;
/// Flag and length.
const PREFIX: usize = 5;
/// A daemon on the same machine.
const ANSWER_TIME: Duration = Duration::from_secs(30);
/// The status for what does not exist.
const NOT_FOUND: u32 = 5;

/// A channel to one namespace of containerd.
#[derive(Clone)]
pub(super) struct Channel {
    pub(super) socket: Socket,
    pub(super) namespace: String,
}

/// The answers of one call.
pub(super) struct Answers {
    socket: Socket,
    body: reqwest::Body,
    buffer: BytesMut,
    /// What was asked for, for a person.
    what: String,
    /// The outcome, once it is known.
    trailers: Option<HeaderMap>,
}

impl Channel {
    /// Sends one message to a method such as `/containerd.services.images.v1.Images/Get`.
    pub(super) async fn call(
        &self,
        method: &str,
        message: &[u8],
        what: &str,
    ) -> Result<Answers, RemoteError> {
        let mut framed = Vec::with_capacity(PREFIX + message.len());
        framed.push(0);
        // Requests are names and numbers, far below 4 GiB.
        framed.extend_from_slice(&(message.len() as u32).to_be_bytes());
        framed.extend_from_slice(message);
        let request = self
            .socket
            .post(method)
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .header("containerd-namespace", &self.namespace)
            .body(framed);
        let response = self.socket.send(request, ANSWER_TIME).await?;
        if response.status() != StatusCode::OK {
            return Err(self.socket.protocol(format!("HTTP status {}", response.status())));
        }
        let headers = response.headers();
        let trailers = headers.contains_key("grpc-status").then(|| headers.clone());
        Ok(Answers {
            socket: self.socket.clone(),
            body: reqwest::Body::from(response),
            buffer: BytesMut::new(),
            what: what.to_owned(),
            trailers,
        })
    }

    /// A call with exactly one answer.
    pub(super) async fn call_once(
        &self,
        method: &str,
        message: &[u8],
        what: &str,
    ) -> Result<Bytes, RemoteError> {
        let mut answers = self.call(method, message, what).await?;
        let answer = answers.next().await?;
        let answer = answer.ok_or_else(|| self.socket.protocol("an answer without a message"))?;
        // The outcome comes behind the message.
        match answers.next().await? {
            None => Ok(answer),
            Some(_) => Err(self.socket.protocol("more messages than one")),
        }
    }
}

impl Answers {
    /// The next message; nothing when the call ended well.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, RemoteError> {
        loop {
            if let Some(message) = self.message()? {
                return Ok(Some(message));
            }
            if self.trailers.is_some() {
                break;
            }
            match tokio::time::timeout(ANSWER_TIME, self.body.frame()).await {
                Ok(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => self.buffer.extend_from_slice(&data),
                    Err(frame) => self.trailers = frame.into_trailers().ok(),
                },
                Ok(Some(Err(error))) => return Err(self.socket.broken(&error)),
                Ok(None) => break,
                Err(_) => return Err(self.socket.silent(ANSWER_TIME)),
            }
        }
        self.outcome()?;
        if self.buffer.is_empty() {
            return Ok(None);
        }
        Err(self.socket.protocol("a message that ends early"))
    }

    /// Takes a message out of the buffer, if one is complete.
    fn message(&mut self) -> Result<Option<Bytes>, RemoteError> {
        let Some((&[flag, a, b, c, d], rest)) = self.buffer.split_first_chunk::<PREFIX>() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        if flag != 0 {
            return Err(self.socket.protocol("a compressed message that was not asked for"));
        }
        if length > MAX_MESSAGE {
            return Err(self.socket.protocol(format!("a message of {length} bytes")));
        }
        if rest.len() < length {
            return Ok(None);
        }
        self.buffer.advance(PREFIX);
        Ok(Some(self.buffer.split_to(length).freeze()))
    }

    /// A call without a status was cut off, so that is a failure too.
    fn outcome(&self) -> Result<(), RemoteError> {
        let status = self.trailers.as_ref().and_then(|trailers| trailers.get("grpc-status"));
        let status = status.and_then(|value| value.to_str().ok()?.parse::<u32>().ok());
        let host = self.socket.daemon.to_owned();
        match status {
            Some(0) => Ok(()),
            Some(NOT_FOUND) => Err(RemoteError::NotFound { host, what: self.what.clone() }),
            Some(status) => Err(RemoteError::Status {
                host,
                status: format!("gRPC status {status}"),
                what: self.what.clone(),
                codes: String::new(),
            }),
            None => Err(self.socket.protocol("a call without an outcome")),
        }
    }
}
