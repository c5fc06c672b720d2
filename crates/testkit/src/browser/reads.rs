//! What is to be seen in the browser: a test says what it expects, and stops
//! with the whole page printed when it is not there.

use axum::http::{HeaderMap, StatusCode};
use kith_base::Id;

use super::Browser;

impl Browser {
    /// The words are on the page.
    pub fn sees(&mut self, words: &str) -> &mut Self {
        let words = crate::seen::single_spaces(words);
        if !self.page.words().contains(&words) {
            self.fail(&format!("the page does not say \"{words}\""));
        }
        self
    }

    /// The words are not on the page.
    pub fn does_not_see(&mut self, words: &str) -> &mut Self {
        let words = crate::seen::single_spaces(words);
        if self.page.words().contains(&words) {
            self.fail(&format!("the page says \"{words}\""));
        }
        self
    }

    /// The page's main heading is this.
    pub fn is_on(&mut self, heading: &str) -> &mut Self {
        if self.page.heading() != heading {
            self.fail(&format!(
                "the heading is \"{}\", not \"{heading}\"",
                self.page.heading()
            ));
        }
        self
    }

    /// The page answered with this status.
    pub fn is_answered(&mut self, status: u16) -> &mut Self {
        if self.status.as_u16() != status {
            self.fail(&format!(
                "the answer is {}, not {status}",
                self.status.as_u16()
            ));
        }
        self
    }

    /// Whether the words are on the page.
    #[must_use]
    pub fn reads(&self, words: &str) -> bool {
        self.page
            .words()
            .contains(&crate::seen::single_spaces(words))
    }

    /// Everything that can be read on the page.
    #[must_use]
    pub fn words(&self) -> String {
        self.page.words()
    }

    /// The title in the window's bar.
    #[must_use]
    pub fn title(&self) -> String {
        self.page.title()
    }

    /// The path the browser is at.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The status of the page.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers of the page.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The page as it came.
    #[must_use]
    pub fn html(&self) -> String {
        self.page.html.html()
    }

    /// What every field of the page's forms is called: labels and legends, in
    /// order.
    #[must_use]
    pub fn labels(&self) -> Vec<String> {
        self.texts("main label, main legend")
    }

    /// The sentences somebody reads on the page, without headings, choices to
    /// pick from and buttons: paragraphs, lists, questions, hints.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let parts = "main p, main li:not(:has(a)), main legend, main .nhsuk-form-group > label, \
                     main .nhsuk-hint, main .nhsuk-error-summary li";
        let texts = self.texts(parts);
        let sentence = |text: &str| -> Vec<String> {
            text.split_inclusive(['.', '?', '!', ':'])
                .map(|one| one.trim().to_owned())
                .filter(|one| crate::reading::words(one).len() > 2)
                .collect()
        };
        texts.iter().flat_map(|text| sentence(text)).collect()
    }

    fn texts(&self, selector: &str) -> Vec<String> {
        let parts = crate::seen::css(selector);
        let found = self.page.html.select(&parts);
        found.map(crate::seen::words_of).collect()
    }

    /// Where every link of the page leads.
    #[must_use]
    pub fn links(&self) -> Vec<String> {
        let links = crate::seen::css("a[href]");
        self.page
            .html
            .select(&links)
            .filter_map(|link| link.value().attr("href").map(str::to_owned))
            .collect()
    }

    /// The last link of the page that begins like this and goes on.
    #[must_use]
    pub fn last_link(&self, begins: &str) -> String {
        let goes_on = |link: &String| link.starts_with(begins) && link.len() > begins.len();
        let found = self.links().into_iter().rev().find(goes_on);
        found.unwrap_or_else(|| self.fail(&format!("no link {begins}…")))
    }

    /// What a hidden field of the page holds; of several, the last.
    #[must_use]
    pub fn hidden(&self, name: &str) -> String {
        let hidden = crate::seen::css(&format!("input[type=hidden][name=\"{name}\"]"));
        let last = self.page.html.select(&hidden).next_back();
        let value = last.and_then(|field| field.value().attr("value"));
        value.map_or_else(
            || self.fail(&format!("no hidden field \"{name}\"")),
            str::to_owned,
        )
    }

    /// The first id in the address.
    #[must_use]
    pub fn named_id<T>(&self) -> Id<T> {
        let mut parts = self.path.split(['/', '?', '#']);
        let named = parts.find_map(|part| part.parse().ok());
        named.unwrap_or_else(|| self.fail("the address names nobody"))
    }

    /// How often something was touched in this browser: an address opened, a
    /// link followed, a field filled, a choice made, a button pressed.
    #[must_use]
    pub const fn touches(&self) -> u32 {
        self.touches
    }
}
