//! One link worker's people alone. Under twenty of them the worker and the people are known
//! to each other and to others, so nothing is shown (R10).

use crate::stats::disclosure::slice_of_link_worker;
use crate::stats::refusal::Refusal;

/// Whose rows are read.
#[derive(Debug, Clone)]
pub struct Only {
    /// Column of the link worker.
    pub column: String,
    /// The link worker, as in the file.
    pub name: String,
}

/// R10 for a slice of so many people; none when the file is read whole.
pub(super) fn too_small(only: Option<&Only>, people: u64) -> Option<Refusal> {
    only.and_then(|_| slice_of_link_worker(people).err())
}
