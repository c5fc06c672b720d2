//! What happens to made-up people, a line each: Rita refers Mary, Kay takes
//! her on, meets her, closes. It goes through the actions every page calls; a
//! journey that is about a page does that part on the page.

use kith_access::{Ability, Role, SchemeSettings};
use kith_base::{Id, NhsNumber};
use kith_casework::{
    contact::{self, Answer, Attended, Mode, Note, Purpose, Written},
    paths,
    person::{Details, Person, Place, store::Origin},
    referral::{
        Act, Agreed, CloseReason, Need, Referral, Sent, Source, Told,
        actions::{Closing, Step, Terms, Who, close, refer, step},
        store,
    },
    task::{self, NewTask},
};
use kith_db::{Outcome, Tx, on, run};

use crate::{Browser, Staff, World, world::text};

/// Somebody who was referred, by id.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Somebody {
    /// The person.
    pub person: Id<Person>,
    /// Their referral.
    pub referral: Id<Referral>,
}

/// Mary Thistle, with all that a practice knows of her.
#[must_use]
pub fn mary() -> Details {
    Details {
        born: "1951-05-03".parse().ok(),
        nhs_number: NhsNumber::with_check_digit(999_000_001),
        place: Place {
            address: "1 Harbour Street".parse().ok(),
            postcode: "LS1 4AP".parse().ok(),
            phone: "01632960982".parse().ok(),
            ..Place::default()
        },
        ..named("Mary", "Thistle")
    }
}

/// Omar Khan, somebody else, whose address nobody knows.
#[must_use]
pub fn omar() -> Details {
    Details {
        born: "1980-01-09".parse().ok(),
        nhs_number: NhsNumber::with_check_digit(999_000_002),
        ..named("Omar", "Khan")
    }
}

/// Somebody of whom nothing but the name is known.
#[must_use]
pub fn named(given: &str, family: &str) -> Details {
    Details {
        given: text(given),
        family: text(family),
        known_as: None,
        born: None,
        nhs_number: None,
        practice: None,
        place: Place::default(),
    }
}

impl World {
    /// The scheme's terms, with the settings a scheme begins with.
    #[must_use]
    pub fn terms(&self) -> Terms {
        Terms::of(self.scheme, &SchemeSettings::default()).expect("the shipped code map")
    }

    /// Somebody refers a person of their practice, who agreed.
    pub async fn refers(&self, by: Staff, details: &Details) -> Somebody {
        self.refers_for(by, details, "Lost her husband in the spring")
            .await
    }

    /// The same, and why.
    pub async fn refers_for(&self, by: Staff, details: &Details, why: &str) -> Somebody {
        let actor = self.actor(by).await;
        let sent = Sent {
            source: Source::Practice,
            practice: actor.practice,
            referrer: Some(actor.account),
            referrer_name: text(by.name),
            needs: vec![Need::Loneliness],
            why: Some(text(why)),
            told: vec![Told::Talked],
            agreed: Agreed::Yes,
        };
        let details = Details {
            practice: actor.practice,
            ..details.clone()
        };
        let (terms, now) = (self.terms(), self.now());
        let sends = async |tx: &mut Tx| {
            let who = Who::Described(Box::new(details.clone()));
            let none = Origin::default();
            refer(tx, &terms, Some(&actor), who, sent.clone(), none, now).await
        };
        let referred = self.db.act(sends).await.expect("the referral is sent");
        Somebody {
            person: referred.person,
            referral: referred.referral,
        }
    }

    /// Rita refers somebody, and a link worker takes them on.
    pub async fn takes_on(&self, by: Staff, details: &Details) -> Somebody {
        let somebody = self.refers(self.rita, details).await;
        self.does(by, somebody.referral, Act::Take(by.id)).await;
        somebody
    }

    /// Somebody does something with a referral.
    pub async fn does(&self, who: Staff, referral: Id<Referral>, act: Act) {
        let actor = self.actor(who).await;
        let needs = match act {
            Act::Take(_) => Ability::TakeReferral,
            Act::Decline { .. } if actor.role == Role::LinkWorker => Ability::TakeReferral,
            Act::Assign(_) | Act::Decline { .. } => Ability::AssignReferral,
            _ => Ability::WriteContact,
        };
        let (terms, now) = (self.terms(), self.now());
        let goes = async |tx: &mut Tx| {
            let go = Step {
                referral,
                version: None,
                act: act.clone(),
                note: None,
            };
            step(tx, &terms, &actor, needs, go, now).await
        };
        self.db.act(goes).await.expect("the act is allowed");
    }

    /// A link worker meets somebody face to face for three quarters of an
    /// hour and notes it.
    pub async fn meets(
        &self,
        who: Staff,
        referral: Id<Referral>,
        purpose: Purpose,
        connected_to: Option<&str>,
        answer: Option<Answer>,
    ) {
        let written = Written {
            note: Note {
                at: self.now(),
                mode: Mode::FaceToFace,
                minutes: 45,
                purpose,
                holding: None,
                weight: None,
                attended: Attended::Yes,
                why_not: None,
                note: Some(text("We talked")),
                connected_to: connected_to.map(text),
                practice_line: None,
                shared: true,
                restricted: false,
            },
            answer,
            matters: None,
            actions: Vec::new(),
            next: None,
        };
        let actor = self.actor(who).await;
        let (terms, now) = (self.terms(), self.now());
        let notes = async |tx: &mut Tx| {
            contact::actions::write(tx, &terms, &actor, referral, &written, now).await
        };
        self.db.act(notes).await.expect("the contact is kept");
    }

