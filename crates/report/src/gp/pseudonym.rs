//! What stands for an NHS number: HMAC-SHA-256 under a key of the scheme that
//! is made of the server's key and stored nowhere. Without that key nobody can
//! tell whose it is, not even by trying every number there is. The same number
//! has the same pseudonym in every file, so that files fit together. A practice
//! that gives no number of somebody gives a key of its own making instead.

use hmac::{Hmac, KeyInit, Mac};
use kith_access::{App, Organisation, Scheme};
use kith_base::{Id, NhsNumber};
use sha2::Sha256;

/// What stands for somebody's NHS number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Pseudonym([u8; 32]);

impl Pseudonym {
    /// Its bytes, as a column keeps them.
    #[must_use]
    pub const fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Makes the pseudonyms of one scheme.
#[derive(Clone)]
pub struct Pseudonyms(Hmac<Sha256>);

impl std::fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pseudonyms")
    }
}

impl Pseudonyms {
    /// Those of a scheme on this server.
    #[must_use]
    pub fn of_scheme(app: &App, scheme: Id<Scheme>) -> Self {
        Self::with(app.scheme_key("pseudonyms of GP data", scheme))
    }

    /// Those of a key.
    #[must_use]
    pub fn with(key: [u8; 32]) -> Self {
        // A key shorter than the block is filled up with noughts (RFC 2104).
        let mut block = [0; 64];
        block[..32].copy_from_slice(&key);
        Self(Hmac::new(&block.into()))
    }

    /// What stands for a number.
    #[must_use]
    pub fn of(&self, number: &NhsNumber) -> Pseudonym {
        let mut sum = self.0.clone();
        sum.update(number.as_bytes());
        Pseudonym(sum.finalize().into_bytes().into())
    }

    /// What stands for somebody whom a practice knows by a key of its own.
    /// The same key of another practice is somebody else.
    #[must_use]
    pub fn of_key(&self, practice: Id<Organisation>, key: &str) -> Pseudonym {
        let mut sum = self.0.clone();
        sum.update(b"key of a practice");
        sum.update(practice.uuid().as_bytes());
        sum.update(key.as_bytes());
        Pseudonym(sum.finalize().into_bytes().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_number_has_one_pseudonym_and_another_key_another() {
        let number: NhsNumber = "999 000 0018".parse().unwrap();
        let spaced: NhsNumber = "9990000018".parse().unwrap();
        let ours = Pseudonyms::with([7; 32]);
        assert_eq!(ours.of(&number), ours.of(&spaced));
        assert_ne!(ours.of(&number), Pseudonyms::with([8; 32]).of(&number));
        assert_eq!(format!("{ours:?}"), "Pseudonyms");
    }

    #[test]
    fn a_key_is_its_practices_own_and_never_a_number() {
        let ours = Pseudonyms::with([7; 32]);
        let now = "2026-11-24T10:00:00Z".parse().unwrap();
        let (here, there) = (Id::new(now), Id::new(now));
        assert_eq!(ours.of_key(here, "p1"), ours.of_key(here, "p1"));
        assert_ne!(ours.of_key(here, "p1"), ours.of_key(there, "p1"));
        let number: NhsNumber = "999 000 0018".parse().unwrap();
        assert_ne!(ours.of_key(here, "9990000018"), ours.of(&number));
    }

    #[test]
    fn it_is_the_published_hmac() {
        // Made with Python: hmac.new(bytes(32), b"9990000018", "sha256").
        let ours = Pseudonyms::with([0; 32]).of(&"9990000018".parse().unwrap());
        let hex: String = ours.bytes().iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(
            hex,
            "d6a2743a07c0345c7af01430c56209ae536ec4323534b1cbb4e66a9e0471fe7c"
        );
    }
}
