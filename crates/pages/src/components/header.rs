//! The bar at the top of every page: the program's name (no logo), a search,
//! the account, and at most six places to go.

use super::{Icon, Input, InputKind};
use crate::html::{Element, Href, Html, el, hidden};
use crate::token::FormToken;

part! {
    /// A place to go.
    NavItem(text: Html, href: Href) {
        /// The page shown is this place.
        flag current,
        /// The page shown belongs to this place.
        flag active,
        /// How many things there need somebody.
        maybe count: u32,
        /// The letter that with Alt goes there.
        maybe key: char,
    }
}

impl NavItem {
    fn render(&self) -> Html {
        let here = self.current || self.active;
        let count = self.count.filter(|count| *count > 0).map(|count| {
            el("span")
                .class("kith-count")
                .child(count.to_string())
                .child(hidden(" to do"))
        });
        let words: Html = std::iter::once(self.text.clone())
            .chain(count.map(|badge| [Html::from(" "), badge.into()].into_iter().collect()))
            .collect();
        let words = if here {
            el("strong")
                .class("nhsuk-header__navigation-item-current-fallback")
                .child(words)
                .into()
        } else {
            words
        };
        let now = match (self.current, self.active) {
            (true, _) => Some("page"),
            (false, true) => Some("true"),
            (false, false) => None,
        };
        el("li")
            .class("nhsuk-header__navigation-item")
            .class_if(here, "nhsuk-header__navigation-item--current")
            .child(
                el("a")
                    .class("nhsuk-header__navigation-link")
                    .attr("href", &self.href)
                    .attr("aria-current", now)
                    .attr(
                        "aria-keyshortcuts",
                        self.key.map(|key| format!("Alt+{key}")),
                    )
                    .child(words),
            )
            .into()
    }
}

/// Something about the account: who it is, or a way out.
#[derive(Clone, Debug)]
pub struct AccountItem {
    text: Html,
    icon: bool,
    way: Way,
}

#[derive(Clone, Debug)]
enum Way {
    Stay,
    Follow(Href),
    Post(Href, FormToken),
}

impl AccountItem {
    /// Words alone, such as the account's name.
    #[must_use]
    pub fn words(text: impl Into<Html>) -> Self {
        let (text, way) = (text.into(), Way::Stay);
        Self {
            text,
            icon: false,
            way,
        }
    }

    /// A link, such as the account's name leading to its page.
    #[must_use]
    pub fn link(text: impl Into<Html>, href: impl Into<Href>) -> Self {
        let (text, way) = (text.into(), Way::Follow(href.into()));
        Self {
            text,
            icon: false,
            way,
        }
    }

    /// A button that posts, such as "Sign out".
    #[must_use]
    pub fn post(text: impl Into<Html>, action: impl Into<Href>, token: &FormToken) -> Self {
        let (text, way) = (text.into(), Way::Post(action.into(), token.clone()));
        Self {
            text,
            icon: false,
            way,
        }
    }

    /// Puts the sign of a person before the words.
    #[must_use]
    pub fn with_person(mut self) -> Self {
        self.icon = true;
        self
    }

    fn render(&self) -> Html {
        let icon = self.icon.then(|| Icon::User.render());
        let fill = |element: Element| element.children(icon.clone()).child(&self.text);
        let item = el("li").class("nhsuk-header__account-item");
        match &self.way {
            Way::Stay => fill(item).into(),
            Way::Follow(href) => item
                .child(fill(
                    el("a")
                        .class("nhsuk-header__account-link")
                        .attr("href", href),
                ))
                .into(),
            Way::Post(action, token) => item
                .child(
                    el("form")
                        .class("nhsuk-header__account-form")
                        .attr("action", action)
                        .attr("method", "post")
                        .attr("novalidate", true)
                        .child(token.fields())
                        .child(fill(el("button").class("nhsuk-header__account-button"))),
                )
                .into(),
        }
    }
}

/// The search in the header. It posts, so that no name stands in an address.
#[derive(Clone, Debug)]
pub struct HeaderSearch {
    action: Href,
    label: Html,
    token: FormToken,
}

impl HeaderSearch {
    /// A search that posts `q` to `action`; `label` says what is searched.
    pub fn new(action: impl Into<Href>, label: impl Into<Html>, token: &FormToken) -> Self {
        Self {
            action: action.into(),
            label: label.into(),
            token: token.clone(),
        }
    }

