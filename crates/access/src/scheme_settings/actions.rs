//! What changing settings does.

use kith_base::{Id, Refusal, Ts};
use kith_db::{Outcome, Tx, run};
use kith_pages::form::Posted;

use super::{PAGE, form::may_lead};
use crate::{
    account,
    actor::{Account, Actor, Scheme},
    app::App,
    audit::{self, Entry},
    role::Ability,
    settings::{self, SchemeSettings},
    signed::{Once, once},
    trouble::Trouble,
};

const PUT: &str = "insert into setting (scheme_id, name, value, changed_at, changed_by)
    values ($1, $2, $3, $4, $5)
    on conflict (scheme_id, name) do update
    set value = excluded.value, changed_at = excluded.changed_at, changed_by = excluded.changed_by";
const DROP: &str = "delete from setting where scheme_id = $1 and name = $2";

/// Stores what differs from what is stored; gives the names of what changed.
/// For pages, and for the command line and seeds that set a scheme up.
///
/// # Errors
/// `Invalid` when a rule is broken: lead and deputy are two people who are
/// there and are never left out once chosen; work ends after it begins.
pub async fn put(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    by: Option<Id<Account>>,
    new: &SchemeSettings,
    now: Ts,
) -> Outcome<Vec<&'static str>> {
    let old = settings::of(tx, scheme).await?;
    allowed(tx, scheme, &old, new).await?;
    let mut changed = Vec::new();
    for ((name, before), (_, after)) in old.rows().into_iter().zip(new.rows()) {
        if before == after {
            continue;
        }
        match after {
            Some(value) => run!(
                tx,
                sqlx::query(PUT)
                    .bind(scheme)
                    .bind(name)
                    .bind(&value)
                    .bind(now)
                    .bind(by)
            )?,
            None => run!(tx, sqlx::query(DROP).bind(scheme).bind(name))?,
        };
        changed.push(name);
    }
    Ok(changed)
}

async fn allowed(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    old: &SchemeSettings,
    new: &SchemeSettings,
) -> Outcome<()> {
    if new.working.opens >= new.working.closes {
        return Err(Refusal::field("closes", "Work must end after it begins").into());
    }
    let chosen = [
        (
            "lead",
            "Select a safeguarding lead: there must always be one",
            old.lead,
            new.lead,
        ),
        (
            "deputy",
            "Select a safeguarding deputy: there must always be one",
            old.deputy,
            new.deputy,
        ),
    ];
    for (field, missing, before, after) in chosen {
        let Some(id) = after else {
            if before.is_some() {
                return Err(Refusal::field(field, missing).into());
            }
            continue;
        };
        if !may_lead(&account::one(tx, scheme, id).await?) {
            let what = "Select a link worker, manager or guardian who is there";
            return Err(Refusal::field(field, what).into());
        }
    }
    if new.lead.is_some() && new.lead == new.deputy {
        return Err(Refusal::field("deputy", "Select somebody other than the lead").into());
    }
    Ok(())
}

/// Chooses the safeguarding lead and deputy, leaving the rest as it is: for
/// the command line and seeds.
///
/// # Errors
/// As [`put`].
pub async fn lead_and_deputy(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    lead: Id<Account>,
    deputy: Id<Account>,
    now: Ts,
) -> Outcome<()> {
    let new = SchemeSettings {
        lead: Some(lead),
        deputy: Some(deputy),
        ..settings::of(tx, scheme).await?
    };
    put(tx, scheme, None, &new, now).await?;
    Ok(())
}

/// What became of a form of settings.
pub(super) enum Kept {
    /// They are kept, now or by the same form before.
    Done,
    /// Somebody else changed them since the page was opened: as they stand.
    Meanwhile(Box<SchemeSettings>),
}

/// Keeps the settings an administrator changed on a page that showed the
/// settings `seen`; a form sent twice does it once.
pub(super) async fn keep(
    app: &App,
    actor: &Actor,
    posted: &Posted,
    seen: &str,
    new: SchemeSettings,
) -> Result<Kept, Trouble> {
    let scheme = actor.scope(Ability::ManageSettings)?.scheme();
    let kept = app
        .db
        .act(async |tx| {
            let now = settings::of(tx, scheme).await?;
            // A page that is out of date is shown again, and sent once more.
            if now.stamp() != seen && now.stamp() != new.stamp() {
                return Ok(Kept::Meanwhile(Box::new(now)));
            }
            if once(tx, actor, posted, PAGE).await? != Once::First {
                return Ok(Kept::Done);
            }
            let changed = put(tx, scheme, Some(actor.account), &new, actor.now).await?;
            for name in changed {
                let action = format!("change the setting {name}");
                let entry = Entry {
                    action: &action,
                    object_kind: "setting",
                    ..Entry::default()
                };
                audit::record(tx, actor, entry).await?;
            }
            Ok(Kept::Done)
        })
        .await?;
    Ok(kept)
}
