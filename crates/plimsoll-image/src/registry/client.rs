//! One registry server: requests that are authenticated when the server asks for it.
//!
//! <https://github.com/opencontainers/distribution-spec/blob/main/spec.md> and, for tokens,
//! <https://distribution.github.io/distribution/spec/auth/token/>.

use std::sync::Arc;

use base64::Engine as _;
use reqwest::header::{HeaderValue, WWW_AUTHENTICATE};
use reqwest::{Response, StatusCode, Url};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::challenge::{self, Challenge};
use super::endpoint::{Endpoint, host_and_port, may_speak};
use super::transport::{Request, Transport, header};
use crate::credentials::{Credential, CredentialSources, Found};
use crate::{RemoteError, Secret};

/// Bytes of a token server's answer. Tokens are some KiB.
const MAX_TOKEN: u64 = 1 << 20;
/// The name that token servers know us by.
const CLIENT_ID: &str = "plimsoll";

/// A server and one repository on it.
pub(super) struct Client {
    pub(super) endpoint: Endpoint,
    pub(super) repository: String,
    pub(super) transport: Arc<Transport>,
    /// Whether to try again when there is no connection: not while another address is left.
    retry_connect: bool,
    /// Whether something is to be stored there.
    push: bool,
    /// Given by the user for this run.
    given: Credential,
    sources: CredentialSources,
    state: Mutex<State>,
}

/// What the server wanted to see so far.
#[derive(Default)]
struct State {
    /// Counts renewals, so that requests running side by side renew once.
    generation: u64,
    header: Option<HeaderValue>,
    found: Option<Found>,
}

#[derive(Deserialize)]
struct TokenAnswer {
    token: Option<String>,
    access_token: Option<String>,
}

impl Client {
    pub(super) fn new(
        endpoint: Endpoint,
        repository: &str,
        transport: Arc<Transport>,
        retry_connect: bool,
        given: Credential,
        sources: CredentialSources,
    ) -> Client {
        let repository = repository.to_owned();
        let state = Mutex::default();
        let push = false;
        Client { endpoint, repository, transport, retry_connect, push, given, sources, state }
    }

    /// The same client, with tokens that allow to store.
    pub(super) fn for_push(self) -> Client {
        Client { push: true, ..self }
    }

    /// Asks for a manifest or blob. Answers are 200 or 206; everything else is an error.
    pub(super) async fn get(
        &self,
        url: &Url,
        what: &str,
        accept: Option<&str>,
        range_from: Option<u64>,
    ) -> Result<Response, RemoteError> {
        let accept = accept.map(str::to_owned);
        let request = Request { accept, range_from, ..Request::get(url.clone()) };
        self.exchange(&request, what, &[StatusCode::OK, StatusCode::PARTIAL_CONTENT]).await
    }

