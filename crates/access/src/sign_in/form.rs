//! The forms of signing in.

use kith_base::{Email, Line};
use kith_pages::{
    form,
    form::{Secret, Text},
};

use crate::proof::password::Password;

/// What the first page asks for.
pub(crate) struct SignIn {
    pub(crate) email: Email,
    pub(crate) password: Password,
}

form! {
    /// The first page of signing in.
    pub(crate) SignInForm => SignIn {
        email: Text<Email> = Text::new("Email address").email().autocomplete("username").width(30),
        password: Secret<Password> = Secret::new("Password"),
    }
}

/// What the second page asks for.
pub(crate) struct Code {
    pub(crate) code: Line,
}

form! {
    /// The second factor.
    pub(crate) CodeForm => Code {
        code: Text<Line> = Text::new("Code")
            .hint("The 6 digits your authenticator application shows, or one of your recovery codes")
            .autocomplete("one-time-code").code().width(20),
    }
}