    fn render(&self) -> Html {
        let button = el("button")
            .class("nhsuk-button nhsuk-button--icon nhsuk-button--small")
            .attr("data-module", "nhsuk-button")
            .attr("type", "submit")
            .attr("aria-label", "Search")
            .child(Icon::Search.render());
        let input = Input::new("q", self.label.clone())
            .label_classes("nhsuk-u-visually-hidden")
            .id("search-field")
            .r#type(InputKind::Search)
            .autocomplete("off")
            .after(button);
        el("search")
            .class("nhsuk-header__search")
            .child(
                el("form")
                    .class("nhsuk-header__search-form")
                    .attr("id", "search")
                    .attr("action", &self.action)
                    .attr("method", "post")
                    .attr("novalidate", true)
                    .child(self.token.fields())
                    .child(input),
            )
            .into()
    }
}

/// The bar at the top of every page.
#[derive(Clone, Debug)]
pub struct Header {
    service: Html,
    href: Href,
    nav: Vec<NavItem>,
    account: Vec<AccountItem>,
    search: Option<HeaderSearch>,
    wide: bool,
}

impl Header {
    /// A header with the program's name, leading home.
    pub fn new(service: impl Into<Html>, href: impl Into<Href>) -> Self {
        Self {
            service: service.into(),
            href: href.into(),
            nav: Vec::new(),
            account: Vec::new(),
            search: None,
            wide: false,
        }
    }

    /// Sets the places to go.
    #[must_use]
    pub fn nav(mut self, items: Vec<NavItem>) -> Self {
        self.nav = items;
        self
    }

    /// Sets what stands about the account.
    #[must_use]
    pub fn account(mut self, items: Vec<AccountItem>) -> Self {
        self.account = items;
        self
    }

    /// Sets the search.
    #[must_use]
    pub fn search(mut self, search: Option<HeaderSearch>) -> Self {
        self.search = search;
        self
    }

    /// As wide as the window, for compact pages.
    #[must_use]
    pub fn wide(mut self, wide: bool) -> Self {
        self.wide = wide;
        self
    }

    fn container(&self, class: &'static str) -> Element {
        el("div")
            .class(class)
            .class("nhsuk-width-container")
            .class_if(self.wide, "nhsuk-width-container-fluid")
    }

    fn render(&self) -> Html {
        let account = (!self.account.is_empty()).then(|| {
            el("nav")
                .class("nhsuk-header__account")
                .attr("aria-label", "Account")
                .child(
                    el("ul")
                        .class("nhsuk-header__account-list")
                        .children(self.account.iter().map(AccountItem::render)),
                )
        });
        let nav = (!self.nav.is_empty()).then(|| {
            el("nav")
                .class("nhsuk-header__navigation")
                .attr("aria-label", "Menu")
                .child(
                    self.container("nhsuk-header__navigation-container").child(
                        el("ul")
                            .class("nhsuk-header__navigation-list")
                            .children(self.nav.iter().map(NavItem::render))
                            .child(more_menu()),
                    ),
                )
        });
        el("header")
            .class("nhsuk-header")
            .attr("data-module", "nhsuk-header")
            .attr("role", "banner")
            .child(
                self.container("nhsuk-header__container")
                    .child(
                        el("div").class("nhsuk-header__service").child(
                            el("a")
                                .class("nhsuk-header__service-name")
                                .attr("href", &self.href)
                                .child(&self.service),
                        ),
                    )
                    .children(self.search.as_ref().map(HeaderSearch::render))
                    .children(account),
            )
            .children(nav)
            .into()
    }
}

impl From<&Header> for Html {
    fn from(header: &Header) -> Self {
        header.render()
    }
}

/// Where a script puts the places that do not fit.
fn more_menu() -> Html {
    el("li")
        .class("nhsuk-header__menu")
        .attr("hidden", true)
        .child(
            el("button")
                .class("nhsuk-header__menu-toggle nhsuk-header__navigation-link")
                .attr("id", "toggle-menu")
                .attr("aria-expanded", "false")
                .child(hidden("Browse "))
                .child("More"),
        )
        .into()
}
