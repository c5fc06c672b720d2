//! Every address of the area. Pages link through these functions; nothing
//! here uses anything, so that anybody may. No name, note or time is ever
//! part of an address.

use std::fmt::Display;

/// The link worker's day.
#[must_use]
pub fn today() -> String {
    "/today".into()
}
/// A link worker's people.
#[must_use]
pub fn caseload() -> String {
    "/caseload".into()
}
/// Who waits to be taken on.
#[must_use]
pub fn waiting() -> String {
    "/waiting".into()
}
/// A practice refers somebody.
#[must_use]
pub fn refer() -> String {
    "/refer".into()
}
/// What a practice sent, and what came of it.
#[must_use]
pub fn sent() -> String {
    "/sent".into()
}
/// One referral, as its practice sees it.
#[must_use]
pub fn sent_one(referral: impl Display) -> String {
    format!("/sent/{referral}")
}
/// The person's own door.
#[must_use]
pub fn refer_myself() -> String {
    "/refer-yourself".into()
}
/// A person's record.
#[must_use]
pub fn person(person: impl Display) -> String {
    format!("/people/{person}")
}
/// Putting a person's details right.
#[must_use]
pub fn edit_person(person: impl Display) -> String {
    format!("/people/{person}/edit")
}
/// Where somebody lives whose place is sensitive.
#[must_use]
pub fn place(person: impl Display) -> String {
    format!("/people/{person}/place")
}
/// The shared plan, for paper.
#[must_use]
pub fn plan(person: impl Display) -> String {
    format!("/people/{person}/plan")
}
/// A new contact note.
#[must_use]
pub fn new_contact(person: impl Display) -> String {
    format!("/people/{person}/contact")
}
/// One contact note.
#[must_use]
pub fn contact(person: impl Display, contact: impl Display) -> String {
    format!("/people/{person}/contact/{contact}")
}
/// What is typed into a new contact note, kept until it is saved.
#[must_use]
pub fn contact_draft(person: impl Display) -> String {
    format!("/people/{person}/contact/draft")
}
/// Voiding a contact note.
#[must_use]
pub fn void_contact(person: impl Display, contact: impl Display) -> String {
    format!("/people/{person}/contact/{contact}/void")
}
/// Closing a referral.
#[must_use]
pub fn close(referral: impl Display) -> String {
    format!("/referrals/{referral}/close")
}
/// Reopening a referral.
#[must_use]
pub fn reopen(referral: impl Display) -> String {
    format!("/referrals/{referral}/reopen")
}
/// Declining a referral.
#[must_use]
pub fn decline(referral: impl Display) -> String {
    format!("/referrals/{referral}/decline")
}
/// Taking a referral on.
#[must_use]
pub fn take(referral: impl Display) -> String {
    format!("/referrals/{referral}/take")
}
/// Giving a referral to a link worker.
#[must_use]
pub fn assign(referral: impl Display) -> String {
    format!("/referrals/{referral}/assign")
}
/// Raising a concern.
#[must_use]
pub fn raise_concern() -> String {
    "/concerns/new".into()
}
/// Raising a concern about a person.
#[must_use]
pub fn raise_concern_about(person: impl Display) -> String {
    format!("/people/{person}/concern")
}
/// Ticking a task off.
#[must_use]
pub fn tick_task(task: impl Display) -> String {
    format!("/tasks/{task}/done")
}
/// Taking a tick back.
#[must_use]
pub fn untick_task(task: impl Display) -> String {
    format!("/tasks/{task}/undo")
}
/// Opening one restricted record for an hour, with a reason.
#[must_use]
pub fn break_glass(person: impl Display) -> String {
    format!("/break-glass/open/{person}")
}
/// The team, for its manager.
#[must_use]
pub fn team() -> String {
    "/team".into()
}
