//! Plain files on web servers.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::fixture::{options, range_of};
use crate::{WebAnswer, WebClient};
use plimsoll_loopback::{Reply, Server};

fn content() -> Vec<u8> {
    (0..300_000_u32).map(|n| (n % 253) as u8).collect()
}

fn get(server: &Server, known: Option<&str>, limit: u64) -> Result<WebAnswer, crate::RemoteError> {
    let address = format!("http://{}/db/index.json?signed=hunter2", server.host());
    WebClient::new(&options()).unwrap().get(&address, "the index", known, limit)
}

#[test]
fn a_file_is_fetched_unless_it_is_known() {
    let server = Server::plain(|received| match received.header("if-none-match") {
        Some("\"1\"") => Reply::new(304, ""),
        _ => Reply::new(200, content()).header("etag", "\"1\""),
    });
    let fetched = WebAnswer::Content { content: content(), etag: Some("\"1\"".to_owned()) };
    assert_eq!(get(&server, None, 300_000).unwrap(), fetched);
    assert_eq!(get(&server, Some("\"0\""), 300_000).unwrap(), fetched);
    assert_eq!(get(&server, Some("\"1\""), 300_000).unwrap(), WebAnswer::Unchanged);
    let error = get(&server, None, 299_999).unwrap_err().to_string();
    assert!(error.contains("limit of 299999"), "{error}");
}

#[test]
fn a_broken_file_goes_on_if_it_is_surely_the_same() {
    for (etag, resumes) in [("\"1\"", true), ("W/\"1\"", false), ("", false)] {
        let asked = AtomicUsize::new(0);
        let server = Server::plain(move |received| {
            let broken = asked.fetch_add(1, Ordering::SeqCst) == 0;
            let first = range_of(received).filter(|_| received.header("if-range") == Some(etag));
            let content = content();
            let mut reply = match first {
                Some(first) => Reply::new(206, content[first..].to_vec())
                    .header("content-range", format!("bytes {first}-299999/300000")),
                None => Reply::new(200, content),
            };
            if !etag.is_empty() {
                reply = reply.header("etag", etag);
            }
            if broken { reply.cut(100_000) } else { reply }
        });
        let answer = get(&server, None, 1 << 20).unwrap();
        assert!(matches!(answer, WebAnswer::Content { content: got, .. } if got == content()));
        let requests = server.requests();
        assert_eq!((requests.len(), range_of(&requests[1]).is_some()), (2, resumes), "{etag}");
    }
}

#[test]
fn errors_name_no_address() {
    let server = Server::plain(|_| Reply::new(404, ""));
    let error = get(&server, None, 9).unwrap_err();
    assert!(error.to_string().contains("does not have the index"), "{error}");
    assert!(!format!("{error} {error:?}").contains("hunter2"));
    let client = WebClient::new(&options()).unwrap();
    for address in ["http://me:hunter2@127.0.0.1/x", "http://hunter2.example/x", "hunter2"] {
        let error = client.get(address, "it", None, 9).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }
    let broken = Server::plain(|_| Reply::new(200, content()).cut(10));
    let error = get(&broken, None, 1 << 20).unwrap_err().to_string();
    assert!(error.contains("connection broke"), "{error}");
}
