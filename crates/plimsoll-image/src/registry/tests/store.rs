//! A registry that keeps what is pushed, and can be told to stumble.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::fixture::not_found;
use crate::Digest;
use crate::testing::{Received, Reply, Server};

/// What a registry has in the repository `team/db`.
#[derive(Default)]
pub(super) struct Stored {
    pub(super) blobs: BTreeMap<String, Vec<u8>>,
    /// By tag and by digest: media type and content.
    pub(super) manifests: BTreeMap<String, (String, Vec<u8>)>,
    /// Unfinished uploads.
    pub(super) uploads: Vec<Option<Vec<u8>>>,
}

#[derive(Clone, Default)]
pub(super) struct Store(pub(super) Arc<Mutex<Stored>>);

impl Store {
    /// Serves it; `stumble` may answer first.
    pub(super) fn serve(
        &self,
        stumble: impl Fn(&Received, &Store) -> Option<Reply> + Send + Sync + 'static,
    ) -> Server {
        let store = self.clone();
        Server::plain(move |received| {
            stumble(received, &store).unwrap_or_else(|| store.answer(received))
        })
    }

    pub(super) fn blob(&self, content: &[u8]) -> bool {
        self.0.lock().unwrap().blobs.contains_key(&Digest::sha256(content).to_string())
    }

    pub(super) fn answer(&self, received: &Received) -> Reply {
        let mut stored = self.0.lock().unwrap();
        let Some(path) = received.target.strip_prefix("/v2/team/db/") else { return not_found() };
        let method = received.method.as_str();
        if let Some(item) = path.strip_prefix("manifests/") {
            return stored.manifest(method, item, received);
        }
        if let Some(rest) = path.strip_prefix("blobs/uploads/") {
            return stored.upload(method, rest, received);
        }
        match path.strip_prefix("blobs/").and_then(|digest| stored.blobs.get(digest)) {
            Some(content) if method == "HEAD" => {
                Reply::new(200, "").header("x-length", content.len().to_string())
            }
            Some(content) => Reply::new(200, content.clone()),
            None => not_found(),
        }
    }
}

impl Stored {
    fn manifest(&mut self, method: &str, item: &str, received: &Received) -> Reply {
        if method == "PUT" {
            let media_type = received.header("content-type").unwrap().to_owned();
            let digest = Digest::sha256(&received.content).to_string();
            for name in [item, &digest] {
                let value = (media_type.clone(), received.content.clone());
                self.manifests.insert(name.to_owned(), value);
            }
            return Reply::new(201, "").header("docker-content-digest", digest);
        }
        match self.manifests.get(item) {
            Some((media_type, content)) => {
                Reply::new(200, if method == "HEAD" { Vec::new() } else { content.clone() })
                    .header("content-type", media_type)
                    .header("docker-content-digest", Digest::sha256(content).to_string())
            }
            None => not_found(),
        }
    }

    fn upload(&mut self, method: &str, rest: &str, received: &Received) -> Reply {
        if method == "POST" && rest.is_empty() {
            self.uploads.push(Some(Vec::new()));
            let number = self.uploads.len() - 1;
            return Reply::new(202, "")
                .header("location", format!("/v2/team/db/blobs/uploads/{number}?state=x"));
        }
        let (number, query) = rest.split_once('?').unwrap();
        let number: usize = number.parse().unwrap();
        let Some(content) = self.uploads[number].as_mut() else { return not_found() };
        match method {
            "PATCH" => {
                let range = received.header("content-range").unwrap();
                if !range.starts_with(&format!("{}-", content.len())) {
                    return Reply::new(416, "");
                }
                content.extend_from_slice(&received.content);
                self.status(number, 202)
            }
            "GET" => self.status(number, 204),
            "PUT" => {
                content.extend_from_slice(&received.content);
                let content = std::mem::take(content);
                let digest = Digest::sha256(&content).to_string();
                let wanted = query.strip_prefix("state=x&digest=").unwrap().replace("%3A", ":");
                self.uploads[number] = None;
                if digest != wanted {
                    return Reply::new(400, r#"{"errors":[{"code":"DIGEST_INVALID"}]}"#);
                }
                self.blobs.insert(digest, content);
                Reply::new(201, "")
            }
            _ => not_found(),
        }
    }

    fn status(&self, number: usize, status: u16) -> Reply {
        let length = self.uploads[number].as_ref().unwrap().len();
        Reply::new(status, "")
            .header("location", format!("/v2/team/db/blobs/uploads/{number}?state=x"))
            .header("range", format!("0-{}", length.saturating_sub(1)))
    }
}
