//! Which servers are believed to be who they say.
//!
//! The machine's own certificate store (or what `SSL_CERT_FILE` and `SSL_CERT_DIR` name), and the
//! user's extra files. Cryptography is ring's, chosen here and not for the whole process.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::remote_error::RemoteError;

/// Bytes of a file of certificates; the bundle of all public authorities has 0.3 MB.
const MAX_CERTIFICATES: u64 = 16 << 20;

/// The TLS settings for a client. The authorities are PEM files that are trusted besides the
/// machine's own; `insecure` believes everybody.
pub fn config(authorities: &[PathBuf], insecure: bool) -> Result<ClientConfig, RemoteError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| RemoteError::Settings(format!("cannot set up TLS: {error}")))?;
    if insecure {
        let verifier = Arc::new(Unverified(provider));
        return Ok(builder
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth());
    }
    let mut roots = RootCertStore::empty();
    // A store with an odd certificate in it, or none at all, shows when a server is refused.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for path in authorities {
        for certificate in read(path)? {
            roots.add(certificate).map_err(|error| {
                RemoteError::Settings(format!(
                    "a certificate in {} cannot be used: {error}",
                    path.display()
                ))
            })?;
        }
    }
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, RemoteError> {
    let fail = |reason: String| {
        RemoteError::Settings(format!(
            "cannot use the certificates in {}: {reason}",
            path.display()
        ))
    };
    let content = crate::files::read_limited(path, MAX_CERTIFICATES)
        .map_err(|error| fail(error.to_string()))?;
    let certificates = CertificateDer::pem_slice_iter(&content)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| fail(error.to_string()))?;
    if certificates.is_empty() {
        return Err(fail("there is none in PEM form".to_owned()));
    }
    Ok(certificates)
}

/// Believes everybody; only for `--insecure`. Signatures are still checked, so that the peer at
/// least owns the certificate that it shows.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
