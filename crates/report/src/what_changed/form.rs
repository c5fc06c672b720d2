//! The form for the one question fixed beforehand.

use kith_base::Story;
use kith_pages::{
    form,
    form::{Long, Pick},
};

use crate::reading::question::AnsweredBy;

/// The question, and what will answer it.
pub(super) struct Fixed {
    pub(super) words: Story,
    pub(super) answered_by: AnsweredBy,
}

form! {
    /// Fixing a question.
    pub(super) QuestionForm => Fixed {
        words: Long<Story> = Long::new("The question")
            .hint("In the words of those who ask. For example: do people who were referred see their GP less or more often in the year after than similar people?")
            .rows(4),
        answered_by: Pick<AnsweredBy> = Pick::empty("What will answer it"),
    }
}

/// The form with everything there is to choose.
pub(super) fn blank() -> QuestionForm {
    let mut form = QuestionForm::blank();
    for one in AnsweredBy::all() {
        form.answered_by.kind.offer(one, one.code(), one.label());
    }
    form
}
