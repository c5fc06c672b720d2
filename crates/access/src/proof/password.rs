//! Passwords: what may be one, and how it is kept and checked. Hashing takes
//! tens of milliseconds and 19 MiB on purpose, so it runs on its own threads,
//! two at a time. An account that does not exist costs the same time.

use std::sync::atomic::Ordering;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use kith_base::{Email, text::BadText};

use crate::{app::App, trouble::Trouble};

/// A password somebody wants to have, or says they have.
#[derive(Clone)]
pub(crate) struct Password(String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}

impl std::fmt::Display for Password {
    /// Never shown: a form that is shown again has an empty box.
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Ok(())
    }
}

impl std::str::FromStr for Password {
    type Err = BadText;
    fn from_str(text: &str) -> Result<Self, BadText> {
        Ok(Self(text.to_owned()))
    }
}

impl Password {
    /// Whether both say the same.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    /// Why it may not be this account's password, if so. Length is what makes
    /// a password hard to guess; no mixture of signs is asked for.
    pub(crate) fn refused_for(&self, email: &Email) -> Option<&'static str> {
        let lower = self.0.to_lowercase();
        let own_name = email.split('@').next().unwrap_or_default();
        let letters: std::collections::BTreeSet<char> = lower.chars().collect();
        if self.0.chars().count() < 12 {
            Some("Password must be 12 characters or more: three or four words are good")
        } else if letters.len() < 5 || follows_the_keyboard(&lower) {
            Some("Password must be harder to guess: use three or four words")
        } else if own_name.len() > 3 && lower.contains(own_name) {
            Some("Password must not contain your email address")
        } else if EASY.iter().any(|easy| lower.contains(easy)) {
            Some("Password must not contain a word everybody tries first")
        } else {
            None
        }
    }
}

/// What people try first, and what would be tried first here.
const EASY: [&str; 8] = [
    "password",
    "passw0rd",
    "letmein",
    "iloveyou",
    "qwertyuiop",
    "welcome",
    "kith",
    "linkworker",
];

/// One run along the alphabet, the digits or a row of keys.
fn follows_the_keyboard(lower: &str) -> bool {
    const ROWS: &str = "abcdefghijklmnopqrstuvwxyz 01234567890123456789 qwertyuiopasdfghjklzxcvbnm";
    let backwards: String = lower.chars().rev().collect();
    ROWS.contains(lower) || ROWS.contains(&backwards)
}

/// Hashes a password to be kept.
pub(crate) async fn hash(app: &App, password: Password) -> Result<String, Trouble> {
    on_own_thread(app, move || {
        Argon2::default()
            .hash_password(password.0.as_bytes())
            .map(|hash| hash.to_string())
            .map_err(Trouble::fault)
    })
    .await?
}

/// A hash of nothing anybody knows, checked when there is no account.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRvZm5vYm9keQ$\
    3dbKiyqmFhFkcrzkxkNaPFDxoHKyyoDgUdGVj7T6TLs";

/// Whether a password is the one that was kept; without one, the same work is
/// done for nothing, so that the time tells nothing.
pub(crate) async fn check(
    app: &App,
    kept: Option<String>,
    password: Password,
) -> Result<bool, Trouble> {
    on_own_thread(app, move || {
        let known = kept.is_some();
        let kept = kept.unwrap_or_else(|| NOBODY.to_owned());
        let hash = PasswordHash::new(&kept).map_err(Trouble::fault)?;
        let right = Argon2::default()
            .verify_password(password.0.as_bytes(), &hash)
            .is_ok();
        Ok(right && known)
    })
    .await?
}

async fn on_own_thread<T: Send + 'static>(
    app: &App,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Trouble> {
    let _turn = app.hashing.acquire().await.map_err(Trouble::fault)?;
    app.hashed.fetch_add(1, Ordering::Relaxed);
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Trouble::fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str) -> bool {
        let email: Email = "kay.lewis@example.org".parse().unwrap();
        let password: Password = password.parse().unwrap();
        password.refused_for(&email).is_some()
    }

    #[test]
    fn a_password_is_long_and_not_what_everybody_tries() {
        for bad in [
            "short",
            "elevenchars",
            "aaaaaaaaaaaaaaaa",
            "abababababababab",
            "123456789012345",
            "abcdefghijklmnop",
            "my password is long",
            "kay.lewis is my name",
            "qwertyuiopas",
        ] {
            assert!(refused(bad), "{bad}");
        }
        for good in [
            "correct horse battery",
            "Tŷ bach twt a gardd",
            "x9$kPq2!vLm4z",
        ] {
            assert!(!refused(good), "{good}");
        }
    }

    #[test]
    fn nobodys_hash_is_as_dear_as_a_real_one() {
        let nobody = PasswordHash::new(NOBODY).unwrap();
        let real = Argon2::default().hash_password(b"x").unwrap().to_string();
        let real = PasswordHash::new(&real).unwrap();
        assert_eq!(nobody.algorithm, real.algorithm);
        assert_eq!(nobody.params, real.params);
        assert_eq!(
            real.params.to_string(),
            "m=19456,t=2,p=1",
            "what OWASP recommends for Argon2id"
        );
    }
}
