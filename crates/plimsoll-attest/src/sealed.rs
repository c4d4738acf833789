//! Private keys under a password: JSON with scrypt's parameters and a NaCl secret box, the form of
//! <https://github.com/secure-systems-lab/go-securesystemslib/tree/main/encrypted> that cosign uses.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto_secretbox::aead::{Aead, KeyInit};
use crypto_secretbox::{Key, Nonce, XSalsa20Poly1305};
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{KeyError, Password};

/// scrypt's costs for new keys: those of cosign, 64 MiB and a fraction of a second.
const COSTS: Costs = Costs { n: 65_536, r: 8, p: 1 };
/// Bytes of memory that a key file may make us take: sixteen times what any real one asks for.
const MAX_MEMORY: u64 = 1 << 30;
/// Repetitions that a key file may ask for; real ones say 1.
const MAX_REPETITIONS: u32 = 16;
const SALT: usize = 32;
const NONCE: usize = 24;
const KEY: usize = 32;

#[derive(Serialize, Deserialize)]
struct Sealed {
    kdf: Kdf,
    cipher: Cipher,
    ciphertext: String,
}

#[derive(Serialize, Deserialize)]
struct Kdf {
    name: String,
    params: Costs,
    salt: String,
}

#[derive(Serialize, Deserialize)]
struct Cipher {
    name: String,
    nonce: String,
}

/// scrypt's parameters: <https://www.rfc-editor.org/rfc/rfc7914>.
#[derive(Serialize, Deserialize, Clone, Copy)]
struct Costs {
    #[serde(rename = "N")]
    n: u64,
    r: u32,
    p: u32,
}

const KDF: &str = "scrypt";
const CIPHER: &str = "nacl/secretbox";

/// Encrypts.
pub(crate) fn seal(content: &[u8], password: &Password) -> Result<Vec<u8>, KeyError> {
    let random = SystemRandom::new();
    let (mut salt, mut nonce) = ([0; SALT], [0; NONCE]);
    random.fill(&mut salt).and(random.fill(&mut nonce)).map_err(|_| KeyError::Random)?;
    let cipher = cipher(&COSTS, password, &salt)?;
    let ciphertext = cipher
        .encrypt(Nonce::from_slice(&nonce), content)
        .map_err(|_| KeyError::Damaged("it is too long"))?;
    let sealed = Sealed {
        kdf: Kdf { name: KDF.to_owned(), params: COSTS, salt: STANDARD.encode(salt) },
        cipher: Cipher { name: CIPHER.to_owned(), nonce: STANDARD.encode(nonce) },
        ciphertext: STANDARD.encode(ciphertext),
    };
    Ok(serde_json::to_vec(&sealed).expect("texts and numbers are always JSON"))
}

/// Decrypts.
pub(crate) fn open(sealed: &[u8], password: &Password) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let sealed: Sealed = serde_json::from_slice(sealed)
        .map_err(|_| KeyError::Damaged("its encrypted form is not the known JSON"))?;
    if sealed.kdf.name != KDF || sealed.cipher.name != CIPHER {
        return Err(KeyError::Damaged("it is encrypted in an unknown way"));
    }
    let decode = |text: &str| STANDARD.decode(text).map_err(|_| KeyError::Damaged("not base64"));
    let (salt, nonce) = (decode(&sealed.kdf.salt)?, decode(&sealed.cipher.nonce)?);
    if nonce.len() != NONCE {
        return Err(KeyError::Damaged("its nonce has the wrong length"));
    }
    let cipher = cipher(&sealed.kdf.params, password, &salt)?;
    let content = cipher.decrypt(Nonce::from_slice(&nonce), decode(&sealed.ciphertext)?.as_slice());
    content.map(Zeroizing::new).map_err(|_| KeyError::PasswordWrong)
}

fn cipher(costs: &Costs, password: &Password, salt: &[u8]) -> Result<XSalsa20Poly1305, KeyError> {
    let memory = u64::from(costs.r).saturating_mul(128).saturating_mul(costs.n);
    if memory > MAX_MEMORY || costs.p > MAX_REPETITIONS {
        return Err(KeyError::TooExpensive);
    }
    let odd = || KeyError::Damaged("its parameters of scrypt make no sense");
    if !costs.n.is_power_of_two() {
        return Err(odd());
    }
    // At most 63.
    let log_n = costs.n.trailing_zeros() as u8;
    let parameters = scrypt::Params::new(log_n, costs.r, costs.p).map_err(|_| odd())?;
    let mut key = Zeroizing::new([0; KEY]);
    scrypt::scrypt(password.expose(), salt, &parameters, &mut *key).map_err(|_| odd())?;
    Ok(XSalsa20Poly1305::new(Key::from_slice(&*key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_password_only() {
        let sealed = seal(b"content", &Password::new("right")).unwrap();
        assert_eq!(&**open(&sealed, &Password::new("right")).unwrap(), b"content");
        assert_eq!(open(&sealed, &Password::new("wrong")).unwrap_err(), KeyError::PasswordWrong);
        assert!(!String::from_utf8(sealed).unwrap().contains("content"));
    }

    #[test]
    fn costs_are_bounded_before_they_are_paid() {
        let sealed = seal(b"x", &Password::new("p")).unwrap();
        let sealed = String::from_utf8(sealed).unwrap();
        for (from, to, expected) in [
            (r#""N":65536"#, r#""N":1099511627776"#, KeyError::TooExpensive),
            (r#""p":1"#, r#""p":1000000"#, KeyError::TooExpensive),
            (r#""r":8"#, r#""r":4294967295"#, KeyError::TooExpensive),
        ] {
            let changed = sealed.replace(from, to);
            assert_ne!(changed, sealed);
            assert_eq!(open(changed.as_bytes(), &Password::new("p")).unwrap_err(), expected);
        }
        for (from, to) in [
            (r#""N":65536"#, r#""N":65535"#),
            (r#""N":65536"#, r#""N":0"#),
            (r#""r":8"#, r#""r":0"#),
            ("scrypt", "md5"),
            ("nonce\":\"", "nonce\":\"AAAA"),
        ] {
            let changed = sealed.replace(from, to);
            let error = open(changed.as_bytes(), &Password::new("p")).unwrap_err();
            assert!(matches!(error, KeyError::Damaged(_)), "{to}: {error}");
        }
    }
}
