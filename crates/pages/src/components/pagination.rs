//! From page to page of a long list, or from step to step of a guide.

use super::Icon;
use crate::html::{Href, Html, el, hidden};

part! {
    /// A numbered page, or the gap between two.
    PageLink(number: u32, href: Href) {
        /// The page shown now.
        flag current,
        /// A gap: pages left out.
        flag ellipsis,
    }
}

impl PageLink {
    /// The gap where pages are left out.
    #[must_use]
    pub fn gap() -> Self {
        Self::new(0u32, "#").ellipsis(true)
    }

    fn render(&self) -> Html {
        let item = el("li").class("nhsuk-pagination__item");
        if self.ellipsis {
            return item
                .class("nhsuk-pagination__item--ellipsis")
                .child("\u{22ef}")
                .into();
        }
        let link = el("a")
            .class("nhsuk-pagination__link")
            .attr("href", &self.href)
            .attr("aria-label", format!("Page {}", self.number))
            .attr("aria-current", self.current.then_some("page"))
            .child(self.number.to_string());
        item.class_if(self.current, "nhsuk-pagination__item--current")
            .child(link)
            .into()
    }
}

part! {
    /// The step before or after.
    PageStep(href: Href) {
        /// Replaces "Previous" or "Next".
        maybe text: Html,
        /// What it leads to.
        maybe label: Html,
    }
}

component! {
    /// From page to page.
    Pagination() {
        /// The step before.
        maybe previous: PageStep,
        /// The step after.
        maybe next: PageStep,
        /// The numbered pages; none for steps of a guide.
        list items: PageLink,
    }
}

impl Pagination {
    /// The pages of a list: the first, the last, the current one and its
    /// neighbours, with gaps between. `href` makes the address of a page.
    /// Nothing when one page holds it all.
    #[must_use]
    pub fn of_list<H: Into<Href>>(current: u32, pages: u32, href: impl Fn(u32) -> H) -> Html {
        if pages < 2 {
            return Html::default();
        }
        let current = current.clamp(1, pages);
        let near = |page: &u32| *page == 1 || *page == pages || page.abs_diff(current) <= 1;
        let mut items = Vec::new();
        let mut last = 0;
        for page in (1..=pages).filter(near) {
            if page > last + 1 {
                items.push(PageLink::gap());
            }
            items.push(PageLink::new(page, href(page)).current(page == current));
            last = page;
        }
        let mut all = Self::new().items(items);
        if current > 1 {
            all = all.previous(PageStep::new(href(current - 1)));
        }
        if current < pages {
            all = all.next(PageStep::new(href(current + 1)));
        }
        all.into()
    }

    pub(crate) fn render(&self) -> Html {
        let nav = el("nav")
            .class("nhsuk-pagination")
            .class_if(!self.items.is_empty(), "nhsuk-pagination--numbered")
            .attr("role", "navigation")
            .attr("aria-label", "Pagination");
        if self.items.is_empty() {
            let steps = [
                self.previous.as_ref().map(|step| step.in_guide(&BACK)),
                self.next.as_ref().map(|step| step.in_guide(&ON)),
            ];
            let list = el("ul")
                .class("nhsuk-list nhsuk-pagination__list")
                .children(steps.into_iter().flatten());
            return nav.child(list).into();
        }
        nav.children(self.previous.as_ref().map(|step| step.in_list(&BACK)))
            .child(
                el("ul")
                    .class("nhsuk-pagination__list")
                    .children(self.items.iter().map(PageLink::render)),
            )
            .children(self.next.as_ref().map(|step| step.in_list(&ON)))
            .into()
    }
}

/// What differs between the step before and the step after.
struct Way {
    word: &'static str,
    block: &'static str,
    short: &'static str,
    icon: Icon,
}
const BACK: Way = Way {
    word: "Previous",
    block: "previous",
    short: "prev",
    icon: Icon::ArrowLeft,
};
const ON: Way = Way {
    word: "Next",
    block: "next",
    short: "next",
    icon: Icon::ArrowRight,
};

impl PageStep {
    fn title(&self, way: &Way) -> Html {
        let title = el("span").class("nhsuk-pagination__title");
        match &self.text {
            Some(text) => title.child(text).into(),
            None => title.child(way.word).child(hidden(" page")).into(),
        }
    }

    fn in_list(&self, way: &Way) -> Html {
        let link = el("a")
            .class(format!("nhsuk-pagination__{}", way.block))
            .attr("href", &self.href)
            .attr("rel", way.short);
        if way.icon == Icon::ArrowLeft {
            link.child(way.icon.render()).child(self.title(way)).into()
        } else {
            link.child(self.title(way)).child(way.icon.render()).into()
        }
    }

    fn in_guide(&self, way: &Way) -> Html {
        let label = self.label.as_ref().map(|label| {
            [
                hidden(":"),
                el("span")
                    .class("nhsuk-pagination__page")
                    .child(label)
                    .into(),
            ]
            .into_iter()
            .collect::<Html>()
        });
        el("li")
            .class(format!("nhsuk-pagination-item--{}", way.block))
            .child(
                el("a")
                    .class("nhsuk-pagination__link")
                    .class(format!("nhsuk-pagination__link--{}", way.short))
                    .attr("href", &self.href)
                    .attr("rel", way.short)
                    .child(self.title(way))
                    .children(label)
                    .child(way.icon.render()),
            )
            .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pages a long list shows: `…` for a gap, `[4]` for the current one.
    fn shown(current: u32, pages: u32) -> String {
        let html = Pagination::of_list(current, pages, |page| format!("?page={page}"));
        let dom = scraper::Html::parse_fragment(html.as_str());
        let items = scraper::Selector::parse(".nhsuk-pagination__item").unwrap();
        let each: Vec<String> = dom
            .select(&items)
            .map(|item| {
                let text: String = item.text().collect();
                match item.attr("class").unwrap() {
                    class if class.contains("--ellipsis") => "…".into(),
                    class if class.contains("--current") => format!("[{text}]"),
                    _ => text,
                }
            })
            .collect();
        each.join(" ")
    }

    #[test]
    fn a_long_list_shows_its_ends_and_where_it_is() {
        assert_eq!(shown(1, 1), "");
        assert_eq!(shown(1, 2), "[1] 2");
        assert_eq!(shown(4, 12), "1 … 3 [4] 5 … 12");
        assert_eq!(shown(2, 3), "1 [2] 3");
        assert_eq!(shown(3, 5), "1 2 [3] 4 5");
        assert_eq!(shown(12, 12), "1 … 11 [12]");
        assert_eq!(shown(99, 3), "1 2 [3]", "past the end is the last");
    }

    #[test]
    fn the_first_page_has_none_before_and_the_last_none_after() {
        let of = |page| Pagination::of_list(page, 3, |page| format!("?page={page}")).into_string();
        assert!(!of(1).contains("rel=\"prev\"") && of(1).contains("rel=\"next\""));
        assert!(of(3).contains("rel=\"prev\"") && !of(3).contains("rel=\"next\""));
        assert!(of(2).contains("href=\"?page=1\"") && of(2).contains("href=\"?page=3\""));
    }
}
