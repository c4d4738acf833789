//! A registry that keeps what is pushed, and can be told to stumble.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use sha2::{Digest as _, Sha256};

use crate::{Received, Reply, Server};

/// `sha256:` and the digest of these bytes.
pub fn digest(content: &[u8]) -> String {
    let hex: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

fn not_found() -> Reply {
    Reply::new(404, r#"{"errors":[{"code":"NAME_UNKNOWN"}]}"#)
}

/// What a registry has; all its repositories are one.
#[derive(Default)]
pub struct Stored {
    /// By digest.
    pub blobs: BTreeMap<String, Vec<u8>>,
    /// By tag and by digest: media type and content.
    pub manifests: BTreeMap<String, (String, Vec<u8>)>,
    /// Unfinished uploads.
    pub uploads: Vec<Option<Vec<u8>>>,
}

/// A registry; clones are the same one.
#[derive(Clone, Default)]
pub struct Store(Arc<Mutex<Stored>>);

impl Store {
    /// Serves it; `stumble` may answer first.
    pub fn serve(
        &self,
        stumble: impl Fn(&Received, &Store) -> Option<Reply> + Send + Sync + 'static,
    ) -> Server {
        let store = self.clone();
        Server::plain(move |received| {
            stumble(received, &store).unwrap_or_else(|| store.answer(received))
        })
    }

    /// What it has, to look at and to change.
    pub fn stored(&self) -> MutexGuard<'_, Stored> {
        self.0.lock().unwrap()
    }

    /// Whether it has a blob with this content.
    pub fn blob(&self, content: &[u8]) -> bool {
        self.stored().blobs.contains_key(&digest(content))
    }

    /// Answers as a registry does.
    pub fn answer(&self, received: &Received) -> Reply {
        let mut stored = self.stored();
        let method = received.method.as_str();
        let part = |word: &str| received.target.split_once(word).map(|(_, rest)| rest);
        // By this clients find out whether it is a registry at all.
        if received.target == "/v2/" {
            return Reply::new(200, "{}");
        }
        if let Some(item) = part("/manifests/") {
            return stored.manifest(method, item, received);
        }
        if let Some(rest) = part("/blobs/uploads/") {
            return stored.upload(method, rest, received);
        }
        match part("/blobs/").and_then(|digest| stored.blobs.get(digest)) {
            Some(content) if method == "HEAD" => Reply::new(200, content.clone()).cut(0),
            Some(content) => Reply::new(200, content.clone()),
            None => not_found(),
        }
    }
}

impl Stored {
    fn manifest(&mut self, method: &str, item: &str, received: &Received) -> Reply {
        if method == "PUT" {
            let media_type = received.header("content-type").unwrap().to_owned();
            let digest = digest(&received.content);
            for name in [item, &digest] {
                let value = (media_type.clone(), received.content.clone());
                self.manifests.insert(name.to_owned(), value);
            }
            return Reply::new(201, "").header("docker-content-digest", digest);
        }
        match self.manifests.get(item) {
            Some((media_type, content)) => {
                let reply = Reply::new(200, content.clone())
                    .header("content-type", media_type)
                    .header("docker-content-digest", digest(content));
                if method == "HEAD" { reply.cut(0) } else { reply }
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
                // Whoever sends all in one part need not say so.
                let range = received.header("content-range").unwrap_or("0-");
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
                let digest = digest(&content);
                let mut parameters = query.split('&');
                let wanted = parameters.find_map(|one| one.strip_prefix("digest="));
                let wanted = wanted.unwrap_or_default().replace("%3A", ":");
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
