//! The forms behind mailed links.

use kith_base::{Email, Line};
use kith_pages::{
    form,
    form::{Hidden, Secret, Text},
};

use crate::proof::password::Password;

const PASSWORD_HINT: &str = "12 characters or more. Three or four words are easy to keep in mind";

/// A password and an authenticator to be set.
pub(crate) struct Welcome {
    pub(crate) password: Password,
    pub(crate) again: Password,
    pub(crate) secret: Line,
    pub(crate) code: Line,
}

form! {
    /// Setting up an account.
    pub(crate) WelcomeForm => Welcome {
        password: Secret<Password> = Secret::new("Password").hint(PASSWORD_HINT).to_be_set(),
        again: Secret<Password> = Secret::new("Password again").to_be_set(),
        secret: Hidden<Line> = Hidden::new("Open the link again: this page was incomplete"),
        code: Text<Line> = Text::new("Code")
            .hint("The 6 digits your application shows now")
            .autocomplete("one-time-code").digits().width(10),
    }
}

/// A password to be set.
pub(crate) struct NewPassword {
    pub(crate) password: Password,
    pub(crate) again: Password,
}

form! {
    /// Setting a new password.
    pub(crate) NewPasswordForm => NewPassword {
        password: Secret<Password> = Secret::new("New password").hint(PASSWORD_HINT).to_be_set(),
        again: Secret<Password> = Secret::new("New password again").to_be_set(),
    }
}

impl NewPassword {
    /// The password, or which field says why not.
    pub(crate) fn agreed(self, email: &Email) -> Result<Password, (&'static str, &'static str)> {
        agreed(self.password, &self.again, email)
    }
}

/// A password that may be this account's and was typed the same twice.
pub(crate) fn agreed(
    password: Password,
    again: &Password,
    email: &Email,
) -> Result<Password, (&'static str, &'static str)> {
    if let Some(why) = password.refused_for(email) {
        return Err(("password", why));
    }
    if !password.is(again) {
        return Err(("again", "Enter the same password twice"));
    }
    Ok(password)
}

/// Who has forgotten a password.
pub(crate) struct Forgotten {
    pub(crate) email: Email,
}

form! {
    /// Asking for a new password.
    pub(crate) ForgottenForm => Forgotten {
        email: Text<Email> = Text::new("Email address").email().autocomplete("username").width(30),
    }
}
