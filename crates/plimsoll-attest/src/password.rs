//! The password of a private key.

use std::fmt;

use zeroize::Zeroizing;

/// A password. `Debug` hides it, there is no `Display`, and its memory is wiped after use.
pub struct Password(Zeroizing<Vec<u8>>);

impl Password {
    /// Takes the text into custody.
    pub fn new(text: impl Into<Vec<u8>>) -> Password {
        Password(Zeroizing::new(text.into()))
    }

    pub(crate) fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}
