//! Whom a task of the queue is given to.

use kith_access::{Account, account::AccountRow};
use kith_base::Id;
use kith_pages::{form, form::Pick};

/// A task goes to a link worker.
pub struct Give {
    /// The link worker.
    pub to: Id<Account>,
}

form! {
    /// Who does it.
    pub GiveForm => Give {
        to: Pick<Id<Account>> = Pick::empty("Link worker"),
    }
}

/// The form with the link workers to choose from.
#[must_use]
pub fn give(workers: &[AccountRow]) -> GiveForm {
    let mut form = GiveForm::blank();
    for worker in workers {
        form.to
            .kind
            .offer(worker.id, worker.id.to_string(), &*worker.name);
    }
    form
}
