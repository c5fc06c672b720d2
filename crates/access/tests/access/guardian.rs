//! Breaking the glass, its review, and reading the trail.

use kith_access::{Person, Role};
use kith_base::Id;
use kith_db::run;

use crate::{signing_in::mails, world::World};

const PERSON: &str = "insert into person
    (scheme_id, id, nhs_number, born, given, family, text_is_safe, voicemail_is_safe,
     location_sensitive, restricted, version, made_at, changed_at)
    values ($1, $2, '9990000018', $3, 'Made', 'Up', $4, $4, $4, $5, 1, $6, $6)";

async fn restricted_person(world: &World) -> Id<Person> {
    let (id, now) = (Id::new(world.now()), world.now());
    let born: kith_base::Day = "1960-02-29".parse().unwrap();
    world
        .db
        .act(async |tx| {
            run!(
                tx,
                sqlx::query(PERSON)
                    .bind(world.scheme)
                    .bind(id)
                    .bind(born)
                    .bind(false)
                    .bind(true)
                    .bind(now)
            )?;
            Ok::<(), kith_db::Failure>(())
        })
        .await
        .unwrap();
    id
}

const REASON: &str = "She rang in distress, her worker is away today, and I must know \
    whether it is safe to ring back";

#[tokio::test(flavor = "multi_thread")]
async fn the_glass_is_broken_with_a_reason_and_the_guardian_reviews_it() {
    for world in World::on_both().await {
        let person = restricted_person(&world).await;
        let guardian = world.somebody(Role::Guardian).await;
        let mut kay = world.as_a(Role::LinkWorker).await;
        let number = [
            ("number", "999 000 0018"),
            ("born-day", "29"),
            ("born-month", "2"),
            ("born-year", "1960"),
        ];
        let found = kay.fill("/break-glass/open", &number).await;
        let path = format!("/break-glass/open/{person}");
        assert_eq!(
            (found.status, found.location()),
            (303, path.as_str()),
            "{}",
            found.body
        );
        let page = kay.get(&path).await;
        assert_eq!(
            kay.send(&page, &path, &[("reason", "urgent")]).await.status,
            422
        );
        let open = kay.send(&page, &path, &[("reason", REASON)]).await;
        assert_eq!(open.status, 303);
        assert_eq!(open.location(), format!("/people/{person}"));

        let told = mails(&world, "break-glass").await;
        assert_eq!(told.len(), 1);
        // Monday and three working days.
        assert!(told[0].contains("19 November 2026"), "{}", told[0]);
        assert!(!told[0].contains("Made"), "no name of the person");

        let mut gail = world.signed_in(guardian).await;
        let list = gail.get("/break-glass").await;
        let link = list.between("href=\"/break-glass/", "\"");
        let path = format!("/break-glass/{link}");
        let page = gail.get(&path).await;
        assert!(page.says("her worker is away today"));
        let kept = gail
            .send(&page, &path, &[("finding", "Right to do so")])
            .await;
        assert_eq!(kept.status, 303, "{}", kept.body);
        let again = gail.send(&page, &path, &[("finding", "Once more")]).await;
        assert_eq!(again.status, 409);
        let trail = gail.get(&format!("/audit/people/{person}")).await;
        assert!(trail.says("break the glass") && trail.says("review a break-glass access"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reviews_their_own_access_and_many_in_a_day_are_said_to_be_so() {
    for world in World::on_both().await {
        let person = restricted_person(&world).await;
        let mut gail = world.as_a(Role::Guardian).await;
        let path = format!("/break-glass/open/{person}");
        for _ in 0..4 {
            world.pass(60);
            assert_eq!(gail.fill(&path, &[("reason", REASON)]).await.status, 303);
        }
        let told = mails(&world, "break-glass").await;
        assert_eq!(
            told.iter().filter(|mail| mail.contains("number 4")).count(),
            1
        );
        let list = gail.get("/break-glass").await;
        let own = format!(
            "/break-glass/{}",
            list.between("href=\"/break-glass/", "\"")
        );
        assert_eq!(
            gail.fill(&own, &[("finding", "I was right")]).await.status,
            409
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_is_nobodys_opens_nothing() {
    for world in World::on_both().await {
        let mut kay = world.as_a(Role::LinkWorker).await;
        let number = [
            ("number", "999 000 0018"),
            ("born-day", "1"),
            ("born-month", "1"),
            ("born-year", "1990"),
        ];
        let found = kay.fill("/break-glass/open", &number).await;
        assert_eq!(found.status, 422);
        let nobody = Id::<Person>::new(world.now());
        let path = format!("/break-glass/open/{nobody}");
        assert_eq!(kay.fill(&path, &[("reason", REASON)]).await.status, 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_their_own_acts_and_only_the_guardian_others() {
    for world in World::on_both().await {
        let person = restricted_person(&world).await;
        let kay_id = world.somebody(Role::LinkWorker).await;
        let mut kay = world.signed_in(kay_id).await;
        let own = kay.get("/audit").await;
        assert!(own.says("What you did"));
        assert_eq!(
            kay.get(&format!("/audit/people/{person}")).await.status,
            404
        );
        assert_eq!(
            kay.get(&format!("/audit/accounts/{kay_id}")).await.status,
            404
        );
        let page = kay.get("/account").await;
        kay.send(&page, "/account/sign-out-elsewhere", &[]).await;
        assert!(kay.get("/audit").await.says("sign out elsewhere"));
        let mut sam = world.as_a(Role::LinkWorker).await;
        assert!(!sam.get("/audit").await.says("sign out elsewhere"));
        let mut gail = world.as_a(Role::Guardian).await;
        assert!(gail.get("/audit").await.says("sign out elsewhere"));
        let of_kay = gail.get(&format!("/audit/accounts/{kay_id}")).await;
        assert!(of_kay.says("sign out elsewhere"));
        // The guardian's own look is written down.
        gail.get(&format!("/audit/people/{person}")).await;
        let trail = gail.get(&format!("/audit/people/{person}")).await;
        assert!(trail.says("see who looked at somebody"));
    }
}
