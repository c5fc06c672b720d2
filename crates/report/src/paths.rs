//! Every address of the area. Pages link through these functions. No name,
//! note or time is ever part of an address.

use std::fmt::Display;

/// The files brought in for the figures.
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
    format!("/figures/files/template/{kind}")
}
/// One file.
#[must_use]
pub fn file(file: impl Display) -> String {
    format!("/figures/files/{file}")
}
