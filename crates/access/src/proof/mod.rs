//! What proves who somebody is: a password, a code from an authenticator
//! application, a passkey, and recovery codes for the day the telephone is
//! lost. Staff always need two; there is no switch that turns this off.
//! Passwords are kept as Argon2id hashes, authenticator secrets sealed with
//! the server's key, recovery codes as hashes. Guessing is slowed down here;
//! the pages belong to `sign_in`, `welcome` and `own_account`.

pub(crate) mod pace;
pub(crate) mod password;
pub(crate) mod lock;
pub(crate) mod totp;
pub(crate) mod recovery;
pub(crate) mod passkey;
pub(crate) mod store;
