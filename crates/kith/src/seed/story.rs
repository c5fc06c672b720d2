//! One person's way through the service, from the referral to the close, or
//! to wherever they have come by today. Every step is the action a page would
//! call, at the moment it would have happened.

use kith_access::{Ability, Account, Actor, Organisation, session, settings};
use kith_base::{Day, Id, Ts};
use kith_casework::{
    contact::{self, Answer, Attended, Holding, Mode, Note, Purpose, Weight, Written},
    person::{Details, store::Origin},
    referral::{
        Act, Agreed, CloseReason, DeclineReason, Need, Next, Referral, Sent, Source, Told,
        actions::{self, Closing, Step, Terms, Who},
        store,
    },
};
use kith_db::{Db, Outcome, Tx};

use super::{MadeScheme, draw::Draw, people, text, words};

/// Who sends somebody, and who takes them on.
pub struct Cast {
    /// The practice they are registered with.
    pub practice: Id<Organisation>,
    /// Who refers them there; nobody when they come themselves.
    pub referrer: Option<Id<Account>>,
    /// The link worker.
    pub worker: Id<Account>,
}

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
    async fn terms(&self) -> Outcome<Terms> {
        let settings = self
            .db
            .read(async |tx| settings::of(tx, self.made.id).await)
            .await?;
        Terms::of(self.made.id, &settings)
    }

    async fn actor(&self, tx: &mut Tx, account: Id<Account>, at: Ts) -> Outcome<Actor> {
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
        let begins = self.now.day().plus_days(-days_ago);
        let mut at = Moments {
            next: self.hour(begins, draw),
            now: self.now,
        };
        let need = draw.weighed(NEEDS);
        let sent = sent(cast, need, draw)?;
        let agreed = sent.agreed != Agreed::No;
        let Some(moment) = at.take() else {
            return Ok(());
        };
        let referral = self.refer(&terms, cast, details, sent, moment).await?;
        // The newest wait; now and then somebody has waited too long.
        let waits = days_ago <= 2 && draw.of_hundred(70) || days_ago < 20 && draw.of_hundred(6);
        if !agreed || waits {
            return Ok(());
        }
        at.later(self, draw.between(0, 3), draw);
        let Some(moment) = at.take() else {
            return Ok(());
        };
        self.step(&terms, cast, referral, Act::Take(cast.worker), moment)
            .await?;
        if draw.of_hundred(8) {
            at.later(self, draw.between(1, 4), draw);
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
        at.later(self, draw.between(1, 9), draw);
        if draw.of_hundred(18) {
            let Some(moment) = at.take() else {
                return Ok(());
            };
            self.write(terms, cast, referral, &not_met(moment, draw)?)
                .await?;
            at.later(self, draw.between(2, 6), draw);
        }
        let Some(moment) = at.take() else {
            return Ok(());
        };
        let first = first_meeting(moment, need, draw)?;
        let yes = first.answer == Some(Answer::Yes);
        self.write(terms, cast, referral, &first).await?;
        if !yes {
            return Ok(());
        }
        let mut met = 1;
        let last = draw.between(3, 11);
        while met < last {
            at.later(self, draw.between(6, 30), draw);
            let Some(moment) = at.take() else {
                return Ok(());
            };
            self.write(terms, cast, referral, &meeting(moment, draw)?)
                .await?;
            met += 1;
            // Somebody falls silent, and comes up again by the date.
            if draw.of_hundred(2) {
                return Ok(());
            }
        }
        at.later(self, draw.between(3, 21), draw);
        let Some(moment) = at.take() else {
            return Ok(());
        };
        self.close(terms, cast, referral, moment, draw).await
    }

    async fn refer(
        &self,
        terms: &Terms,
        cast: &Cast,
        details: Details,
        sent: Sent,
        at: Ts,
    ) -> Outcome<Id<Referral>> {
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
        Ok(done.await?.referral)
    }

    async fn step(
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

    /// A moment of a day at which people are at work.
    fn hour(&self, day: Day, draw: &mut Draw) -> Ts {
        day.start()
            .plus_seconds(9 * 3600 + draw.between(0, 7 * 3600))
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

    fn later(&mut self, teller: &Teller<'_>, days: i64, draw: &mut Draw) {
        let day = self.next.day().plus_days(days);
        self.next = teller.hour(day, draw).max(self.next.plus_seconds(600));
    }
}

const NEEDS: &[(Need, i64)] = &[
    (Need::Loneliness, 26),
    (Need::Money, 16),
    (Need::Housing, 10),
    (Need::Mood, 18),
    (Need::Caring, 8),
    (Need::Activity, 7),
    (Need::Grief, 8),
    (Need::Work, 4),
    (Need::Abuse, 1),
    (Need::Other, 2),
];

const ENDS: &[(CloseReason, i64)] = &[
    (CloseReason::Reached, 38),
    (CloseReason::Connected, 30),
    (CloseReason::PersonStopped, 14),
    (CloseReason::LostTouch, 10),
    (CloseReason::Moved, 4),
    (CloseReason::OtherService, 3),
    (CloseReason::Died, 1),
];

fn sent(cast: &Cast, need: Need, draw: &mut Draw) -> Outcome<Sent> {
    let itself = cast.referrer.is_none();
    let told = if itself {
        Told::SelfReferred
    } else {
        draw.weighed(&[
            (Told::Talked, 55),
            (Told::Leaflet, 15),
            (Told::Mentioned, 22),
            (Told::Nothing, 8),
        ])
    };
    let agreed = if itself {
        Agreed::Yes
    } else {
        draw.weighed(&[
            (Agreed::Yes, 60),
            (Agreed::YesTextSafe, 35),
            (Agreed::No, 5),
        ])
    };
    Ok(Sent {
        source: if itself {
            Source::Itself
        } else {
            Source::Practice
        },
        practice: Some(cast.practice),
        referrer: cast.referrer,
        referrer_name: text(if itself {
            "The person themself"
        } else {
            "The practice"
        })?,
        needs: vec![need],
        why: if draw.of_hundred(60) {
            Some(text(words::why(need))?)
        } else {
            None
        },
        told: vec![told],
        agreed,
    })
}

fn decline(draw: &mut Draw) -> Outcome<Act> {
    let reason = draw.weighed(&[
        (DeclineReason::NotReached, 5),
        (DeclineReason::PersonSaidNo, 4),
        (DeclineReason::NotSuitable, 3),
        (DeclineReason::NeedsClinical, 2),
        (DeclineReason::OutOfArea, 1),
    ]);
    Ok(Act::Decline {
        reason,
        next: text("They may be referred again when they wish")?,
        person_knows: draw.of_hundred(80),
    })
}

fn note(at: Ts, purpose: Purpose, draw: &mut Draw) -> Outcome<Note> {
    let mode = draw.weighed(&[
        (Mode::Phone, 45),
        (Mode::FaceToFace, 30),
        (Mode::Home, 12),
        (Mode::Together, 7),
        (Mode::Video, 3),
        (Mode::Text, 3),
    ]);
    Ok(Note {
        at,
        mode,
        minutes: u16::try_from(draw.between(2, 12) * 5).unwrap_or(30),
        purpose,
        holding: None,
        weight: if draw.of_hundred(40) {
            Some(draw.weighed(&[
                (Weight::One, 3),
                (Weight::Two, 4),
                (Weight::Three, 3),
                (Weight::Four, 2),
                (Weight::Five, 1),
            ]))
        } else {
            None
        },
        attended: Attended::Yes,
        why_not: None,
        note: Some(text(draw.line(words::TALKED))?),
        connected_to: None,
        practice_line: None,
        shared: draw.of_hundred(50),
        restricted: draw.of_hundred(2),
    })
}

fn planned(at: Ts, step: &str, draw: &mut Draw) -> Outcome<Option<Next>> {
    let on = at.day().plus_days(draw.between(5, 28));
    Ok(if draw.of_hundred(72) {
        Some(Next::Planned {
            step: text(step)?,
            on,
        })
    } else {
        None
    })
}

fn first_meeting(at: Ts, need: Need, draw: &mut Draw) -> Outcome<Written> {
    let answer = draw.weighed(&[(Answer::Yes, 86), (Answer::NotYet, 9), (Answer::No, 5)]);
    let yes = answer == Answer::Yes;
    Ok(Written {
        note: note(at, Purpose::Assess, draw)?,
        answer: Some(answer),
        matters: if yes {
            Some(text(words::matters(need))?)
        } else {
            None
        },
        actions: Vec::new(),
        next: if yes {
            planned(at, "Meet and make a plan", draw)?
        } else {
            None
        },
    })
}

fn not_met(at: Ts, draw: &mut Draw) -> Outcome<Written> {
    let attended = draw.weighed(&[
        (Attended::NoAnswer, 6),
        (Attended::DidNotAttend, 3),
        (Attended::Cancelled, 1),
    ]);
    let note = Note {
        attended,
        why_not: Some(text(draw.line(words::NOT_MET))?),
        note: None,
        ..note(at, Purpose::Assess, draw)?
    };
    Ok(Written {
        note,
        answer: None,
        matters: None,
        actions: Vec::new(),
        next: None,
    })
}

fn meeting(at: Ts, draw: &mut Draw) -> Outcome<Written> {
    let purpose = draw.weighed(&[
        (Purpose::Holding, 28),
        (Purpose::Plan, 22),
        (Purpose::Connect, 22),
        (Purpose::FollowUp, 28),
    ]);
    let mut note = note(at, purpose, draw)?;
    if purpose == Purpose::Holding {
        note.holding = Some(draw.weighed(&[
            (Holding::Waiting, 4),
            (Holding::Preparing, 3),
            (Holding::EasingLoad, 1),
            (Holding::Witness, 3),
        ]));
    }
    if purpose == Purpose::Connect {
        note.connected_to = Some(text(draw.line(words::SERVICES))?);
    }
    Ok(Written {
        note,
        answer: None,
        matters: None,
        actions: Vec::new(),
        next: planned(at, "Ring and see how it is going", draw)?,
    })
}
