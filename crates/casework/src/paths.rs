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
/// What is done with several people of a caseload at once.
#[must_use]
pub fn several() -> String {
    "/caseload/several".into()
}
/// Giving several people to a link worker.
#[must_use]
pub fn give_several() -> String {
    "/caseload/several/give".into()
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
/// The form of a referral, to be printed and filled in with a pen.
#[must_use]
pub fn refer_on_paper() -> String {
    "/refer/paper".into()
}
/// What link working is, in plain words, to read or to print.
#[must_use]
pub fn leaflet() -> String {
    "/leaflet".into()
}
/// The leaflet of one service.
#[must_use]
pub fn leaflet_of(slug: impl Display) -> String {
    format!("/leaflet/{slug}")
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
/// What was just referred: the reference and what happens next.
#[must_use]
pub fn referred(referral: impl Display) -> String {
    format!("/refer/{referral}")
}
/// What a practice sent, or the messages it has not filed: `show` is a code
/// of `sent::Shown`.
#[must_use]
pub fn sent_showing(show: impl Display) -> String {
    format!("/sent?show={show}")
}
/// Adding a line to a referral.
#[must_use]
pub fn add_line(referral: impl Display) -> String {
    format!("/sent/{referral}/line")
}
/// Finding one of the practice's referrals.
#[must_use]
pub fn find_sent() -> String {
    "/sent/search".into()
}
/// Taking back a referral that was sent by mistake.
#[must_use]
pub fn take_back(referral: impl Display) -> String {
    format!("/sent/{referral}/take-back")
}
/// Writing down that somebody no longer agrees to a referral.
#[must_use]
pub fn withdraw(referral: impl Display) -> String {
    format!("/referrals/{referral}/withdraw")
}
/// Saying that one has read that a referral came back.
#[must_use]
pub fn acknowledge(referral: impl Display) -> String {
    format!("/sent/{referral}/acknowledge")
}
/// Ticking messages as filed.
#[must_use]
pub fn file_messages() -> String {
    "/sent/filed".into()
}
/// Taking the tick off a message.
#[must_use]
pub fn unfile_message() -> String {
    "/sent/not-filed".into()
}
/// The messages not filed yet, as a sheet.
#[must_use]
pub fn sheet_to_file() -> String {
    "/sent.csv".into()
}
/// The person's own door to one service.
#[must_use]
pub fn refer_myself_to(slug: impl Display) -> String {
    format!("/refer-yourself/{slug}")
}
/// What somebody who referred themself reads afterwards.
#[must_use]
pub fn referred_myself(slug: impl Display, reference: impl Display) -> String {
    format!("/refer-yourself/{slug}/{reference}")
}
/// Raising a concern without an account.
#[must_use]
pub fn public_concern() -> String {
    "/concerns/public".into()
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
/// The tags of a person.
#[must_use]
pub fn tags(person: impl Display) -> String {
    format!("/people/{person}/tags")
}
/// Taking a tag off a person.
#[must_use]
pub fn untag(person: impl Display, tag: impl Display) -> String {
    format!("/people/{person}/tags/{tag}/remove")
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
/// What comes next with somebody.
#[must_use]
pub fn next(referral: impl Display) -> String {
    format!("/referrals/{referral}/next")
}
/// Calling off what is planned.
#[must_use]
pub fn cancel_next(referral: impl Display) -> String {
    format!("/referrals/{referral}/next/cancel")
}
/// Bringing back what was called off.
#[must_use]
pub fn undo_cancel_next(referral: impl Display) -> String {
    format!("/referrals/{referral}/next/undo")
}
/// The link worker's day on another day than today.
#[must_use]
pub fn day(day: impl Display) -> String {
    format!("/today?day={day}")
}
/// What to take along on a day, for paper.
#[must_use]
pub fn day_pack(day: impl Display) -> String {
    format!("/today/pack?day={day}")
}
/// The same of one meeting of that day.
#[must_use]
pub fn day_pack_of(day: impl Display, referral: impl Display) -> String {
    format!("/today/pack?day={day}&referral={referral}")
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
/// Safeguarding concerns: the list of the lead, or what oneself raised.
#[must_use]
pub fn concerns() -> String {
    "/concerns".into()
}
/// One concern.
#[must_use]
pub fn concern(concern: impl Display) -> String {
    format!("/concerns/{concern}")
}
/// A step of a concern's handler: `acknowledge`, `note`, `close`.
#[must_use]
pub fn concern_step(concern: impl Display, step: &'static str) -> String {
    format!("/concerns/{concern}/{step}")
}
/// Whether nobody visits somebody alone.
#[must_use]
pub fn visits(person: impl Display) -> String {
    format!("/people/{person}/visits")
}
/// Lifting that nobody visits somebody alone.
#[must_use]
pub fn lift_visits(person: impl Display) -> String {
    format!("/people/{person}/visits/lift")
}
/// Whether where somebody is is hidden, and who may open their record.
#[must_use]
pub fn sensitive(person: impl Display) -> String {
    format!("/people/{person}/sensitive")
}
/// Naming somebody for a restricted record.
#[must_use]
pub fn named(person: impl Display) -> String {
    format!("/people/{person}/named")
}
/// Taking somebody off the list of a restricted record.
#[must_use]
pub fn unname(person: impl Display, account: impl Display) -> String {
    format!("/people/{person}/named/{account}/remove")
}
/// The search for a restricted record.
#[must_use]
pub fn restricted() -> String {
    "/restricted".into()
}
/// Records that may be one person.
#[must_use]
pub fn same_person() -> String {
    "/same-person".into()
}
/// Two records side by side.
#[must_use]
pub fn side_by_side(one: impl Display, other: impl Display) -> String {
    format!("/same-person/{one}/{other}")
}
/// Saying that two records are two people.
#[must_use]
pub fn not_same(one: impl Display, other: impl Display) -> String {
    format!("/same-person/{one}/{other}/no")
}
/// Taking a merge back.
#[must_use]
pub fn unmerge(merge: impl Display) -> String {
    format!("/merges/{merge}/undo")
}
/// Concerns that are closed.
#[must_use]
pub fn closed_concerns() -> String {
    "/concerns/closed".into()
}
/// Raising a concern to one service without an account.
#[must_use]
pub fn public_concern_to(slug: impl Display) -> String {
    format!("/concerns/public/{slug}")
}
/// What somebody reads who has raised a concern without an account.
#[must_use]
pub fn public_concern_raised(slug: impl Display, reference: impl Display) -> String {
    format!("/concerns/public/{slug}/{reference}")
}
/// Ticking a task off.
#[must_use]
pub fn tick_task(task: impl Display) -> String {
    format!("/tasks/{task}/done")
}
/// The tasks nobody has on their list.
#[must_use]
pub fn tasks() -> String {
    "/tasks".into()
}
/// Giving one of them to somebody.
#[must_use]
pub fn give_task(task: impl Display) -> String {
    format!("/tasks/{task}/give")
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
/// Bringing referrals in from a file.
#[must_use]
pub fn imports() -> String {
    "/import".into()
}
/// One import.
#[must_use]
pub fn import(import: impl Display) -> String {
    format!("/import/{import}")
}
/// The rows of a group of an import, after a row: `group` is a code of
/// `import::Sorted`.
#[must_use]
pub fn import_rows(import: impl Display, group: impl Display, after: i64) -> String {
    format!("/import/{import}/rows/{group}?after={after}")
}
/// Taking all records out.
#[must_use]
pub fn export() -> String {
    "/export".into()
}
/// Asking another to release all records.
#[must_use]
pub fn ask_for_export() -> String {
    "/export/ask".into()
}
/// What waits to be released.
#[must_use]
pub fn exports_waiting() -> String {
    "/export/waiting".into()
}
/// A step of a request for all records: `release`, `cancel`.
#[must_use]
pub fn export_step(request: impl Display, step: &'static str) -> String {
    format!("/export/{request}/{step}")
}
/// Taking one person's whole record out.
#[must_use]
pub fn export_person(person: impl Display) -> String {
    format!("/people/{person}/export")
}
/// Who stands in for whom.
#[must_use]
pub fn cover() -> String {
    "/team/cover".into()
}
/// What happens when a link worker leaves, and handing everything over.
#[must_use]
pub fn leaving(account: impl Display) -> String {
    format!("/team/leaving/{account}")
}

/// Who looked at a person, in the audit trail.
#[must_use]
pub fn who_looked(person: impl Display) -> String {
    format!("/audit/people/{person}")
}
