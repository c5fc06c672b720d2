//! What stands around every page of one request: the scheme's name, where one
//! can go, the account, the foot. Whoever knows the account makes it once per
//! request; the page adds what is its own.

use crate::components::{AccountItem, FooterLink, HeaderSearch, NavItem};
use crate::done::Done;
use crate::html::{Href, Html};

/// When a session ends by itself, and how to stay.
#[derive(Clone, Debug)]
pub struct TimeOut {
    /// Seconds of doing nothing after which the session ends.
    pub after_seconds: u32,
    /// Posting here keeps the session; answers 204.
    pub stay: Href,
    /// Where the browser goes when it has ended.
    pub ended: Href,
}

/// What stands around every page of one request.
#[derive(Clone, Debug)]
pub struct Frame {
    pub(crate) scheme: String,
    pub(crate) home: Href,
    pub(crate) nav: Vec<NavItem>,
    pub(crate) account: Vec<AccountItem>,
    pub(crate) search: Option<HeaderSearch>,
    pub(crate) footer: Vec<FooterLink>,
    pub(crate) phase: Html,
    pub(crate) time_out: Option<TimeOut>,
    pub(crate) printed: String,
    pub(crate) done: Done,
}

impl Frame {
    /// A frame with the scheme's name and nothing else; the name may be empty.
    pub fn new(scheme: impl Into<String>) -> Self {
        Self {
            scheme: scheme.into(),
            home: "/".into(),
            nav: Vec::new(),
            account: Vec::new(),
            search: None,
            footer: Vec::new(),
            phase: Html::default(),
            time_out: None,
            printed: String::new(),
            done: Done::default(),
        }
    }

    /// Where the name in the header leads; `/` when not set.
    #[must_use]
    pub fn home(mut self, href: impl Into<Href>) -> Self {
        self.home = href.into();
        self
    }

    /// The places to go: at most six, or it does not compile.
    #[must_use]
    pub fn nav<const N: usize>(mut self, items: [NavItem; N]) -> Self {
        const { assert!(N <= 6, "at most six places to go") };
        self.nav = items.into();
        self
    }

    /// What stands about the account.
    #[must_use]
    pub fn account(mut self, items: impl IntoIterator<Item = AccountItem>) -> Self {
        self.account = items.into_iter().collect();
        self
    }

    /// The search in the header.
    #[must_use]
    pub fn search(mut self, search: HeaderSearch) -> Self {
        self.search = Some(search);
        self
    }

    /// The links at the foot, the same and in the same order on every page.
    #[must_use]
    pub fn footer(mut self, links: impl IntoIterator<Item = FooterLink>) -> Self {
        self.footer = links.into_iter().collect();
        self
    }

    /// A line under the header on every page: "Made-up people only: a demo".
    #[must_use]
    pub fn phase(mut self, words: impl Into<Html>) -> Self {
        self.phase = words.into();
        self
    }

    /// Warns two minutes before the session ends.
    #[must_use]
    pub fn time_out(mut self, time_out: TimeOut) -> Self {
        self.time_out = Some(time_out);
        self
    }

    /// Who would print the page, and when it was made: the foot of the paper.
    #[must_use]
    pub fn printed_by(mut self, who: &str, when: &str) -> Self {
        self.printed = format!("Printed by {who}, {when}");
        self
    }

    /// What was just done; the page says it once.
    #[must_use]
    pub fn done(mut self, done: Done) -> Self {
        self.done = done;
        self
    }
}
