//! Codes from an authenticator application (RFC 6238): six digits, a new code
//! every thirty seconds, one step of clock drift allowed either way, and each
//! code taken once. The secret is stored sealed with the server's key, bound
//! to its account.

use kith_base::{Email, Ts};
use kith_pages::{Html, el};
use qrcode::{Color, EcLevel, QrCode};
use totp_rs::{Builder, Totp};

use crate::{secret::ServerKey, trouble::Trouble};

/// The secret an application and the server share.
#[derive(Clone)]
pub(crate) struct TotpSecret([u8; 20]);

/// What the server's key is used for here.
const PURPOSE: &str = "authenticator secrets";

impl TotpSecret {
    /// A new one.
    pub(crate) fn random() -> Self {
        Self(rand::random())
    }

    fn totp(&self, account: &str) -> Result<Totp, Trouble> {
        Builder::new()
            .with_secret(self.0.to_vec())
            .with_account_name(account)
            .with_issuer(Some("Kith"))
            .build()
            .map_err(Trouble::fault)
    }

    /// The step of time the code belongs to; `None` when it is wrong.
    pub(crate) fn step_of(&self, code: &str, now: Ts) -> Result<Option<i64>, Trouble> {
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let seconds = u64::try_from(now.micros() / 1_000_000).map_err(Trouble::fault)?;
        let step = self.totp("")?.check(&digits, seconds);
        Ok(step.and_then(|step| step.try_into().ok()))
    }

    /// The code of a moment: for tests, which stand in for the telephone.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn code(&self, now: Ts) -> String {
        let seconds = u64::try_from(now.micros() / 1_000_000).unwrap_or(0);
        let totp = self.totp("").ok();
        totp.map_or(String::new(), |totp| totp.generate(seconds).to_string())
    }

    /// As letters, to be typed where a picture cannot be read.
    pub(crate) fn letters(&self) -> String {
        let letters = totp_rs::Secret::from(self.0.to_vec()).to_base32();
        let groups: Vec<String> = letters
            .as_bytes()
            .chunks(4)
            .map(|four| String::from_utf8_lossy(four).into_owned())
            .collect();
        groups.join(" ")
    }

    /// Reads what [`TotpSecret::letters`] wrote.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn read(letters: &str) -> Option<Self> {
        let letters: String = letters.chars().filter(|c| !c.is_whitespace()).collect();
        let secret = totp_rs::Secret::try_from_base32(letters).ok()?;
        Some(Self(secret.as_ref().try_into().ok()?))
    }

    /// The picture the application reads, as SVG.
    pub(crate) fn picture(&self, email: &Email) -> Result<Html, Trouble> {
        let address = self.totp(email)?.to_url().map_err(Trouble::fault)?;
        let code =
            QrCode::with_error_correction_level(address, EcLevel::M).map_err(Trouble::fault)?;
        let side = code.width();
        let dark = code.to_colors().into_iter().enumerate();
        let squares: String = dark
            .filter(|(_, color)| *color == Color::Dark)
            .map(|(at, _)| format!("M{} {}h1v1h-1z", at % side + 4, at / side + 4))
            .collect();
        let whole = side + 8;
        Ok(el("svg")
            .attr("xmlns", "http://www.w3.org/2000/svg")
            .attr("viewBox", format!("0 0 {whole} {whole}"))
            .attr("width", "240")
            .attr("height", "240")
            .attr("role", "img")
            .attr(
                "aria-label",
                "Code to scan with your authenticator application",
            )
            .child(
                el("path")
                    .attr("fill", "#fff")
                    .attr("d", format!("M0 0h{whole}v{whole}H0z")),
            )
            .child(el("path").attr("fill", "#000").attr("d", squares))
            .into())
    }

    /// Sealed with the server's key; opens only for the same `owner`.
    pub(crate) fn seal(&self, key: &ServerKey, owner: &[u8]) -> Result<Vec<u8>, Trouble> {
        key.seal(PURPOSE, owner, &self.0).map_err(Trouble::fault)
    }

    /// Opens what [`TotpSecret::seal`] sealed; `None` for anything else.
    pub(crate) fn open(key: &ServerKey, owner: &[u8], sealed: &[u8]) -> Option<Self> {
        let secret = key.open(PURPOSE, owner, sealed)?;
        Some(Self(secret.try_into().ok()?))
    }

    /// Sealed, as letters: what a form carries until the code is confirmed.
    pub(crate) fn seal_letters(&self, key: &ServerKey, owner: &[u8]) -> Result<String, Trouble> {
        key.seal_letters(PURPOSE, owner, &self.0)
            .map_err(Trouble::fault)
    }

    /// Opens what [`TotpSecret::seal_letters`] wrote.
    pub(crate) fn open_letters(key: &ServerKey, owner: &[u8], letters: &str) -> Option<Self> {
        let secret = key.open_letters(PURPOSE, owner, letters)?;
        Some(Self(secret.try_into().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        // Appendix B, SHA-1, last six digits of the eight printed there.
        let secret = TotpSecret(*b"12345678901234567890");
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            let now = Ts::from_micros(seconds * 1_000_000);
            assert_eq!(secret.code(now), code);
            assert_eq!(secret.step_of(code, now).unwrap(), Some(seconds / 30));
        }
    }

    #[test]
    fn a_code_may_be_one_step_late_and_not_two() {
        let secret = TotpSecret::random();
        let now = Ts::from_micros(1_800_000_000_000_000);
        let code = secret.code(now);
        assert!(
            secret
                .step_of(&code, now.plus_seconds(30))
                .unwrap()
                .is_some()
        );
        assert!(
            secret
                .step_of(&code, now.plus_seconds(61))
                .unwrap()
                .is_none()
        );
        let spaced = format!("{} {}", &code[..3], &code[3..]);
        assert!(secret.step_of(&spaced, now).unwrap().is_some());
        assert!(secret.step_of("", now).unwrap().is_none());
        assert!(secret.step_of("12345678", now).unwrap().is_none());
    }

    #[test]
    fn a_sealed_secret_opens_for_its_owner_and_its_server_alone() {
        let (key, secret) = (ServerKey::random(), TotpSecret::random());
        let sealed = secret.seal(&key, b"kay").unwrap();
        assert_eq!(TotpSecret::open(&key, b"kay", &sealed).unwrap().0, secret.0);
        assert!(TotpSecret::open(&key, b"sam", &sealed).is_none());
        assert!(TotpSecret::open(&ServerKey::random(), b"kay", &sealed).is_none());
        assert!(TotpSecret::open(&key, b"kay", &sealed[1..]).is_none());
        assert!(TotpSecret::open(&key, b"kay", b"").is_none());
    }

    #[test]
    fn the_letters_are_read_back_and_the_picture_is_one() {
        let secret = TotpSecret::random();
        assert_eq!(TotpSecret::read(&secret.letters()).unwrap().0, secret.0);
        let email: Email = "kay@example.org".parse().unwrap();
        let picture = secret.picture(&email).unwrap().into_string();
        assert!(picture.starts_with("<svg") && picture.contains("role=\"img\""));
    }
}
