//! What a route needs of whoever asks, and what its form may bring. `routes`
//! asks every route for it, and `door` acts on it.

use crate::role::Ability;

/// What a route needs of whoever asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Needs {
    /// Nothing: a public page.
    Anyone,
    /// The password was right; the second factor is asked for here.
    HalfSignedIn,
    /// Staff, signed in.
    SignedIn,
    /// Staff, signed in, whose role has this ability.
    Can(Ability),
}

/// What a form may bring.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Brings {
    Nothing,
    Fields,
    File,
}

/// One route: what the list of routes says of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct RouteInfo {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path with its places: `/people/{person}`.
    pub path: &'static str,
    /// What it needs.
    pub needs: Needs,
    pub(crate) brings: Brings,
}

/// The largest file taken.
pub const MOST_FILE_BYTES: usize = 10 * 1024 * 1024;
/// The largest form taken, files apart.
pub const MOST_FORM_BYTES: usize = 1024 * 1024;
