//! Whatever happens in whatever order, nobody is lost: hundreds of events as
//! they come (people referred, asked for by an agency, brought in from a file
//! that is undone, taken on, given away, met, closed, reopened,
//! restricted, merged and parted; colleagues away, leaving, and doing other
//! work), and after each of them the database is asked whom it has lost.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use kith_access::{Ability, Account};
use kith_base::{Day, Id, Line};
use kith_casework::{
    ImportBatch,
    import::{actions, bring_in, undo},
    merge,
    person::{Details, Person, store::Origin},
    referral::{
        self, Act, Agreed, CloseReason, DeclineReason, Need, Next, Source, Told,
        actions::{Reopening, Step, Who, refer},
        withdraw::{Heard, Said, withdraw},
    },
    sensitive::{self, Switch},
    team,
};
use kith_db::{Failure, Outcome, Tx, on, run};
use kith_testkit::{Somebody, Staff, World, named};

use crate::program;

/// What must not be, each with its question.
const NEVER: &[(&str, &str)] = &[
    (
        "somebody unfinished is without a date",
        "select count(*) from referral where scheme_id = $1 and next_on is null
            and state in ('waiting', 'taken', 'open', 'needs_worker')",
    ),
    (
        "somebody's link worker is not there, or is no link worker",
        "select count(*) from referral r where r.scheme_id = $1 and r.state in ('taken', 'open')
            and not exists (select 1 from account a where a.scheme_id = $1 and a.id = r.owner_id
                and a.state = 'active' and a.role = 'link_worker')",
    ),
    (
        "somebody in a queue is on a list too",
        "select count(*) from referral where scheme_id = $1 and owner_id is not null
            and state in ('waiting', 'needs_worker')",
    ),
    (
        "a practice has not heard of an end",
        "select count(*) from referral r where r.scheme_id = $1 and r.state in ('declined', 'closed')
            and not exists (select 1 from practice_message m where m.scheme_id = $1
                and m.referral_id = r.id and m.stage = r.state and m.made_at = r.ended_at)",
    ),
    (
        "nobody has the task to tell somebody of the end",
        "select count(*) from referral r where r.scheme_id = $1 and r.state in ('declined', 'closed')
            and not exists (select 1 from task t where t.scheme_id = $1 and t.referral_id = r.id
                and t.kind = 'tell_person' and t.made_at = r.ended_at)",
    ),
    (
        "nobody has the task to tell an agency of the end",
        "select count(*) from referral r where r.scheme_id = $1 and r.state in ('declined', 'closed')
            and r.source = 'other' and not exists (select 1 from task t where t.scheme_id = $1
                and t.referral_id = r.id and t.kind = 'tell_agency' and t.made_at = r.ended_at)",
    ),
    (
        "an open task is on the list of somebody who is not there",
        "select count(*) from task t where t.scheme_id = $1 and t.done_at is null
            and t.owner_id is not null and not exists (select 1 from account a
                where a.scheme_id = $1 and a.id = t.owner_id and a.state = 'active'
                  and a.role in ('link_worker', 'manager'))",
    ),
    (
        "a link worker cannot open the restricted record of somebody of theirs",
        "select count(*) from referral r join person p on p.scheme_id = $1 and p.id = r.person_id
          where r.scheme_id = $1 and p.restricted and r.state in ('taken', 'open')
            and not exists (select 1 from person_named n where n.scheme_id = $1
                and n.person_id = p.id and n.account_id = r.owner_id)",
    ),
    (
        "nobody who could act can open a restricted record",
        "select count(*) from person p where p.scheme_id = $1 and p.restricted
            and p.merged_into is null and not exists (select 1 from person_named n
              join account a on a.scheme_id = $1 and a.id = n.account_id
             where n.scheme_id = $1 and n.person_id = p.id and a.state = 'active'
               and a.role in ('link_worker', 'manager'))",
    ),
    (
        "somebody has two unfinished referrals",
        "select count(*) from (select r.person_id from referral r where r.scheme_id = $1
            and r.state in ('waiting', 'taken', 'open', 'needs_worker')
            group by r.person_id having count(*) > 1) twice",
    ),
    (
        "the history ends elsewhere than the referral stands",
        "select count(*) from referral r where r.scheme_id = $1 and not exists
            (select 1 from referral_move m where m.scheme_id = $1 and m.referral_id = r.id
                and m.to_state = r.state and not exists (select 1 from referral_move n
                    where n.scheme_id = $1 and n.referral_id = r.id and n.at > m.at))",
    ),
];