    /// Sends a request, authenticated when the server asks for it. An answer that is not among the
    /// expected ones is an error.
    pub(super) async fn exchange(
        &self,
        request: &Request,
        what: &str,
        expected: &[StatusCode],
    ) -> Result<Response, RemoteError> {
        let host = &self.endpoint.host;
        let mut renewed = false;
        loop {
            let (generation, authorization) = {
                let state = self.state.lock().await;
                (state.generation, state.header.clone())
            };
            // An upload may go on at another server, which must not see the credential.
            let own = request.url.origin() == self.endpoint.base.origin();
            let request = Request {
                authorization: authorization.filter(|_| own),
                retry_connect: self.retry_connect,
                ..request.clone()
            };
            let answer = self.transport.send(&request).await?;
            let response = answer.response;
            match response.status() {
                status if expected.contains(&status) => return Ok(response),
                StatusCode::UNAUTHORIZED if own && !answer.redirected_away && !renewed => {
                    renewed = true;
                    self.authenticate(what, &response, generation).await?;
                }
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                    let error = self.transport.status_error(host, what, response).await;
                    return Err(self.advise(error).await);
                }
                _ => return Err(self.transport.status_error(host, what, response).await),
            }
        }
    }

    /// Asks for a small document and reads all of it, again if the connection breaks. Its digest
    /// comes along where the server promises one.
    pub(super) async fn document(
        &self,
        url: &Url,
        what: &str,
        accept: Option<&str>,
        limit: u64,
    ) -> Result<(Vec<u8>, Option<String>), RemoteError> {
        let retry = self.transport.retry();
        let mut attempt = 0;
        loop {
            let response = self.get(url, what, accept, None).await?;
            let promised = header(response.headers(), "docker-content-digest").map(str::to_owned);
            let host = &self.endpoint.host;
            match self.transport.document(host, what, response, limit).await {
                Ok(content) => return Ok((content, promised)),
                Err(RemoteError::Unreachable { .. }) if attempt < retry.retries => {
                    tokio::time::sleep(retry.wait(attempt)).await;
                    attempt += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Makes the header that a challenge asks for, unless another request just did.
    async fn authenticate(
        &self,
        what: &str,
        response: &Response,
        generation: u64,
    ) -> Result<(), RemoteError> {
        let challenges: Vec<Challenge> = response
            .headers()
            .get_all(WWW_AUTHENTICATE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(challenge::parse)
            .collect();
        let mut state = self.state.lock().await;
        if state.generation != generation {
            return Ok(());
        }
        if state.found.is_none() {
            state.found = Some(self.credential().await?);
        }
        let credential = state.found.as_ref().map(|found| found.credential.clone());
        let credential = credential.unwrap_or_default();
        let by_scheme =
            |scheme: &str| challenges.iter().find(|challenge| challenge.scheme == scheme);
        let header = match (&credential, by_scheme("bearer"), by_scheme("basic")) {
            (Credential::RegistryToken(token), _, _) => Ok(bearer(token)),
            (_, Some(challenge), _) => match self.token(what, challenge, &credential).await {
                Ok(token) => Ok(bearer(&token)),
                Err(error) => Err(error),
            },
            (Credential::Password { username, password }, None, Some(_)) => {
                Ok(basic(username, password))
            }
            (Credential::Anonymous, None, Some(_)) => Err(self.denied(what, "it wants a password")),
            (Credential::IdentityToken(_), None, Some(_)) => {
                Err(self.denied(what, "it wants a password, but the stored credential is a token"))
            }
            (_, None, None) => {
                Err(self.denied(what, "it wants a form of authentication that is not known"))
            }
        };
        match header {
            Ok(Some(header)) => {
                state.header = Some(header);
                state.generation += 1;
                Ok(())
            }
            Ok(None) => Err(RemoteError::Settings(format!(
                "the credential for {} has characters that HTTP cannot carry",
                self.endpoint.host
            ))),
            Err(error) => {
                drop(state);
                Err(self.advise(error).await)
            }
        }
    }

    async fn credential(&self) -> Result<Found, RemoteError> {
        if self.given != Credential::Anonymous && !self.endpoint.mirror {
            return Ok(Found { credential: self.given.clone(), notes: Vec::new() });
        }
        self.sources.find(&self.endpoint.host, &self.repository).await
    }

    /// Fetches a bearer token from the server that the challenge names.
    async fn token(
        &self,
        what: &str,
        challenge: &Challenge,
        credential: &Credential,
    ) -> Result<Secret, RemoteError> {
        let protocol = |message: &str| RemoteError::Protocol {
            host: self.endpoint.host.clone(),
            message: message.to_owned(),
        };
        let realm = challenge.parameter("realm").unwrap_or_default();
        let mut url =
            Url::parse(realm).map_err(|_| protocol("the token server's address is not valid"))?;
        let downgrade = self.endpoint.base.scheme() == "https" && url.scheme() != "https";
        let insecure = self.transport.insecure();
        if !may_speak(&url, insecure) || (downgrade && !insecure) {
            return Err(protocol("the token server's address is not encrypted"));
        }
        let scope = self.scope(challenge.parameter("scope"));
        let mut parameters = vec![("scope", scope.as_str())];
        parameters.extend(challenge.parameter("service").map(|service| ("service", service)));
        let request = match credential {
            Credential::IdentityToken(token) => {
                parameters.push(("grant_type", "refresh_token"));
                parameters.push(("client_id", CLIENT_ID));
                parameters.push(("refresh_token", token.expose()));
                Request::form(url, form(&parameters))
            }
            Credential::Password { username, password } => {
                parameters.push(("account", username));
                url.query_pairs_mut().extend_pairs(&parameters);
                Request { authorization: basic(username, password), ..Request::get(url) }
            }
            Credential::Anonymous | Credential::RegistryToken(_) => {
                url.query_pairs_mut().extend_pairs(&parameters);
                Request::get(url)
            }
        };
        let host = host_and_port(&request.url);
        let response = self.transport.send(&request).await?.response;
        if response.status() != StatusCode::OK {
            return Err(self.transport.status_error(&host, what, response).await);
        }
        let content = self.transport.document(&host, "the token", response, MAX_TOKEN).await?;
        let answer: Option<TokenAnswer> = serde_json::from_slice(&content).ok();
        let token = answer.and_then(|answer| {
            let full = |token: &String| !token.is_empty();
            answer.token.filter(full).or(answer.access_token.filter(full))
        });
        token.map(Secret::new).ok_or_else(|| RemoteError::Protocol {
            host,
            message: "the token server's answer holds no token".to_owned(),
        })
    }

    /// What a token is to be good for. One that is fetched for a question before an upload is good
    /// for the upload too.
    fn scope(&self, wanted: Option<&str>) -> String {
        let pull = || format!("repository:{}:pull", self.repository);
        let mut scope = wanted.map_or_else(pull, str::to_owned);
        if self.push && scope.ends_with(":pull") {
            scope.push_str(",push");
        }
        scope
    }

    fn denied(&self, what: &str, message: &str) -> RemoteError {
        let host = self.endpoint.host.clone();
        RemoteError::Denied { host, what: what.to_owned(), message: message.to_owned() }
    }

    /// Adds to a refusal what was tried and what may help.
    async fn advise(&self, error: RemoteError) -> RemoteError {
        let RemoteError::Denied { host, what, mut message } = error else { return error };
        let state = self.state.lock().await;
        match state.found.as_ref().map(|found| &found.credential) {
            None | Some(Credential::Anonymous) => message.push_str(
                "; no credential is known for it: log in with `docker login`, or give --username \
                 and a password, and check the image's name",
            ),
            Some(_) => message
                .push_str("; the credential was not accepted, or does not reach this repository"),
        }
        for note in state.found.iter().flat_map(|found| &found.notes) {
            message.push_str("; ");
            message.push_str(note);
        }
        RemoteError::Denied { host, what, message }
    }
}

fn form(parameters: &[(&str, &str)]) -> String {
    // An address is only the nearest writer of form encoding.
    let mut url = Url::parse("http://form/").expect("a constant that is an address");
    url.query_pairs_mut().extend_pairs(parameters);
    url.query().unwrap_or_default().to_owned()
}

fn bearer(token: &Secret) -> Option<HeaderValue> {
    sensitive(&format!("Bearer {}", token.expose()))
}

fn basic(username: &str, password: &Secret) -> Option<HeaderValue> {
    let pair = format!("{username}:{}", password.expose());
    sensitive(&format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair)))
}

fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
