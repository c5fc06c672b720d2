//! The form for a cover, and the one for handing everything over.

use kith_access::{Account, account::AccountRow};
use kith_base::{Day, Id};
use kith_pages::{
    form,
    form::{Date, Pick},
};

/// Somebody is to stand in.
pub struct Cover {
    /// Who is away.
    pub away: Id<Account>,
    /// Who stands in.
    pub cover: Id<Account>,
    /// The first day.
    pub from: Day,
    /// The last day.
    pub until: Day,
}

form! {
    /// Who stands in for whom.
    pub CoverForm => Cover {
        away: Pick<Id<Account>> = Pick::empty("Who is away"),
        cover: Pick<Id<Account>> = Pick::empty("Who stands in"),
        from: Date = "First day",
        until: Date = "Last day",
    }
}

/// Everything goes to one worker.
pub struct HandOver {
    /// The worker.
    pub to: Id<Account>,
}

form! {
    /// Who takes everything over.
    pub HandOverForm => HandOver {
        to: Pick<Id<Account>> = Pick::empty("Who takes everything over"),
    }
}

/// The cover form with the workers to choose from.
#[must_use]
pub fn cover(workers: &[AccountRow]) -> CoverForm {
    let mut form = CoverForm::blank();
    for worker in workers {
        form.away
            .kind
            .offer(worker.id, worker.id.to_string(), &*worker.name);
        form.cover
            .kind
            .offer(worker.id, worker.id.to_string(), &*worker.name);
    }
    form
}

/// The form for handing over, with everybody but the one who leaves.
#[must_use]
pub fn hand_over(workers: &[AccountRow], leaver: Id<Account>) -> HandOverForm {
    let mut form = HandOverForm::blank();
    for worker in workers.iter().filter(|worker| worker.id != leaver) {
        form.to
            .kind
            .offer(worker.id, worker.id.to_string(), &*worker.name);
    }
    form
}
