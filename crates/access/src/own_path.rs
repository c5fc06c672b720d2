//! A path of our own, to come back to after signing in. It is parsed, never
//! compared as text: what could lead to another host is no own path.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};
use kith_base::text::BadText;

/// A path of ours, with what stands after its `?`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnPath(String);

impl OwnPath {
    /// The path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path as the value of `back` in the address of another page.
    #[must_use]
    pub fn after(&self, page: &str) -> String {
        let back: String = form_urlencoded::byte_serialize(self.0.as_bytes()).collect();
        format!("{page}?back={back}")
    }
}

impl Default for OwnPath {
    fn default() -> Self {
        Self("/".into())
    }
}

impl std::str::FromStr for OwnPath {
    type Err = BadText;
    fn from_str(text: &str) -> Result<Self, BadText> {
        let wrong = || BadText("Not a path of this program".into());
        if !text.starts_with('/')
            || text.starts_with("//")
            || text.contains(['\\', '#'])
            || text.chars().any(char::is_control)
        {
            return Err(wrong());
        }
        let parsed: axum::http::Uri = text.parse().map_err(|_| wrong())?;
        if parsed.scheme().is_some() || parsed.authority().is_some() {
            return Err(wrong());
        }
        let path = parsed.path_and_query().ok_or_else(wrong)?;
        Ok(Self(path.as_str().to_owned()))
    }
}

/// The path to come back to, from `?back=` of the address; `/` without one.
pub(crate) struct Back(pub(crate) OwnPath);

impl<S: Sync> FromRequestParts<S> for Back {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or("").as_bytes();
        let back = form_urlencoded::parse(query).find(|(name, _)| name == "back");
        Ok(Self(
            back.and_then(|(_, path)| path.parse().ok())
                .unwrap_or_default(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_ours_is_come_back_to() {
        for own in ["/", "/people/1?tab=plan", "/a:b", "/%2F%2Fevil.example"] {
            assert_eq!(own.parse::<OwnPath>().unwrap().as_str(), own);
        }
        for other in [
            "",
            "people",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "\\\\evil.example",
        ] {
            assert!(other.parse::<OwnPath>().is_err(), "{other:?}");
        }
    }

    #[test]
    fn it_travels_in_an_address() {
        let path: OwnPath = "/people?need=a&b=c".parse().unwrap();
        assert_eq!(
            path.after("/sign-in"),
            "/sign-in?back=%2Fpeople%3Fneed%3Da%26b%3Dc"
        );
    }
}
