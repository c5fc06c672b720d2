//! One person's way through the service, from the referral to the close, or
//! to wherever they have come by today. Every step is the action a page would
//! call, at the moment it would have happened.

use kith_access::{Ability, Account, Actor, session, settings};
use kith_base::{Id, Ts};
use kith_casework::{
    contact::{self, Answer, Purpose, Written},
    person::{Details, store::Origin},
    referral::{
        Act, Agreed, Need, Referral, Sent,
        actions::{self, Closing, Referred, Step, Terms, Who},
        store,
    },
};
use kith_db::{Db, Outcome, Tx};

use super::{
    days::{at_work, working_from, working_until},
    draw::Draw,
    people,
    scheme::{Cast, MadeScheme},
    text, words,
    written::{ENDS, NEEDS, decline, first_meeting, meeting, not_met, note, planned, sent},
};

/// What a story needs of the world.
pub struct Teller<'a> {
    /// The database.
    pub db: &'a Db,
    /// The scheme.
    pub made: &'a MadeScheme,
    /// The moment the story is told.
    pub now: Ts,
}

impl Teller<'_> {
    pub(super) async fn terms(&self) -> Outcome<Terms> {
        let settings = self
            .db
            .read(async |tx| settings::of(tx, self.made.id).await)
            .await?;
        Terms::of(self.made.id, &settings)
    }

    pub(super) async fn actor(&self, tx: &mut Tx, account: Id<Account>, at: Ts) -> Outcome<Actor> {
        session::of_account(tx, self.made.id, account, at).await
    }

    /// Tells the story of one person who was referred so many days ago.
    ///
    /// # Errors
    /// When an action refuses, or the database fails.
    pub async fn live(
        &self,
        details: Details,
        cast: &Cast,
        days_ago: i64,
        draw: &mut Draw,
    ) -> Outcome<()> {
        let terms = self.terms().await?;
        let begins = working_until(self.now.day().plus_days(-days_ago));
        let mut at = Moments {
            next: at_work(begins, draw),
            now: self.now,
        };
        let need = draw.weighed(NEEDS);
        let sent = sent(cast, need, draw)?;
        let agreed = sent.agreed != Agreed::No;
        let Some(moment) = at.take() else {
            return Ok(());
        };
        let referral = self
            .refer(&terms, cast, details, sent, moment)
            .await?
            .referral;
        // The newest wait; now and then somebody has waited too long.
        let waits = days_ago <= 2 && draw.of_hundred(70) || days_ago < 20 && draw.of_hundred(6);
        if !agreed || waits {
            return Ok(());
        }
        at.later(draw.between(0, 3), draw);
        let Some(moment) = at.take() else {
            return Ok(());
        };
        self.step(&terms, cast, referral, Act::Take(cast.worker), moment)
            .await?;
        if draw.of_hundred(8) {
            at.later(draw.between(1, 4), draw);
            let Some(moment) = at.take() else {
                return Ok(());
            };
            return self
                .step(&terms, cast, referral, decline(draw)?, moment)
                .await;
        }
        self.contacts(&terms, cast, (referral, need), &mut at, draw)
            .await
    }

    async fn contacts(
        &self,
        terms: &Terms,
        cast: &Cast,
        (referral, need): (Id<Referral>, Need),
        at: &mut Moments,
        draw: &mut Draw,
    ) -> Outcome<()> {
        at.later(draw.between(1, 9), draw);
        if draw.of_hundred(18) {
            let Some(moment) = at.take() else {
                return Ok(());
            };
            self.write(terms, cast, referral, &not_met(moment, draw)?)
                .await?;
            at.later(draw.between(2, 6), draw);
        }
        let Some(moment) = at.take() else {
            return Ok(());
        };
        let mut first = first_meeting(moment, need, draw)?;
        self.write(terms, cast, referral, &first).await?;
        while first.answer == Some(Answer::NotYet) {
            // Somebody who is not ready yet is asked again.
            at.later(draw.between(10, 25), draw);
            let Some(moment) = at.take() else {
                return Ok(());
            };
            first = first_meeting(moment, need, draw)?;
            self.write(terms, cast, referral, &first).await?;
        }
        if first.answer == Some(Answer::No) {
            return Ok(());
        }
        let mut met = 1;
        let last = draw.between(3, 11);
        while met < last {
            at.later(draw.between(10, 40), draw);
            let Some(moment) = at.take() else {
                return Ok(());
            };
            self.write(terms, cast, referral, &meeting(moment, draw)?)
                .await?;
            met += 1;
            // Somebody falls silent, and comes up again by the date.
            let lately = self.now.seconds_since(moment) < SILENT_DAYS * 24 * 3600;
            if lately && draw.of_hundred(14) {
                return Ok(());
            }
        }
        self.last_words(terms, cast, referral, at, draw).await?;
        at.later(draw.between(3, 21), draw);
        let Some(moment) = at.take() else {
            return Ok(());
        };
        self.close(terms, cast, referral, moment, draw).await
    }

    /// The last meeting, in which what was done is looked back on.
    async fn last_words(
        &self,
        terms: &Terms,
        cast: &Cast,
        referral: Id<Referral>,
        at: &mut Moments,
        draw: &mut Draw,
    ) -> Outcome<()> {
        at.later(draw.between(6, 20), draw);
        let Some(moment) = at.take() else {
            return Ok(());
        };
        let last = Written {
            note: note(moment, Purpose::Close, draw)?,
            answer: None,
            matters: None,
            actions: Vec::new(),
            next: planned(moment, Purpose::Close, draw)?,
        };
        self.write(terms, cast, referral, &last).await
    }

    pub(super) async fn refer(
        &self,
        terms: &Terms,
        cast: &Cast,
        details: Details,
        sent: Sent,
        at: Ts,
    ) -> Outcome<Referred> {
        let done = self.db.act(async |tx| {
            let by = match cast.referrer {
                Some(account) => Some(self.actor(tx, account, at).await?),
                None => None,
            };
            let mut sent = sent.clone();
            if let Some(actor) = &by {
                sent.referrer_name = text(&actor.name)?;
            }
            let who = Who::Described(Box::new(details.clone()));
            let origin = Origin {
                equity: people::equity(&details),
                ..Origin::default()
            };
            actions::refer(tx, terms, by.as_ref(), who, sent, origin, at).await
        });
        done.await
    }

    pub(super) async fn step(
        &self,
        terms: &Terms,
        cast: &Cast,
        referral: Id<Referral>,
        act: Act,
        at: Ts,
    ) -> Outcome<()> {
        self.db
            .act(async |tx| {
                let actor = self.actor(tx, cast.worker, at).await?;
                let step = Step {
                    referral,
                    version: None,
                    act: act.clone(),
                    note: None,
                };
                actions::step(tx, terms, &actor, Ability::TakeReferral, step, at).await?;
                Ok(())
            })
            .await
    }

    /// A first meeting at which the person says yes.
    pub(super) async fn meets(
        &self,
        terms: &Terms,
        cast: &Cast,
        (referral, need): (Id<Referral>, Need),
        at: Ts,
        draw: &mut Draw,
    ) -> Outcome<()> {
        let mut first = first_meeting(at, need, draw)?;
        while first.answer != Some(Answer::Yes) {
            first = first_meeting(at, need, draw)?;
        }
        self.write(terms, cast, referral, &first).await
    }

    async fn write(
        &self,
        terms: &Terms,
        cast: &Cast,
        referral: Id<Referral>,
        written: &Written,
    ) -> Outcome<()> {
        let at = written.note.at;
        self.db
            .act(async |tx| {
                let actor = self.actor(tx, cast.worker, at).await?;
                contact::actions::write(tx, terms, &actor, referral, written, at).await?;
                Ok(())
            })
            .await
    }

    async fn close(
        &self,
        terms: &Terms,
        cast: &Cast,
        referral: Id<Referral>,
        at: Ts,
        draw: &mut Draw,
    ) -> Outcome<()> {
        let reason = draw.weighed(ENDS);
        let changed = if draw.of_hundred(70) {
            Some(text(draw.line(words::CHANGED))?)
        } else {
            None
        };
        let practice_to_do = text("Nothing")?;
        let person_knows = draw.of_hundred(92);
        self.db
            .act(async |tx| {
                let actor = self.actor(tx, cast.worker, at).await?;
                let scope = actor.scope(Ability::WriteContact)?;
                let case = store::case(tx, &scope, referral)
                    .await?
                    .ok_or_else(kith_base::Refusal::not_found)?;
                let closing = Closing {
                    reason,
                    what_changed: changed,
                    practice_to_do,
                    person_knows,
                };
                actions::close(tx, terms, &actor, referral, case.version, closing, at).await?;
                Ok(())
            })
            .await
    }
}

/// The moments of a story, each after the one before, none in the future.
struct Moments {
    next: Ts,
    now: Ts,
}

impl Moments {
    fn take(&self) -> Option<Ts> {
        (self.next <= self.now).then_some(self.next)
    }

    fn later(&mut self, days: i64, draw: &mut Draw) {
        let day = working_from(self.next.day().plus_days(days));
        self.next = at_work(day, draw).max(self.next.plus_seconds(600));
    }
}

/// How long ago somebody may have fallen silent: those of longer ago have been
/// looked after since.
const SILENT_DAYS: i64 = 45;
