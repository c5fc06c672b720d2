//! What an address asks of a caseload, as codes: never a name.

use std::str::FromStr;

use kith_access::{Account, Actor, Organisation};
use kith_base::{Id, Word};
use serde::{Deserialize, Deserializer};

use super::store::{Show, Wanted};
use crate::{Referral, tag::Tag};

/// What the address asks for.
#[derive(Deserialize, Default)]
pub(super) struct Ask {
    show: Option<String>,
    need: Option<String>,
    #[serde(default, deserialize_with = "any_or_one")]
    pub(super) practice: Option<Id<Organisation>>,
    #[serde(default, deserialize_with = "any_or_one")]
    pub(super) tag: Option<Id<Tag>>,
    /// Whether practices and tags are offered: few ask, and it costs a look.
    pub(super) more: Option<String>,
    flag: Option<String>,
    #[serde(default, deserialize_with = "any_or_one")]
    pub(super) quiet: Option<i64>,
    pub(super) worker: Option<Id<Account>>,
    after: Option<Id<Referral>>,
}

/// A filter left on "any" comes as an empty text.
fn any_or_one<'de, D: Deserializer<'de>, T: FromStr>(from: D) -> Result<Option<T>, D::Error> {
    Ok(String::deserialize(from)?.parse().ok())
}

/// The same of a closed set of words.
fn chosen<W: Word + FromStr>(code: Option<&String>) -> Option<W> {
    code.and_then(|code| code.parse().ok())
}

impl Ask {
    /// What is looked for.
    pub(super) fn wanted(&self, actor: &Actor) -> Wanted {
        let ago = |days: i64| actor.today().plus_days(-days.clamp(0, 3660)).start();
        Wanted {
            worker: self.worker.unwrap_or(actor.account),
            show: chosen(self.show.as_ref()).unwrap_or(Show::All),
            need: chosen(self.need.as_ref()),
            practice: self.practice,
            flag: chosen(self.flag.as_ref()),
            tag: self.tag,
            quiet_since: self.quiet.map(ago),
            after: self.after,
        }
    }

    /// The same list from where it stands, under another path.
    pub(super) fn here(&self, path: &str) -> String {
        self.further(path, self.after)
    }

    /// The same list after a line.
    pub(super) fn further(&self, path: &str, after: Option<Id<Referral>>) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut add = |name: &str, value: Option<String>| {
            let coded = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
            if let Some(value) = value.filter(|value| value.bytes().all(coded)) {
                parts.push(format!("{name}={value}"));
            }
        };
        add("after", after.map(|id| id.to_string()));
        add("show", self.show.clone());
        add("need", self.need.clone());
        add("flag", self.flag.clone());
        add("practice", self.practice.map(|id| id.to_string()));
        add("tag", self.tag.map(|id| id.to_string()));
        add("quiet", self.quiet.map(|days| days.to_string()));
        add("worker", self.worker.map(|id| id.to_string()));
        if parts.is_empty() {
            return path.to_owned();
        }
        format!("{path}?{}", parts.join("&"))
    }
}
