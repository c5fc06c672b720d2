//! Secrets the program makes and keeps: random tokens of which only the hash
//! is stored, marks that only this server can make, and the key all of them
//! hang on. Nothing here prints a secret.

use aes_gcm::{
    Aes256Gcm, Nonce,
    aead::{Aead, Payload},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use kith_base::{Id, Ts};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::actor::Scheme;

/// SHA-256 of something: what is stored of a token.
pub type Hash = [u8; 32];

/// The hash of some bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// Random letters with 128 bits in them.
#[must_use]
pub fn random_word() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>())
}

/// A new key for the forms of one page: the second it was made in, then 96
/// random bits. Keys that begin with their time are kept beside one another,
/// so that remembering one changes a page of the database that is at hand.
#[must_use]
pub fn form_key(made: Ts) -> String {
    let random = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 12]>());
    format!("{:08x}{random}", made.micros().max(0) / 1_000_000)
}

/// Whether two texts are equal, in a time that tells nothing.
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

/// The length of the number used once that stands before what is sealed.
const NONCE: usize = 12;

/// Something could not be sealed: a fault of ours.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unsealed;

impl std::fmt::Display for Unsealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a secret could not be sealed")
    }
}

/// The server's key: 32 bytes from the configuration.
#[derive(Clone)]
pub struct ServerKey([u8; 32]);

impl std::fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServerKey")
    }
}

impl ServerKey {
    /// The key made of these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A new random key, for `init`, tests and the demonstration.
    #[must_use]
    pub fn random() -> Self {
        Self(rand::random())
    }

    /// A mark on a text that only this server can make, in letters.
    pub(crate) fn mark(&self, purpose: &str, text: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.mark_bytes(purpose, text.as_bytes()))
    }

    /// Seals bytes (AES-256-GCM) so that they open only on this server, for
    /// the same purpose and the same owner.
    pub(crate) fn seal(
        &self,
        purpose: &str,
        owner: &[u8],
        msg: &[u8],
    ) -> Result<Vec<u8>, Unsealed> {
        let nonce: [u8; NONCE] = rand::random();
        let payload = Payload { msg, aad: owner };
        let sealed = self
            .cipher(purpose)
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| Unsealed)?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Opens what [`ServerKey::seal`] sealed; `None` for anything else.
    pub(crate) fn open(&self, purpose: &str, owner: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, msg) = sealed.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let payload = Payload { msg, aad: owner };
        self.cipher(purpose)
            .decrypt(&Nonce::from(nonce), payload)
            .ok()
    }

    /// As [`ServerKey::seal`], as letters: what a form carries.
    pub(crate) fn seal_letters(
        &self,
        purpose: &str,
        owner: &[u8],
        msg: &[u8],
    ) -> Result<String, Unsealed> {
        Ok(URL_SAFE_NO_PAD.encode(self.seal(purpose, owner, msg)?))
    }

    /// Opens what [`ServerKey::seal_letters`] wrote.
    pub(crate) fn open_letters(
        &self,
        purpose: &str,
        owner: &[u8],
        letters: &str,
    ) -> Option<Vec<u8>> {
        self.open(purpose, owner, &URL_SAFE_NO_PAD.decode(letters).ok()?)
    }

    /// The key of one scheme for one purpose, made of this one: it is stored
    /// nowhere, and nothing made with it can be turned back without this one.
    pub(crate) fn of_scheme(&self, purpose: &str, scheme: Id<Scheme>) -> Hash {
        self.mark_bytes(purpose, scheme.uuid().as_bytes())
    }

    fn cipher(&self, purpose: &str) -> Aes256Gcm {
        Aes256Gcm::new(&self.mark_bytes(purpose, b"").into())
    }

    fn mark_bytes(&self, purpose: &str, text: &[u8]) -> Hash {
        // A key shorter than the block is filled up with noughts (RFC 2104).
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.0);
        let mut sum = Hmac::<Sha256>::new(&block.into());
        sum.update(purpose.as_bytes());
        sum.update(&[0]);
        sum.update(text);
        sum.finalize().into_bytes().into()
    }
}

/// A secret given to a browser or mailed in a link: the scheme it belongs to
/// and 256 random bits. Only [`Token::hash`] is stored.
#[derive(Clone)]
pub(crate) struct Token {
    scheme: Id<Scheme>,
    secret: [u8; 32],
}

impl Token {
    /// A new one.
    pub(crate) fn new(scheme: Id<Scheme>) -> Self {
        Self {
            scheme,
            secret: rand::random(),
        }
    }

    /// The scheme it says it belongs to; true only when its hash is found there.
    pub(crate) const fn scheme(&self) -> Id<Scheme> {
        self.scheme
    }

    pub(crate) fn hash(&self) -> Hash {
        sha256(&self.secret)
    }

    /// As letters, for a cookie or a link.
    pub(crate) fn letters(&self) -> String {
        let mut bytes = self.scheme.uuid().as_bytes().to_vec();
        bytes.extend_from_slice(&self.secret);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads what [`Token::letters`] wrote.
    pub(crate) fn read(letters: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(letters).ok()?;
        let (scheme, secret) = bytes.split_at_checked(16)?;
        Some(Self {
            scheme: Id::of(Uuid::from_slice(scheme).ok()?),
            secret: secret.try_into().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kith_base::Ts;

    #[test]
    fn a_token_is_read_back_and_a_changed_one_has_another_hash() {
        let token = Token::new(Id::new(Ts::from_micros(1)));
        let back = Token::read(&token.letters()).unwrap();
        assert_eq!((back.scheme(), back.hash()), (token.scheme(), token.hash()));
        assert_ne!(Token::new(token.scheme()).hash(), token.hash());
        for wrong in ["", "AAAA", "not letters!", &token.letters()[1..]] {
            assert!(Token::read(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_mark_holds_for_one_text_one_purpose_and_one_server() {
        let key = ServerKey::random();
        let mark = key.mark("form", "abc");
        assert!(same(&mark, &key.mark("form", "abc")));
        assert!(!same(&mark, &key.mark("form", "abd")));
        assert!(!same(&mark, &key.mark("mail", "abc")));
        assert!(!same(&mark, &ServerKey::random().mark("form", "abc")));
    }

    #[test]
    fn every_scheme_and_purpose_has_a_key_of_its_own() {
        let key = ServerKey::random();
        let [one, other] = [1, 2].map(|at| Id::<Scheme>::new(Ts::from_micros(at)));
        assert_eq!(key.of_scheme("a", one), key.of_scheme("a", one));
        assert_ne!(key.of_scheme("a", one), key.of_scheme("a", other));
        assert_ne!(key.of_scheme("a", one), key.of_scheme("b", one));
        assert_ne!(
            key.of_scheme("a", one),
            ServerKey::random().of_scheme("a", one)
        );
    }
}
