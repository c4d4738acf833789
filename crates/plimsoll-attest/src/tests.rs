//! Keys and signatures of our own; those of cosign are in `tests/cosign.rs`.

use crate::{KeyError, Password, PrivateKey, PublicKey, Signature, TrustedKeys, VerifyError};

#[test]
fn keys_survive_being_written_and_read() {
    let key = PrivateKey::generate().unwrap();
    let password = Password::new("hunter2");
    let sealed = key.to_encrypted_pem(&password).unwrap();
    assert!(sealed.starts_with("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n"));
    let plain = key.to_plain_pem();
    for (text, password) in [(sealed.as_str(), Some(&password)), (plain.as_str(), None)] {
        let read = PrivateKey::from_pem(text.as_bytes(), password).unwrap();
        assert_eq!(read.public_key(), key.public_key());
        let signature = read.sign(b"content").unwrap();
        assert!(key.public_key().accepts(b"content", &signature));
        assert!(!key.public_key().accepts(b"Content", &signature));
    }
    let public = key.public_key();
    assert_eq!(PublicKey::from_pem(public.to_pem().as_bytes()).unwrap(), public);
    let error = |password| PrivateKey::from_pem(sealed.as_bytes(), password).unwrap_err();
    assert_eq!(error(None), KeyError::PasswordMissing);
    let wrong = error(Some(&Password::new("hunter22")));
    assert_eq!(wrong, KeyError::PasswordWrong);
    assert!(!format!("{wrong} {wrong:?}").contains("hunter2"));
}

#[test]
fn secrets_are_not_shown() {
    let key = PrivateKey::generate().unwrap();
    assert_eq!(format!("{:?}", Password::new("hunter2")), "Password(…)");
    assert_eq!(format!("{key:?}"), format!("PrivateKey(… of {:?})", key.public_key()));
}

#[test]
fn one_of_several_trusted_keys_is_enough() {
    let keys: Vec<_> = (0..3).map(|_| PrivateKey::generate().unwrap()).collect();
    let mut trusted = TrustedKeys::new();
    let signature = keys[1].sign(b"content").unwrap();
    assert!(matches!(trusted.verify(b"content", &signature), Err(VerifyError::NoKeys)));
    let file = format!(
        "{}# the new one\n{}",
        keys[0].public_key().to_pem(),
        keys[1].public_key().to_pem()
    );
    trusted.add_pem(file.as_bytes()).unwrap();
    trusted.add_pem(file.as_bytes()).unwrap();
    assert_eq!(trusted.iter().count(), 2);
    assert_eq!(trusted.verify(b"content", &signature).unwrap(), &keys[1].public_key());
    let other = keys[2].sign(b"content").unwrap();
    let error = trusted.verify(b"content", &other).unwrap_err();
    assert!(matches!(error, VerifyError::Untrusted { keys: 2 }), "{error}");
}

#[test]
fn a_signature_that_was_changed_anywhere_is_refused() {
    let key = PrivateKey::generate().unwrap();
    let signature = key.sign(b"content").unwrap();
    for index in 0..signature.0.len() {
        let mut changed = signature.clone();
        changed.0[index] ^= 1;
        assert!(!key.public_key().accepts(b"content", &changed), "byte {index}");
    }
    let text = signature.to_string();
    assert_eq!(format!(" {text}\n").parse::<Signature>().unwrap(), signature);
    for text in ["", "?", &"A".repeat(2_000)] {
        assert!(text.parse::<Signature>().is_err());
    }
}

#[test]
fn what_is_no_key_is_refused_with_a_reason() {
    let key = PrivateKey::generate().unwrap();
    let (private, public) = (key.to_plain_pem(), key.public_key().to_pem());
    let error = |text: &str| PublicKey::from_pem(text.as_bytes()).unwrap_err().to_string();
    assert!(error("no key").contains("no key"));
    // A private key by mistake is named, not shown.
    assert!(error(&private).contains("PRIVATE KEY") && error(&private).len() < 100);
    assert!(error(&format!("{public}{public}")).contains("more than one"));
    let certificate =
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAAAAA\n-----END PUBLIC KEY-----\n";
    assert!(error(certificate).contains("P-256"));
    let wrong = PrivateKey::from_pem(public.as_bytes(), None).unwrap_err();
    assert_eq!(wrong, KeyError::Kind("PUBLIC KEY".to_owned()));
    let cut = private.replacen("MIG", "MIA", 1);
    assert_eq!(PrivateKey::from_pem(cut.as_bytes(), None).unwrap_err(), KeyError::Algorithm);
}
