//! What there is to do, each with how far it is.

use super::Tag;
use crate::html::{Href, Html, el};

/// How far a task is.
#[derive(Clone, Debug)]
#[cfg_attr(test, derive(serde::Deserialize), serde(untagged))]
pub enum Status {
    /// A word alone, such as "Completed".
    Words(Html),
    /// A tag, for what still needs somebody.
    Tagged {
        /// The tag.
        tag: Tag,
    },
}

impl From<&str> for Status {
    fn from(words: &str) -> Self {
        Self::Words(words.into())
    }
}

impl From<Tag> for Status {
    fn from(tag: Tag) -> Self {
        Self::Tagged { tag }
    }
}

part! {
    /// One task.
    Task(heading: Html, status: Status) {
        /// Where it is done.
        maybe href: Href,
        /// Help below its name.
        maybe hint: Html,
    }
}

component! {
    /// What there is to do.
    TaskList(items: Vec<Task>) {
        /// What its ids begin with; `task-list` when not set.
        maybe id_prefix: String,
    }
}

impl TaskList {
    pub(crate) fn render(&self) -> Html {
        let prefix = self.id_prefix.as_deref().unwrap_or("task-list");
        let tasks = self
            .items
            .iter()
            .enumerate()
            .map(|(at, task)| task.render(&format!("{prefix}-{}", at + 1)));
        el("ul").class("nhsuk-task-list").children(tasks).into()
    }
}

impl Task {
    fn render(&self, id: &str) -> Html {
        let (hint_id, status_id) = (format!("{id}-hint"), format!("{id}-status"));
        let name = match &self.href {
            None => el("div"),
            Some(href) => el("a")
                .class("nhsuk-task-list__link nhsuk-link")
                .attr("href", href)
                .attr(
                    "aria-describedby",
                    match self.hint {
                        Some(_) => format!("{hint_id} {status_id}"),
                        None => status_id.clone(),
                    },
                ),
        };
        let hint = self.hint.as_ref().map(|hint| {
            el("div")
                .class("nhsuk-task-list__hint")
                .attr("id", hint_id)
                .child(hint)
        });
        let status = match &self.status {
            Status::Words(words) => words.clone(),
            Status::Tagged { tag } => tag.render(),
        };
        el("li")
            .class("nhsuk-task-list__item")
            .class_if(self.href.is_some(), "nhsuk-task-list__item--with-link")
            .child(
                el("div")
                    .class("nhsuk-task-list__name-and-hint")
                    .child(name.child(&self.heading))
                    .children(hint),
            )
            .child(
                el("div")
                    .class("nhsuk-task-list__status")
                    .attr("id", status_id)
                    .child(status),
            )
            .into()
    }
}
