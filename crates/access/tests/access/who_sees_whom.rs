//! The scope that every query on people takes, row by row, on both databases;
//! and what opens a hidden place.

use kith_access::{
    Ability, Account, Grant, Organisation, Person, Restricted, Role, scheme_settings, session,
    who::is_in_scope,
};
use kith_base::{Day, Id, Kind, Refusal, Ts};
use kith_db::{Outcome, Tx, run};

use crate::world::World;

const PERSON: &str = "insert into person
    (scheme_id, id, given, family, text_is_safe, voicemail_is_safe, location_sensitive,
     restricted, practice_id, version, made_at, changed_at)
    values ($1, $2, 'Made', 'Up', $3, $3, $3, $4, $5, 1, $6, $6)";
const REFERRAL: &str = "insert into referral
    (scheme_id, id, reference, person_id, practice_id, source, referrer_name, main_need, needs,
     told, agreed, state, owner_id, next_kind, next_on, received_at, received_on, take_by,
     contact_count, version, changed_at)
    values ($1, $2, $3, $4, $5, 'practice', 'Dr Made Up', 'loneliness', '', 'yes', 'yes', 'open',
     $6, 'review', $7, $8, $7, $7, 0, 1, $8)";
const COVER: &str = "insert into cover
    (scheme_id, id, away_id, cover_id, from_on, until_on, made_by, made_at)
    values ($1, $2, $3, $4, $5, $6, $3, $7)";
const NAMED: &str = "insert into person_named (scheme_id, person_id, account_id, added_at)
    values ($1, $2, $3, $4)";
const GLASS: &str = "insert into break_glass
    (scheme_id, id, account_id, person_id, reason, made_at, ends_at, review_due_on)
    values ($1, $2, $3, $4, 'a reason', $5, $6, $7)";
const CONCERN: &str = "insert into concern
    (scheme_id, id, reference, person_id, raised_name, door, what, danger, raised_at,
     acknowledge_by, state, lead_id, version)
    values ($1, $2, 'C1', $3, 'Kay', 'staff', 'worried', 'no', $4, $4, 'raised', $5, 1)";

struct People<'w> {
    world: &'w World,
}