/// Absences, from a day (`$2`) on, of or with somebody who is not there.
const UNCOVERED: &str = "select count(*) from cover v where v.scheme_id = $1
    and v.ended_at is null and v.until_on >= $2
    and exists (select 1 from account a where a.scheme_id = $1 and a.id in (v.away_id, v.cover_id)
        and (a.state <> 'active' or a.role <> 'link_worker'))";

/// Chance that is the same each time (splitmix64).
struct Chance(u64);

impl Chance {
    fn of(&mut self, many: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(many).unwrap()).unwrap()
    }

    fn one<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.of(all.len())]
    }
}

/// A service in which things happen.
struct Service<'a> {
    world: &'a World,
    chance: Chance,
    known: Vec<Somebody>,
    merges: Vec<Id<merge::Merge>>,
    files: Vec<Id<ImportBatch>>,
    /// What happened, for whoever reads a failure.
    story: Vec<String>,
}

fn line(text: &str) -> Line {
    text.parse().unwrap()
}

/// A refusal is an answer; anything else is a fault.
fn went<T>(what: Outcome<T>) -> Option<T> {
    match what {
        Ok(done) => Some(done),
        Err(Failure::Refused(_)) => None,
        Err(fault) => panic!("{fault:?}"),
    }
}

impl Service<'_> {
    async fn something_happens(&mut self) {
        let hours = self.chance.of(30);
        self.world.passes_hours(i64::try_from(hours).unwrap());
        let what = match self.chance.of(24) {
            0..4 => self.refers().await,
            20 => self.agency_asks().await,
            21 => self.brings_a_file_in().await,
            22 => self.undoes_a_file().await,
            23 => self.no_longer_agrees().await,
            4..12 => self.moves().await,
            12..14 => self.reopens().await,
            14 => self.covers().await,
            15 => self.leaves().await,
            16 => self.changes_role().await,
            17 => self.turns().await,
            18 => self.merges_two().await,
            _ => self.parts_two().await,
        };
        self.story.push(what);
    }

    fn worker(&mut self) -> Staff {
        let world = self.world;
        self.chance.one(&[world.kay, world.sam, world.lena])
    }

    fn somebody(&mut self) -> Option<Somebody> {
        (!self.known.is_empty()).then(|| {
            let at = self.chance.of(self.known.len());
            self.known[at]
        })
    }

    /// The next family name; no two are alike.
    fn family(&self) -> (usize, String) {
        let nth = self.known.len();
        let letter = |n: usize| char::from(b'a' + u8::try_from(n % 26).unwrap());
        (nth, format!("Q{}{}x", letter(nth), letter(nth / 26)))
    }

    async fn refers(&mut self) -> String {
        let (nth, family) = self.family();
        let by = self.chance.one(&[self.world.rita, self.world.harry]);
        let details: Details = named("Pat", &family);
        let somebody = self.world.refers(by, &details).await;
        self.known.push(somebody);
        format!("{} refers {nth}", by.name)
    }

    /// A link worker writes down what another agency asked for.
    async fn agency_asks(&mut self) -> String {
        let (nth, family) = self.family();
        let by = self.worker();
        let Some(actor) = self.there(by).await else {
            return format!("{} is not there", by.name);
        };
        let (terms, now) = (self.world.terms(), self.world.now());
        let sent = referral::Sent {
            source: Source::Other,
            practice: None,
            referrer: Some(actor.account),
            referrer_name: "Harbour housing office".parse().unwrap(),
            needs: vec![Need::Housing],
            why: None,
            told: vec![Told::Talked],
            agreed: Agreed::Yes,
        };
        let sends = async |tx: &mut Tx| {
            let who = Who::Described(Box::new(named("Pat", &family)));
            let none = Origin::default();
            refer(tx, &terms, Some(&actor), who, sent.clone(), none, now).await
        };
        // Whoever has another role for a while may not.
        let Some(referred) = went(self.world.db.act(sends).await) else {
            return format!("an agency asks {}: false", by.name);
        };
        self.known.push(Somebody {
            person: referred.person,
            referral: referred.referral,
        });
        format!("an agency asks for {nth}")
    }

    /// The manager brings a list of one in.
    async fn brings_a_file_in(&mut self) -> String {
        let (nth, family) = self.family();
        let (db, terms) = (&self.world.db, self.world.terms());
        let mo = self.world.actor(self.world.mo).await;
        let text = format!("Forename,Surname,Practice,Notes,Consent\nPat,{family},Y00001,,Yes\n");
        let staged = actions::stage(db, &mo, None, "list.csv", text.as_bytes());
        let id = staged.await.unwrap();
        let asks = async |tx: &mut Tx| actions::batch(tx, &mo, id).await;
        let plan = db.read(asks).await.unwrap().plan;
        actions::set_plan(db, &mo, id, &plan).await.unwrap();
        actions::check(db, &mo, id, None).await.unwrap();
        actions::confirm(db, &mo, id).await.unwrap();
        let goes = bring_in::carry_on(db, &terms, &mo, id, None);
        assert!(goes.await.unwrap().finished);
        let asks = async |tx: &mut Tx| -> Outcome<_> {
            let sql = "select person_id, id from referral where scheme_id = $1 and import_id = $2";
            Ok(on!(tx, c => sqlx::query_as(sql)
                .bind(mo.scheme).bind(id).fetch_one(c))?)
        };
        let (person, referral) = db.read(asks).await.unwrap();
        self.known.push(Somebody { person, referral });
        self.files.push(id);
        format!("a file with {nth} is brought in")
    }

    async fn undoes_a_file(&mut self) -> String {
        let Some(last) = self.files.pop() else {
            return "no file to undo".into();
        };
        let mo = self.world.actor(self.world.mo).await;
        let undone = undo::undo(&self.world.db, &self.world.terms(), &mo, last, None).await;
        format!("a file is undone: {}", went(undone).is_some())
    }

    fn act(&mut self) -> (Act, Ability) {
        let planned = |chance: &mut Chance, today: Day| Next::Planned {
            step: line("Ring"),
            on: today.plus_days(i64::try_from(chance.of(9)).unwrap() - 2),
            meeting: None,
        };
        let today = self.world.now().day();
        let worker = self.worker();
        match self.chance.of(8) {
            0 | 1 => (Act::Take(worker.id), Ability::TakeReferral),
            2 => (Act::Assign(worker.id), Ability::AssignReferral),
            3 => (Act::Agree(None), Ability::WriteContact),
            4 => (
                Act::Plan(planned(&mut self.chance, today)),
                Ability::WriteContact,
            ),
            5 => (
                Act::Decline {
                    reason: DeclineReason::NotReached,
                    next: line("Ring us"),
                    person_knows: false,
                },
                Ability::TakeReferral,
            ),
            6 => (
                Act::Close {
                    reason: CloseReason::LostTouch,
                    next: line("Nothing"),
                    person_knows: false,
                },
                Ability::WriteContact,
            ),
            _ => (Act::Send, Ability::AssignReferral),
        }
    }

    async fn moves(&mut self) -> String {
        let Some(who) = self.somebody() else {
            return "nobody is known".into();
        };
        let (act, needs) = self.act();
        let worker = self.worker();
        let by = self.chance.one(&[worker, self.world.mo]);
        let says = format!("{} does {act:?}", by.name);
        let Some(actor) = self.there(by).await else {
            return format!("{} is not there", by.name);
        };
        let (terms, now) = (self.world.terms(), self.world.now());
        // Whoever takes somebody on does so for themself.
        let act = match act {
            Act::Take(_) if actor.role == kith_access::Role::LinkWorker => Act::Take(actor.account),
            Act::Take(other) => Act::Assign(other),
            act => act,
        };
        let goes = async |tx: &mut Tx| {
            let step = Step {
                referral: who.referral,
                version: None,
                act: act.clone(),
                note: None,
            };
            // Nobody is given to somebody who is not there: the form offers
            // those who are.
            if let Act::Assign(to) = &act {
                let workers = kith_access::account::link_workers(tx, terms.scheme).await?;
                if !workers.iter().any(|worker| worker.id == *to) {
                    return Err(kith_base::Refusal::not_found().into());
                }
            }
            referral::actions::step(tx, &terms, &actor, needs, step, now).await
        };
        let done = went(self.world.db.act(goes).await).is_some();
        format!("{says}: {done}")
    }

    /// Somebody as actions know them, when they are there.
    async fn there(&self, who: Staff) -> Option<kith_access::Actor> {
        let active =
            "select count(*) from account where scheme_id = $1 and id = $2 and state = 'active'";
        let asks = async |tx: &mut Tx| -> Outcome<i64> {
            Ok(on!(tx, c => sqlx::query_scalar(active)
                .bind(self.world.scheme).bind(who.id).fetch_one(c))?)
        };
        if self.world.db.read(asks).await.unwrap() == 0 {
            return None;
        }
        Some(self.world.actor(who).await)
    }

    async fn reopens(&mut self) -> String {
        let (Some(who), worker) = (self.somebody(), self.worker()) else {
            return "nobody is known".into();
        };
        let mo = self.world.actor(self.world.mo).await;
        let (terms, now) = (self.world.terms(), self.world.now());
        let goes = async |tx: &mut Tx| {
            let scope = mo.scope(Ability::AssignReferral)?;
            let case = referral::store::case(tx, &scope, who.referral)
                .await?
                .ok_or_else(kith_base::Refusal::not_found)?;
            let reopening = Reopening {
                referral: who.referral,
                version: case.version,
                why: line("She rang"),
                owner: worker.id,
            };
            referral::actions::reopen(tx, &terms, &mo, reopening, now).await
        };
        let done = went(self.world.db.act(goes).await).is_some();
        format!("Mo reopens for {}: {done}", worker.name)
    }

    /// Somebody who speaks for a person tells a link worker or the practice.
    async fn no_longer_agrees(&mut self) -> String {
        let (Some(who), worker) = (self.somebody(), self.worker()) else {
            return "nobody is known".into();
        };
        let by = self.chance.one(&[worker, self.world.rita]);
        let Some(actor) = self.there(by).await else {
            return format!("{} is not there", by.name);
        };
        let (terms, now) = (self.world.terms(), self.world.now());
        let goes = async |tx: &mut Tx| {
            let case = referral::store::for_own_move(tx, terms.scheme, who.referral).await?;
            let said = Said {
                version: case.map_or(0, |case| case.version),
                heard: Heard::ForThem,
                said_on: now.day(),
                words: None,
            };
            withdraw(tx, &terms, &actor, who.referral, &said).await
        };
        let done = went(self.world.db.act(goes).await).is_some();
        format!("{} hears that somebody no longer agrees: {done}", by.name)
    }

    async fn covers(&mut self) -> String {
        let (away, cover) = (self.worker(), self.worker());
        let today = self.world.now().day();
        let new = team::form::Cover {
            away: away.id,
            cover: cover.id,
            from: today,
            until: today.plus_days(9),
        };
        let mo = self.world.actor(self.world.mo).await;
        let says = async |tx: &mut Tx| team::actions::cover(tx, &mo, &new).await;
        let done = went(self.world.db.act(says).await).is_some();
        format!("{} stands in for {}: {done}", cover.name, away.name)
    }

    async fn account_page(&self, of: Staff) -> kith_testkit::Browser {
        let mut ada = self.world.signed_in(self.world.ada).await;
        ada.opens(format!("/admin/accounts/{}", of.id))
            .await
            .is_answered(200);
        ada
    }

    /// As somebody else of the same name would begin.
    async fn comes_again(&self, who: Id<Account>) {
        let again = "update account set state = 'active', role = 'link_worker', left_on = null
            where scheme_id = $1 and id = $2";
        let begins = async |tx: &mut Tx| -> Outcome<u64> {
            Ok(run!(
                tx,
                sqlx::query(again).bind(self.world.scheme).bind(who)
            )?)
        };
        assert_eq!(self.world.db.act(begins).await.unwrap(), 1);
    }

    async fn leaves(&mut self) -> String {
        let who = self.chance.one(&[self.world.kay, self.world.sam]);
        let mut ada = self.account_page(who).await;
        ada.follows("Mark as left").await;
        ada.presses("Yes, mark as left").await.is_answered(200);
        self.holds_its_promise().await;
        self.comes_again(who.id).await;
        format!("{} leaves", who.name)
    }

    async fn changes_role(&mut self) -> String {
        let who = self.chance.one(&[self.world.kay, self.world.sam]);
        let role = self.chance.one(&["Manager", "Information guardian"]);
        let mut ada = self.account_page(who).await;
        ada.chooses(role).presses("Save").await.is_answered(200);
        self.holds_its_promise().await;
        let mut ada = self.account_page(who).await;
        ada.chooses("Link worker")
            .presses("Save")
            .await
            .is_answered(200);
        format!("{} is {role} for a while", who.name)
    }

    async fn person(&self, who: Id<Person>) -> (i64, bool) {
        let asks = async |tx: &mut Tx| -> Outcome<(i64, bool)> {
            Ok(on!(tx, c => sqlx::query_as(
                "select version, restricted from person where scheme_id = $1 and id = $2")
                .bind(self.world.scheme).bind(who).fetch_one(c))?)
        };
        self.world.db.read(asks).await.unwrap()
    }

    async fn turns(&mut self) -> String {
        let Some(who) = self.somebody() else {
            return "nobody is known".into();
        };
        let worker = self.worker();
        let by = self.chance.one(&[worker, self.world.mo]);
        let Some(actor) = self.there(by).await else {
            return format!("{} is not there", by.name);
        };
        let (version, restricted) = self.person(who.person).await;
        let turn = (Switch::Restricted, !restricted);
        let why = line("They asked");
        let turns = async |tx: &mut Tx| {
            sensitive::actions::turn(tx, &actor, who.person, version, turn, &why).await
        };
        let done = went(self.world.db.act(turns).await).is_some();
        format!("{} restricts, or lifts it: {done}", by.name)
    }

    async fn merges_two(&mut self) -> String {
        let (Some(one), Some(other)) = (self.somebody(), self.somebody()) else {
            return "nobody is known".into();
        };
        let versions = (
            self.person(one.person).await.0,
            self.person(other.person).await.0,
        );
        let mo = self.world.actor(self.world.mo).await;
        let pair = (one.person, other.person);
        let merges = async |tx: &mut Tx| merge::actions::merge(tx, &mo, pair, versions).await;
        let merged = went(self.world.db.act(merges).await);
        self.merges.extend(merged);
        format!("two records are merged: {}", merged.is_some())
    }

    async fn parts_two(&mut self) -> String {
        let Some(last) = self.merges.pop() else {
            return "nothing to take back".into();
        };
        let mo = self.world.actor(self.world.mo).await;
        let parts = async |tx: &mut Tx| merge::actions::undo(tx, &mo, last).await;
        let done = went(self.world.db.act(parts).await).is_some();
        format!("a merge is taken back: {done}")
    }

    async fn holds_its_promise(&self) {
        let asks = async |tx: &mut Tx| -> Outcome<i64> {
            Ok(on!(tx, c => sqlx::query_scalar(UNCOVERED)
                .bind(self.world.scheme).bind(self.world.now().day()).fetch_one(c))?)
        };
        let uncovered = self.world.db.read(asks).await.unwrap();
        assert_eq!(uncovered, 0, "an absence is covered by nobody who is there");
        for (what, sql) in NEVER {
            let lost = self.world.count(sql).await;
            let late: Vec<&String> = self.story.iter().rev().take(12).collect();
            assert_eq!(
                lost,
                0,
                "{}: {what}; before: {late:#?}",
                self.world.db.engine()
            );
        }
    }
}

#[tokio::test]
async fn in_any_order_of_events_nobody_is_lost() {
    for world in World::small(program).await {
        let mut refused = 0;
        let mut service = Service {
            world: &world,
            chance: Chance(2026),
            known: Vec::new(),
            merges: Vec::new(),
            files: Vec::new(),
            story: Vec::new(),
        };
        for _ in 0..EVENTS {
            service.something_happens().await;
            service.holds_its_promise().await;
            refused += usize::from(service.story.last().unwrap().ends_with("false"));
        }
        // A story in which nothing is allowed would prove nothing.
        assert!(
            refused * 3 < EVENTS * 2,
            "{refused} of {EVENTS} were refused"
        );
        for what in [
            "leaves",
            "taken back: true",
            "merged: true",
            "reopens for",
            "no longer agrees: true",
            "an agency asks for",
            "is brought in",
            "a file is undone: true",
        ] {
            assert!(
                service.story.iter().any(|told| told.contains(what)),
                "{what} never happened"
            );
        }
    }
}

/// How many things happen on each database.
const EVENTS: usize = 400;
