//! Fragments all cells share: the month a day is in, everybody's first
//! referral, and the file that counts. Each is written for one subject, so
//! that the others' rows are never looked at.

use crate::subject::Subject;

/// The number of the month a day is in. A day is text in one database and a
/// date in the other; written as text both have the year first.
macro_rules! month_of {
    ($day:literal) => {
        concat!(
            "(cast(substr(cast(",
            $day,
            " as text), 1, 4) as bigint) * 12 + cast(substr(cast(",
            $day,
            " as text), 6, 2) as bigint) - 1)"
        )
    };
}
pub(super) use month_of;

/// `first_referral`: everybody's first referral that is neither advice nor
/// voided, and its month.
macro_rules! first_referrals {
    ($only:literal) => {
        concat!(
            "first_referral(person_id, practice_id, owner_id, index_month) as (
              select r.person_id, r.practice_id, r.owner_id, ",
            month_of!("r.received_on"),
            "   from referral r
               where r.scheme_id = $1 and r.state not in ('advice', 'voided') ",
            $only,
            "    and not exists (select 1 from referral e
                   where e.scheme_id = $1 and e.person_id = r.person_id
                     and e.state not in ('advice', 'voided')
                     and (e.received_on < r.received_on
                       or (e.received_on = r.received_on and e.id < r.id))))"
        )
    };
}
pub(super) use first_referrals;

/// The list of a practice that counts: the one confirmed last.
macro_rules! list_that_counts {
    ($practice:literal) => {
        concat!(
            "(select f.id from gathered_file f where f.scheme_id = $1 and f.practice_id = ",
            $practice,
            " and f.kind = 'gp_register' and f.state = 'done'
              order by f.done_at desc, f.id desc limit 1)"
        )
    };
}
pub(super) use list_that_counts;

/// The file that says what happened at a practice in a month: of those that
/// cover it the one confirmed last.
macro_rules! contacts_that_count {
    ($practice:literal, $month:literal) => {
        concat!(
            "(select f.id from gathered_file f where f.scheme_id = $1 and f.practice_id = ",
            $practice,
            " and f.kind = 'gp_contacts' and f.state = 'done' and f.from_month <= ",
            $month,
            " and f.until_month >= ",
            $month,
            " order by f.done_at desc, f.id desc limit 1)"
        )
    };
}
pub(super) use contacts_that_count;

/// The text for a subject: of the whole scheme, of a practice, of a worker.
pub(super) const fn text_for(texts: [&'static str; 3], subject: Subject) -> &'static str {
    let [scheme, practice, worker] = texts;
    match subject {
        Subject::Scheme => scheme,
        Subject::Practice(_) => practice,
        Subject::Worker(_) => worker,
    }
}