impl People<'_> {
    async fn does(&self, write: impl AsyncFnOnce(&mut Tx) -> Outcome<()>) {
        self.world.db.act(write).await.unwrap();
    }

    async fn person(&self, practice: Option<Id<Organisation>>, restricted: bool) -> Id<Person> {
        let id = Id::new(self.world.now());
        let (scheme, now) = (self.world.scheme, self.world.now());
        self.does(async |tx| {
            run!(
                tx,
                sqlx::query(PERSON)
                    .bind(scheme)
                    .bind(id)
                    .bind(false)
                    .bind(restricted)
                    .bind(practice)
                    .bind(now)
            )?;
            Ok(())
        })
        .await;
        id
    }

    async fn referral(&self, person: Id<Person>, practice: Id<Organisation>, owner: Id<Account>) {
        let (scheme, now) = (self.world.scheme, self.world.now());
        let id = Id::<str>::new(now);
        self.does(async |tx| {
            run!(
                tx,
                sqlx::query(REFERRAL)
                    .bind(scheme)
                    .bind(id)
                    .bind(id.to_string())
                    .bind(person)
                    .bind(practice)
                    .bind(owner)
                    .bind(now.day())
                    .bind(now)
            )?;
            Ok(())
        })
        .await;
    }

    async fn cover(&self, away: Id<Account>, cover: Id<Account>, from: Day, until: Day) {
        let (scheme, now) = (self.world.scheme, self.world.now());
        self.does(async |tx| {
            run!(
                tx,
                sqlx::query(COVER)
                    .bind(scheme)
                    .bind(Id::<str>::new(now))
                    .bind(away)
                    .bind(cover)
                    .bind(from)
                    .bind(until)
                    .bind(now)
            )?;
            Ok(())
        })
        .await;
    }

    async fn glass(&self, who: Id<Account>, person: Id<Person>, ends: Ts) {
        let (scheme, now) = (self.world.scheme, self.world.now());
        self.does(async |tx| {
            run!(
                tx,
                sqlx::query(GLASS)
                    .bind(scheme)
                    .bind(Id::<str>::new(now))
                    .bind(who)
                    .bind(person)
                    .bind(now)
                    .bind(ends)
                    .bind(now.day())
            )?;
            Ok(())
        })
        .await;
    }

    async fn sees(&self, who: Id<Account>, ability: Ability, person: Id<Person>) -> bool {
        let (scheme, now) = (self.world.scheme, self.world.now());
        self.world
            .db
            .read(async |tx| {
                let actor = session::of_account(tx, scheme, who, now).await?;
                match actor.scope(ability) {
                    Ok(scope) => is_in_scope(tx, &scope, person).await,
                    Err(_) => Ok(false),
                }
            })
            .await
            .unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_reaches_the_people_the_table_says() {
    for world in World::on_both().await {
        let people = People { world: &world };
        let [kay, sam, ruth] = [
            world.somebody(Role::LinkWorker).await,
            world.somebody(Role::LinkWorker).await,
            world.somebody(Role::Practice).await,
        ];
        let manager = world.somebody(Role::Manager).await;
        let ours = people.person(Some(world.practice), false).await;
        let referred = people.person(None, false).await;
        let theirs = people.person(None, false).await;
        people.referral(referred, world.practice, kay).await;

        for (who, ability, person, expected) in [
            (ruth, Ability::SeeIdentity, ours, true),
            (ruth, Ability::SeeIdentity, referred, true),
            (ruth, Ability::SeeIdentity, theirs, false),
            (ruth, Ability::SeeNotes, ours, false),
            (kay, Ability::SeeIdentity, theirs, true),
            (kay, Ability::SeeNotes, referred, true),
            (kay, Ability::SeeNotes, ours, false),
            (sam, Ability::SeeNotes, referred, false),
            (manager, Ability::SeeNotes, ours, true),
            (manager, Ability::WriteContact, ours, false),
        ] {
            let sees = people.sees(who, ability, person).await;
            assert_eq!(sees, expected, "{ability:?} on {}", world.db.engine());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_covers_today_is_assigned_today_and_not_the_day_after() {
    for world in World::on_both().await {
        let people = People { world: &world };
        let kay = world.somebody(Role::LinkWorker).await;
        let sam = world.somebody(Role::LinkWorker).await;
        let person = people.person(None, false).await;
        people.referral(person, world.practice, kay).await;
        let today = world.now().day();
        people.cover(kay, sam, today, today.plus_days(1)).await;
        assert!(people.sees(sam, Ability::SeeNotes, person).await);
        world.pass(2 * 24 * 60 * 60);
        assert!(!people.sees(sam, Ability::SeeNotes, person).await);
        assert!(people.sees(kay, Ability::SeeNotes, person).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restricted_person_is_there_for_the_named_alone() {
    for world in World::on_both().await {
        let people = People { world: &world };
        let kay = world.somebody(Role::LinkWorker).await;
        let manager = world.somebody(Role::Manager).await;
        let person = people.person(Some(world.practice), true).await;
        people.referral(person, world.practice, kay).await;
        assert!(!people.sees(kay, Ability::SeeIdentity, person).await);
        assert!(!people.sees(manager, Ability::SeeIdentity, person).await);
        let (scheme, now) = (world.scheme, world.now());
        people
            .does(async |tx| {
                run!(
                    tx,
                    sqlx::query(NAMED)
                        .bind(scheme)
                        .bind(person)
                        .bind(kay)
                        .bind(now)
                )?;
                Ok(())
            })
            .await;
        assert!(people.sees(kay, Ability::SeeIdentity, person).await);
        assert!(!people.sees(manager, Ability::SeeIdentity, person).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_break_glass_access_opens_one_person_for_an_hour() {
    for world in World::on_both().await {
        let people = People { world: &world };
        let guardian = world.somebody(Role::Guardian).await;
        let manager = world.somebody(Role::Manager).await;
        let person = people.person(None, true).await;
        let other = people.person(None, true).await;
        assert!(!people.sees(guardian, Ability::SeeNotes, person).await);
        let ends = world.now().plus_seconds(3600);
        people.glass(guardian, person, ends).await;
        people.glass(manager, person, ends).await;
        assert!(people.sees(guardian, Ability::SeeNotes, person).await);
        assert!(people.sees(manager, Ability::SeeNotes, person).await);
        assert!(!people.sees(guardian, Ability::SeeNotes, other).await);
        world.pass(3600);
        assert!(!people.sees(guardian, Ability::SeeNotes, person).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_glass_shows_and_lets_nobody_write_or_take_out() {
    for world in World::on_both().await {
        let people = People { world: &world };
        let kay = world.somebody(Role::LinkWorker).await;
        let person = people.person(None, true).await;
        people.referral(person, world.practice, kay).await;
        let ends = world.now().plus_seconds(3600);
        people.glass(kay, person, ends).await;
        assert!(people.sees(kay, Ability::SeeNotes, person).await);
        assert!(!people.sees(kay, Ability::WriteContact, person).await);
        assert!(!people.sees(kay, Ability::ExportPerson, person).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_safeguarding_lead_reaches_people_with_a_concern() {
    for world in World::on_both().await {
        let people = People { world: &world };
        let lead = world.somebody(Role::Guardian).await;
        let deputy = world.somebody(Role::Manager).await;
        let person = people.person(None, false).await;
        let other = people.person(None, false).await;
        let (scheme, now) = (world.scheme, world.now());
        people
            .does(async |tx| {
                scheme_settings::lead_and_deputy(tx, scheme, lead, deputy, now).await?;
                run!(
                    tx,
                    sqlx::query(CONCERN)
                        .bind(scheme)
                        .bind(Id::<str>::new(now))
                        .bind(person)
                        .bind(now)
                        .bind(lead)
                )?;
                Ok(())
            })
            .await;
        assert!(people.sees(lead, Ability::SeeNotes, person).await);
        assert!(!people.sees(lead, Ability::SeeNotes, other).await);
        assert!(people.sees(lead, Ability::SeeLocation, person).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_schemes_account_sees_nobody_here() {
    for world in World::on_both().await {
        let people = People { world: &world };
        let person = people.person(None, false).await;
        let other = World::on(kith_db::testing::sqlite().await, false, |routes| routes).await;
        let stranger = other.somebody(Role::Manager).await;
        let now = world.now();
        let actor = other
            .db
            .read(async |tx| session::of_account(tx, other.scheme, stranger, now).await)
            .await
            .unwrap();
        let scope = actor.scope(Ability::SeeNotes).unwrap();
        let sees = world
            .db
            .read(async |tx| is_in_scope(tx, &scope, person).await)
            .await
            .unwrap();
        assert!(!sees);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_place_opens_for_the_assigned_with_a_fresh_proof() {
    for world in World::on_both().await {
        let people = People { world: &world };
        let kay = world.somebody(Role::LinkWorker).await;
        let sam = world.somebody(Role::LinkWorker).await;
        let person = people.person(None, false).await;
        people.referral(person, world.practice, kay).await;
        let hidden = Restricted::new(person, true, "1 Mill Lane");
        let open = Restricted::new(person, false, "1 Mill Lane");
        assert_eq!(format!("{hidden:?}"), "hidden");
        let (scheme, now) = (world.scheme, world.now());
        world
            .db
            .read(async |tx| {
                let actor = session::of_account(tx, scheme, kay, now).await?;
                let ordinary = Grant::ordinary(&actor)?;
                assert_eq!(hidden.reveal(&ordinary), None);
                assert_eq!(open.reveal(&ordinary), Some(&"1 Mill Lane"));
                let full = Grant::location(tx, &actor, person).await?;
                assert_eq!(hidden.reveal(&full), Some(&"1 Mill Lane"));
                let elsewhere = Restricted::new(Id::new(now), true, "2 Mill Lane");
                assert_eq!(elsewhere.reveal(&full), None);

                let mut stale = actor.clone();
                stale.now = now.plus_seconds(601);
                assert_eq!(
                    kind(Grant::location(tx, &stale, person).await),
                    Kind::StepUp
                );
                let other = session::of_account(tx, scheme, sam, now).await?;
                assert_eq!(
                    kind(Grant::location(tx, &other, person).await),
                    Kind::NotFound
                );
                Ok::<(), kith_db::Failure<Refusal>>(())
            })
            .await
            .unwrap();
    }
}

fn kind(answer: Outcome<Grant>) -> Kind {
    match answer {
        Err(kith_db::Failure::Refused(refusal)) => refusal.kind,
        other => panic!("not refused: {other:?}"),
    }
}