    /// A link worker closes a referral that reached its aim.
    pub async fn closes(&self, who: Staff, referral: Id<Referral>) {
        let actor = self.actor(who).await;
        let (terms, now) = (self.terms(), self.now());
        let scope = actor.scope(Ability::WriteContact).expect("a link worker");
        let ends = async |tx: &mut Tx| {
            let case = store::case(tx, &scope, referral).await?.expect("the case");
            let closing = Closing {
                reason: CloseReason::Connected,
                what_changed: Some(text("I go out on Tuesdays now")),
                practice_to_do: text("Nothing"),
                person_knows: true,
            };
            close(tx, &terms, &actor, referral, case.version, closing, now).await
        };
        self.db.act(ends).await.expect("the referral is closed");
    }

    /// The scheme has so many people more, of whom nothing else is known.
    pub async fn has_people(&self, many: i64) {
        const PERSON: &str = "insert into person
            (scheme_id, id, given, family, text_is_safe, voicemail_is_safe, location_sensitive,
             restricted, version, made_at, changed_at)
            values ($1, $2, 'Made', 'Up', $3, $3, $3, $3, 1, $4, $4)";
        let now = self.now();
        let made = async |tx: &mut Tx| -> Outcome<()> {
            for _ in 0..many {
                run!(
                    tx,
                    sqlx::query(PERSON)
                        .bind(self.scheme)
                        .bind(Id::<Person>::new(now))
                        .bind(false)
                        .bind(now)
                )?;
            }
            Ok(())
        };
        self.db.act(made).await.expect("people");
    }

    /// There is a task about nobody, on somebody's list or in the manager's
    /// queue.
    pub async fn has_a_task(&self, owner: Option<Staff>, what: &str) {
        let new = NewTask {
            person: None,
            referral: None,
            contact: None,
            kind: task::Kind::MessageFailed,
            what: what.to_owned(),
            who: task::Who::Worker,
            owner: owner.map(|who| who.id),
            due: self.now().day(),
        };
        let (scheme, now) = (self.scheme, self.now());
        let makes =
            async |tx: &mut Tx| Outcome::Ok(task::store::insert(tx, scheme, &new, now).await?);
        self.db.act(makes).await.expect("a task");
    }

    /// The number a question about the scheme (`$1`) gives.
    pub async fn count(&self, sql: &'static str) -> i64 {
        let asks = async |tx: &mut Tx| -> Outcome<i64> {
            Ok(on!(tx, c => sqlx::query_scalar(sql).bind(self.scheme).fetch_one(c))?)
        };
        self.db.read(asks).await.expect("a number")
    }

    /// The number a question about the scheme (`$1`) and a person (`$2`) gives.
    pub async fn count_about(&self, person: Id<Person>, sql: &'static str) -> i64 {
        let asks = async |tx: &mut Tx| -> Outcome<i64> {
            Ok(on!(tx, c => sqlx::query_scalar(sql)
                .bind(self.scheme).bind(person).fetch_one(c))?)
        };
        self.db.read(asks).await.expect("a number")
    }

    /// Sets a mark (`$3`) of a person (`$2`) of the scheme (`$1`) behind the
    /// pages' back.
    pub async fn marks(&self, person: Id<Person>, sql: &'static str) {
        let sets = async |tx: &mut Tx| -> Outcome<u64> {
            Ok(run!(
                tx,
                sqlx::query(sql).bind(self.scheme).bind(person).bind(true)
            )?)
        };
        assert_eq!(self.db.act(sets).await.expect("a change"), 1);
    }
}

impl Browser {
    /// Refers somebody on the page, with what it cannot do without; they
    /// agreed. Gives the referral, and stays on the page that names it.
    pub async fn refers(&mut self, details: &Details) -> Id<Referral> {
        self.opens(paths::refer()).await;
        if let Some(number) = &details.nhs_number {
            self.fills("NHS number", &number.spaced());
        }
        let born = details.born.map(|born| born.to_string());
        self.describes(&details.given, &details.family, &born.unwrap_or_default())
            .says_why("Yes");
        self.presses("Send referral").await.is_on("Referral sent");
        self.named_id()
    }

    /// Fills in who it is; the birth date like `1951-05-03`, or empty.
    pub fn describes(&mut self, given: &str, family: &str, born: &str) -> &mut Self {
        self.fills("First name", given).fills("Last name", family);
        if !born.is_empty() {
            self.fills_date("Date of birth", born);
        }
        self
    }

    /// Fills in what every referral says, and whether the person agreed.
    pub fn says_why(&mut self, agreed: &str) -> &mut Self {
        self.chooses_in("What is it mainly about?", "Loneliness")
            .chooses("We talked about what a link worker does")
            .chooses_in("Has the person agreed to be referred?", agreed)
    }

    /// Fills in what every note needs, for half an hour by telephone.
    pub fn talks(&mut self, purpose: &str) -> &mut Self {
        self.chooses_in("How did you meet?", "Telephone")
            .fills("How long", "30")
            .chooses_in("What was it for?", purpose)
    }

    /// Notes on the page that somebody was met and said yes.
    pub async fn meets(&mut self, somebody: Somebody, note: &str) -> &mut Self {
        self.opens(paths::new_contact(somebody.person)).await;
        self.talks("Find out what matters")
            .chooses_in("Does the person want to work with you?", "Yes")
            .fills("Note", note);
        self.presses("Save note").await.sees("Contact saved")
    }
}
