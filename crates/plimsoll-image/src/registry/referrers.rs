//! Which manifests say something about another one.
//!
//! <https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers>.
//! Registries that do not know the question keep the list as an index under a tag.

use reqwest::StatusCode;
use reqwest::header::LINK;

use super::client::Client;
use super::transport::Request;
use crate::artifact::{ArtifactBlob, ArtifactIndex, INDEX_MEDIA_TYPE};
use crate::manifest::{invalid, place};
use crate::{Digest, Error, RemoteError};

/// Pages of one list. An image with more referrers than fit is not one of ours.
const MAX_PAGES: usize = 32;

/// The tag under which the list is kept where the registry keeps none.
pub(super) fn fallback_tag(subject: &Digest) -> String {
    format!("{}-{}", subject.algorithm().name(), subject.hex())
}

/// All referrers.
pub(super) async fn list(
    client: &Client,
    subject: &Digest,
    limit: u64,
) -> Result<Vec<ArtifactBlob>, Error> {
    let what = format!("the referrers of {subject}");
    let mut url = client.endpoint.url(&client.repository, "referrers", &subject.to_string())?;
    let mut found = Vec::new();
    for page in 0..MAX_PAGES {
        let accept = Some(INDEX_MEDIA_TYPE.to_owned());
        let request = Request { accept, ..Request::get(url.clone()) };
        let response = match client.exchange(&request, &what, &[StatusCode::OK]).await {
            Ok(response) => response,
            Err(RemoteError::NotFound { .. }) if page == 0 => {
                return from_tag(client, subject, &what, limit).await;
            }
            Err(error) => return Err(error.into()),
        };
        let links = response.headers().get(LINK).and_then(|value| value.to_str().ok());
        // A next page somewhere else is none of this registry.
        let next = links.and_then(next_link).and_then(|text| url.join(text).ok());
        let next = next.filter(|next| next.origin() == url.origin());
        let host = &client.endpoint.host;
        let content = client.transport.document(host, &what, response, limit).await?;
        found.extend(parse(&what, &content)?);
        match next {
            Some(next) => url = next,
            None => return Ok(found),
        }
    }
    Err(RemoteError::TooLarge { what, limit: MAX_PAGES as u64 }.into())
}

async fn from_tag(
    client: &Client,
    subject: &Digest,
    what: &str,
    limit: u64,
) -> Result<Vec<ArtifactBlob>, Error> {
    match super::fetch_manifest(client, what, &fallback_tag(subject), limit).await {
        Ok(content) => parse(what, &content),
        Err(Error::Remote(RemoteError::NotFound { .. })) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn parse(what: &str, content: &[u8]) -> Result<Vec<ArtifactBlob>, Error> {
    let index: ArtifactIndex = serde_json::from_slice(content)
        .map_err(|error| invalid(what, format!("cannot be read: {}", place(&error))))?;
    Ok(index.manifests)
}

/// The target of `<TARGET>; rel="next"`.
fn next_link(header: &str) -> Option<&str> {
    let (target, parameters) = header.trim().strip_prefix('<')?.split_once('>')?;
    let is_next = parameters
        .split(';')
        .any(|one| matches!(one.trim().strip_prefix("rel="), Some("next" | "\"next\"")));
    is_next.then_some(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_the_next_page() {
        assert_eq!(next_link("</v2/x?n=1>; rel=\"next\""), Some("/v2/x?n=1"));
        assert_eq!(next_link("<a>;rel=next"), Some("a"));
        for text in ["", "<a>", "<a; rel=next", "<a>; rel=prev"] {
            assert_eq!(next_link(text), None, "{text}");
        }
    }
}
