//! Our cookies. Over https their names begin with `__Host-`: a browser then
//! takes them only from us, for the whole site, never from a subdomain.

use axum::http::{HeaderMap, HeaderValue, header::COOKIE};

use crate::app::Origin;

/// The cookie that holds a session's token.
const SESSION: &str = "kith";
/// The cookie that ties a public form to the browser it was shown in.
const FORM: &str = "kith-form";

/// Which of our cookies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Cookie {
    Session,
    Form,
}

impl Cookie {
    fn name(self, origin: &Origin) -> String {
        let name = match self {
            Self::Session => SESSION,
            Self::Form => FORM,
        };
        let prefix = if origin.is_secure() { "__Host-" } else { "" };
        format!("{prefix}{name}")
    }

    /// What the browser sent under the cookie's name; the first, if several.
    pub(crate) fn read<'a>(self, origin: &Origin, headers: &'a HeaderMap) -> Option<&'a str> {
        let name = self.name(origin);
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(at, value)| (at == name).then_some(value))
    }

    /// The header that sets it until the browser closes. `value` is letters
    /// of base64, which a header may hold.
    pub(crate) fn set(self, origin: &Origin, value: &str) -> Option<HeaderValue> {
        let secure = if origin.is_secure() { "; Secure" } else { "" };
        let name = self.name(origin);
        HeaderValue::try_from(format!(
            "{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}"
        ))
        .ok()
    }

    /// The header that takes it away.
    pub(crate) fn clear(self, origin: &Origin) -> Option<HeaderValue> {
        let secure = if origin.is_secure() { "; Secure" } else { "" };
        let name = self.name(origin);
        HeaderValue::try_from(format!(
            "{name}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}"
        ))
        .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_https_a_cookie_is_ours_alone() {
        let origin: Origin = "https://kith.example.org".parse().unwrap();
        let set = Cookie::Session.set(&origin, "abc").unwrap();
        assert_eq!(
            set,
            "__Host-kith=abc; Path=/; HttpOnly; SameSite=Lax; Secure"
        );
        let mut headers = HeaderMap::new();
        headers.append(
            COOKIE,
            HeaderValue::from_static("kith=planted; __Host-kith=abc; x=y"),
        );
        assert_eq!(Cookie::Session.read(&origin, &headers), Some("abc"));
        assert_eq!(Cookie::Form.read(&origin, &headers), None);
    }
}
