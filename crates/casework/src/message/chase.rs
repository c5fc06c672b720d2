//! A referral that came back is no use to anybody while nobody has read that
//! it did. When the practice has not said so after three working days,
//! somebody is asked to ring it. Doing this twice makes one task.

use kith_access::{
    Scheme,
    audit::{self, Entry},
};
use kith_base::{Id, Ts, WorkingDays};
use kith_db::{FromRow, Outcome, Tx, on};

use crate::{
    Referral,
    person::Person,
    task::{self, Kind, NewTask},
};

/// Working days a practice has to say that it read what came back.
pub const READ_WITHIN: i64 = 3;

#[derive(FromRow)]
struct Unread {
    referral_id: Id<Referral>,
    person_id: Id<Person>,
    reference: String,
    practice: String,
    made_at: Ts,
}

const UNREAD: &str = "select m.referral_id, m.person_id, r.reference, o.name as practice, m.made_at
       from practice_message m
       join referral r on r.scheme_id = $1 and r.id = m.referral_id and r.state = 'declined'
       join organisation o on o.scheme_id = $1 and o.id = m.practice_id
      where m.scheme_id = $1 and m.needs_answer and m.acknowledged_at is null and m.made_at <= $2
        and not exists (select 1 from task t where t.scheme_id = $1
            and t.referral_id = m.referral_id and t.kind = 'not_read' and t.made_at >= m.made_at)
      order by m.made_at, m.id limit 200";

/// Makes the tasks that are due. Gives how many.
///
/// # Errors
/// When the database does not answer.
pub async fn chase(tx: &mut Tx, scheme: Id<Scheme>, work: &WorkingDays, now: Ts) -> Outcome<u64> {
    // No run of working days is shorter than as many days of the calendar.
    let oldest = now.plus_seconds(-READ_WITHIN * 24 * 3600);
    let unread: Vec<Unread> =
        on!(tx, c => sqlx::query_as(UNREAD).bind(scheme).bind(oldest).fetch_all(c))?;
    let mut made = 0;
    for one in unread {
        if work.between(one.made_at.day(), now.day()) < READ_WITHIN {
            continue;
        }
        let new = NewTask {
            person: Some(one.person_id),
            referral: Some(one.referral_id),
            contact: None,
            kind: Kind::NotRead,
            what: format!(
                "Nobody at {} has read that referral {} came back. Ring them.",
                one.practice, one.reference
            ),
            who: task::Who::Worker,
            owner: None,
            due: work.after(now.day(), 1),
        };
        task::store::insert(tx, scheme, &new, now).await?;
        let entry = Entry {
            action: "ask after a message nobody read",
            person: Some(one.person_id),
            object_kind: "referral",
            object: Some(one.referral_id.uuid()),
            purpose: "",
        };
        audit::record_for(tx, scheme, now, "job", entry).await?;
        made += 1;
    }
    Ok(made)
}
