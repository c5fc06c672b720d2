//! Who looked at a record and what they did, in sentences. The audit trail
//! keeps short words that do not change; what people read is said here.

use kith_pages::{
    Html,
    components::{Cell, Column, Empty, Table},
    el,
    html::line,
};

use super::store::Looked;

/// The words of the trail, and how the page says them.
const SAID: &[(&str, &str)] = &[
    ("see a record", "Opened the record"),
    ("open the details", "Opened the details to put them right"),
    ("put details right", "Put details right"),
    (
        "put details right from a file",
        "Brought details up to date from a file, or put them back",
    ),
    ("see a location", "Looked where the person is"),
    (
        "see who may open a record",
        "Looked who may open the record",
    ),
    ("print the plan", "Opened the plan for paper"),
    ("print the day", "Made the sheet for the day"),
    ("print a list", "Made a list for paper"),
    ("open the tags", "Opened the tags"),
    ("put a tag on", "Put a tag on"),
    ("take a tag off", "Took a tag off"),
    ("send a referral", "Sent a referral"),
    ("see a referral", "Opened the referral"),
    (
        "see a sent referral",
        "Read at the practice how the referral stands",
    ),
    (
        "check who is referred",
        "Checked at the practice who is referred",
    ),
    ("add a line to a referral", "Added a line to the referral"),
    ("take", "Took the person on"),
    ("assign", "Gave the person to a link worker"),
    ("agree", "Wrote down the person's yes"),
    ("plan", "Planned the next step"),
    ("plan the next step", "Opened the page for the next step"),
    ("leave", "The link worker left"),
    ("decline", "Sent the referral back"),
    ("close", "Closed the referral"),
    ("reopen", "Reopened the referral"),
    ("take_back", "Took back the import that made the referral"),
    ("open a new contact note", "Opened a new contact note"),
    ("read a contact note", "Read a contact note"),
    ("write a contact", "Wrote a contact note"),
    ("put a contact right", "Put a contact note right"),
    ("void a contact", "Struck a contact note out"),
    ("tick a task off", "Ticked a task off"),
    (
        "withdraw",
        "Wrote down that the person no longer agrees, and ended the referral",
    ),
    (
        "open the end of somebody's agreement",
        "Opened the form for somebody who no longer agrees",
    ),
    ("take a tick back", "Took a tick back"),
    ("end an action", "Ended an action"),
    ("give a task", "Gave a task to a link worker"),
    (
        "acknowledge a message",
        "Said at the practice that they read it",
    ),
    (
        "ask after a message nobody read",
        "Asked for the practice to be rung, which had not read a message",
    ),
    ("file a message", "Filed a message at the practice"),
    ("take a filing back", "Took a filing back at the practice"),
    (
        "take out messages to file",
        "Took out messages to file at the practice",
    ),
    (
        "open the form of a concern",
        "Opened the form for a safeguarding concern",
    ),
    ("raise a concern", "Raised a safeguarding concern"),
    ("see a concern", "Read a safeguarding concern"),
    (
        "acknowledge a concern",
        "Acknowledged a safeguarding concern",
    ),
    (
        "add a note to a concern",
        "Added a note to a safeguarding concern",
    ),
    ("close a concern", "Closed a safeguarding concern"),
    (
        "pass a concern on",
        "Passed a safeguarding concern on, which nobody had acknowledged in time",
    ),
    ("hide where somebody is", "Hid where the person is"),
    (
        "show where somebody is again",
        "Stopped hiding where the person is",
    ),
    ("restrict a record", "Restricted the record to named people"),
    ("lift the restriction of a record", "Lifted the restriction"),
    (
        "name for a restricted record",
        "Let somebody else open the record",
    ),
    (
        "unname for a restricted record",
        "Took somebody off the list of those who may open it",
    ),
    (
        "look for a restricted record",
        "Looked whether there is a restricted record",
    ),
    (
        "look for a record to break the glass",
        "Looked for the record to open it in an emergency",
    ),
    (
        "break the glass",
        "Opened the record in an emergency, for an hour",
    ),
    (
        "review a break-glass access",
        "Reviewed an emergency access",
    ),
    ("compare two records", "Compared the record with another"),
    ("compare with a file", "Compared the record with a file"),
    ("merge two records", "Merged two records of the person"),
    ("take a merge back", "Took a merge back"),
    (
        "say that two records are two people",
        "Said that two records are two people",
    ),
    (
        "see who looked at somebody",
        "Read who looked at the record",
    ),
    ("take out a whole record", "Took the whole record out"),
];

/// What somebody did, as a sentence; a word that is not known is shown as it
/// stands in the trail.
fn said(action: &str) -> &str {
    SAID.iter()
        .find(|(known, _)| *known == action)
        .map_or(action, |(_, words)| words)
}

/// The rows, the newest first.
pub(super) fn table(looked: &[Looked]) -> Html {
    if looked.is_empty() {
        return Empty::new("Nobody has looked at this record yet.").into();
    }
    let rows = looked.iter().map(|row| {
        let who = row
            .by_name
            .as_ref()
            .map_or_else(|| "The service".into(), ToString::to_string);
        let what = match row.outcome.as_str() {
            "refused" => format!("{}: refused", said(&row.action)),
            _ => said(&row.action).to_owned(),
        };
        let why = if row.purpose.is_empty() {
            Html::default()
        } else {
            line(row.purpose.as_str())
        };
        vec![
            Cell::new(row.at.as_uk_moment()),
            Cell::new(who),
            Cell::new(Html::from(what).and(why)),
        ]
    });
    let table = Table::new()
        .caption("Who looked and what they did, the newest first")
        .caption_classes("nhsuk-u-visually-hidden")
        .head(["When", "Who", "What"].map(Column::new))
        .rows(rows.collect::<Vec<_>>())
        .responsive(true);
    Html::from(el("h2").class("nhsuk-heading-m").child("Activity")).and(Html::from(table))
}

#[cfg(test)]
mod tests {
    use kith_base::Word;

    use super::*;
    use crate::referral::rules::Move;

    #[test]
    fn every_move_of_a_referral_is_a_sentence_and_none_is_said_twice() {
        // A referral that is sent is said in words of its own.
        let own = [Move::Send, Move::KeepAsAdvice, Move::AddLine];
        for act in Move::ALL.iter().filter(|act| !own.contains(act)) {
            assert_ne!(said(act.code()), act.code(), "{act:?}");
        }
        for (nth, (word, _)) in SAID.iter().enumerate() {
            assert!(
                !SAID[..nth].iter().any(|(earlier, _)| earlier == word),
                "{word} stands twice"
            );
        }
    }
}
