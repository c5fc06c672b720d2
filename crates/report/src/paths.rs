//! Every address of the area. Pages link through these functions; nothing
//! here uses anything, so that anybody may.

use std::fmt::Display;

/// The figures: where each of them is.
#[must_use]
pub fn figures() -> String {
    "/figures".into()
}
/// What changed, for the whole service.
#[must_use]
pub fn changed() -> String {
    "/figures/changed".into()
}
/// What changed for the people of one practice.
#[must_use]
pub fn changed_practice(practice: impl Display) -> String {
    format!("/figures/changed/practice/{practice}")
}
/// What changed for the people of one link worker.
#[must_use]
pub fn changed_worker(worker: impl Display) -> String {
    format!("/figures/changed/worker/{worker}")
}
/// One reading, as it was made.
#[must_use]
pub fn reading(reading: impl Display) -> String {
    format!("/figures/readings/{reading}")
}
/// The question fixed before the data are read.
#[must_use]
pub fn question() -> String {
    "/figures/question".into()
}
/// Who is reached.
#[must_use]
pub fn reach() -> String {
    "/figures/reach".into()
}
/// How referrals and waits go up and down.
#[must_use]
pub fn rhythm() -> String {
    "/figures/rhythm".into()
}
/// The files the figures are made from.
#[must_use]
pub fn files() -> String {
    "/figures/files".into()
}
/// Choosing what sort of file to bring in.
#[must_use]
pub fn new_file() -> String {
    "/figures/files/new".into()
}
/// Bringing one sort of file in.
#[must_use]
pub fn bring_in(kind: impl Display) -> String {
    format!("/figures/files/new/{kind}")
}
/// The template of one sort of file.
#[must_use]
pub fn template(kind: impl Display) -> String {
    format!("/figures/files/new/{kind}/template.csv")
}
/// One file.
#[must_use]
pub fn file(file: impl Display) -> String {
    format!("/figures/files/{file}")
}
