//! What an administrator does: organisations, accounts, settings.

use kith_access::{
    Account, Actor, App, Role,
    account::{self, AccountState},
    settings,
};
use kith_base::Id;
use kith_db::{Outcome, Tx, on, run, testing::both};

use crate::{
    signing_in::{link_in, mails},
    world::World,
};

#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_invited_by_mail_and_their_role_is_changed() {
    for world in World::on_both().await {
        let mut ann = world.as_a(Role::Administrator).await;
        let network = world.network.to_string();
        let fields = [
            ("name", "Kay Lewis"),
            ("email", "kay@example.org"),
            ("role", "link_worker"),
            ("organisation", network.as_str()),
            ("full_time_percent", "80"),
        ];
        let sent = ann.fill("/admin/accounts/new", &fields).await;
        assert_eq!(
            (sent.status, sent.location()),
            (303, "/admin/accounts"),
            "{}",
            sent.body
        );
        let again = ann.fill("/admin/accounts/new", &fields).await;
        assert_eq!(again.status, 422);
        assert!(again.says("exists already"));
        let invitations = mails(&world, "invitation").await;
        assert_eq!(
            world.browser().get(&link_in(&invitations[0])).await.status,
            200
        );

        let kay = find(&world, "kay@example.org").await;
        let path = format!("/admin/accounts/{}", kay.id);
        let page = ann.get(&path).await;
        assert!(page.says("Kay Lewis"));
        let manager = [
            ("name", "Kay Lewis"),
            ("role", "manager"),
            ("organisation", network.as_str()),
            ("full_time_percent", "80"),
        ];
        let other_window = ann.get(&path).await;
        assert_eq!(ann.send(&page, &path, &manager).await.status, 303);
        assert_eq!(find(&world, "kay@example.org").await.role, Role::Manager);
        // The page that was open before is out of date now.
        assert_eq!(ann.send(&other_window, &path, &manager).await.status, 409);
        let practice_staff = ann
            .fill(
                &path,
                &[
                    ("role", "practice"),
                    ("name", "Kay Lewis"),
                    ("organisation", &network),
                    ("full_time_percent", "80"),
                ],
            )
            .await;
        assert_eq!(practice_staff.status, 422);
        assert!(practice_staff.says("Select a practice"));
    }
}

async fn find(world: &World, email: &str) -> account::AccountRow {
    let email = email.parse().unwrap();
    world
        .db
        .read(async |tx| {
            let (scheme, id) = account::by_email(tx, &email).await?.unwrap();
            account::one(tx, scheme, id).await
        })
        .await
        .unwrap()
}

const SET_ORGANISATION_NAME: &str =
    "update organisation set name = 'Handed over' where scheme_id = $1 and id = $2";

/// Stands for the casework that takes over a leaver's referrals.
fn hand_over<'a>(
    tx: &'a mut Tx,
    actor: &'a Actor,
    _: Id<Account>,
) -> futures::future::BoxFuture<'a, Outcome<()>> {
    Box::pin(async move {
        run!(
            tx,
            sqlx::query(SET_ORGANISATION_NAME)
                .bind(actor.scheme)
                .bind(actor.organisation)
        )?;
        Ok(())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leaver_is_out_at_once_and_hands_over_in_the_same_step() {
    for db in both().await {
        let world = World::with(db, |app: &mut App| app.on_leave = hand_over).await;
        let mut ann = world.as_a(Role::Administrator).await;
        let kay = world.somebody(Role::LinkWorker).await;
        let mut browser = world.signed_in(kay).await;
        // Leaving is asked about once more, with what follows from it.
        let page = ann.get(&format!("/admin/accounts/{kay}")).await;
        assert!(page.says("Mark as left") && !page.says("Yes, mark as left"));
        let page = ann.get(&format!("/admin/accounts/{kay}/leave")).await;
        assert!(page.says("Yes, mark as left") && page.says("This cannot be undone"));
        assert!(browser.is_signed_in().await, "nothing has happened yet");
        let left = ann
            .send(&page, &format!("/admin/accounts/{kay}/leave"), &[])
            .await;
        assert_eq!(left.status, 303, "{}", left.body);
        assert!(!browser.is_signed_in().await);
        let (row, handed) = world
            .db
            .read(async |tx| {
                let row = account::one(tx, world.scheme, kay).await?;
                let handed: i64 = on!(tx, c => sqlx::query_scalar::<_, i64>(
                    "select count(*) from organisation where scheme_id = $1 and name = 'Handed over'")
                    .bind(world.scheme).fetch_one(c))?;
                Ok::<_, kith_db::Failure>((row, handed))
            })
            .await
            .unwrap();
        assert_eq!((row.state, handed), (AccountState::Left, 1));
        assert_eq!(row.left_on, Some(world.now().day()));
        // The address is free again.
        let network = world.network.to_string();
        let fields = [
            ("name", "Kay Again"),
            ("email", &*row.email),
            ("role", "link_worker"),
            ("organisation", network.as_str()),
            ("full_time_percent", "100"),
        ];
        assert_eq!(ann.fill("/admin/accounts/new", &fields).await.status, 303);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_changes_their_own_role_and_the_last_administrator_stays() {
    for world in World::on_both().await {
        let me = world.somebody(Role::Administrator).await;
        let mut ann = world.signed_in(me).await;
        let path = format!("/admin/accounts/{me}");
        let page = ann.get(&path).await;
        assert_eq!(
            ann.send(&page, &format!("{path}/leave"), &[]).await.status,
            409
        );
        let network = world.network.to_string();
        let fields = [
            ("name", "Ann"),
            ("role", "manager"),
            ("organisation", network.as_str()),
            ("full_time_percent", "100"),
        ];
        assert_eq!(ann.send(&page, &path, &fields).await.status, 409);
        assert!(ann.is_signed_in().await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_starts_a_reset_and_never_chooses_it() {
    for world in World::on_both().await {
        let mut ann = world.as_a(Role::Administrator).await;
        let kay = world.somebody(Role::LinkWorker).await;
        let path = format!("/admin/accounts/{kay}");
        let page = ann.get(&path).await;
        assert!(!page.says("type=\"password\""));
        assert_eq!(
            ann.send(&page, &format!("{path}/link"), &[]).await.status,
            303
        );
        assert_eq!(mails(&world, "reset").await.len(), 1);
        let page = ann.get(&path).await;
        let both = ann
            .send(&page, &format!("{path}/link"), &[("both", "yes")])
            .await;
        assert_eq!(both.status, 303);
        assert_eq!(mails(&world, "invitation").await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lead_and_deputy_are_two_people_who_are_there_and_never_left_out() {
    for world in World::on_both().await {
        let mut ann = world.as_a(Role::Administrator).await;
        let lead = world.somebody(Role::Manager).await;
        let deputy = world.somebody(Role::LinkWorker).await;
        let (lead_id, deputy_id) = (lead.to_string(), deputy.to_string());
        let save = async |ann: &mut crate::world::Browser,
                          lead: &str,
                          deputy: &str,
                          closes: &str,
                          hours: &str| {
            let fields = [
                ("take_on_days", "3"),
                ("opens", "8"),
                ("closes", closes),
                ("also_closed", "2027-05-03\n2027-06-01"),
                ("review_days", "14"),
                ("concern_hours", hours),
                ("lead", lead),
                ("deputy", deputy),
                ("self_referral", "no"),
                ("mail_from", "scheme@example.org"),
                ("inbox", ""),
                ("help_lines", "Ring 999."),
                ("under_age", "Ring the youth service"),
            ];
            ann.fill("/admin/settings", &fields).await.status
        };
        assert_eq!(
            save(&mut ann, &lead_id, &deputy_id, "17", "5").await,
            422,
            "a concern does not wait longer than four working hours"
        );
        assert_eq!(
            save(&mut ann, &lead_id, &lead_id, "17", "4").await,
            422,
            "the same twice"
        );
        assert_eq!(
            save(&mut ann, &lead_id, &deputy_id, "8", "4").await,
            422,
            "closes as it opens"
        );
        assert_eq!(save(&mut ann, &lead_id, &deputy_id, "17", "4").await, 303);
        let kept = world
            .db
            .read(async |tx| settings::of(tx, world.scheme).await)
            .await
            .unwrap();
        assert_eq!((kept.lead, kept.deputy), (Some(lead), Some(deputy)));
        assert_eq!((kept.take_on_days, kept.self_referral), (3, false));
        assert_eq!(kept.working.also_closed.len(), 2);
        assert_eq!(
            save(&mut ann, "", &deputy_id, "17", "4").await,
            422,
            "no lead"
        );
        // The deputy cannot leave before another is chosen.
        let page = ann.get(&format!("/admin/accounts/{deputy}")).await;
        let leave = format!("/admin/accounts/{deputy}/leave");
        assert_eq!(ann.send(&page, &leave, &[]).await.status, 409);
        let changes: i64 = world
            .db
            .read(async |tx| -> Outcome<i64> {
                Ok(on!(tx, c => sqlx::query_scalar::<_, i64>(
                    "select count(*) from audit where scheme_id = $1 and action like 'change the setting %'")
                    .bind(world.scheme).fetch_one(c))?)
            })
            .await
            .unwrap();
        assert_eq!(changes, 9);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_practice_has_its_ods_code_and_no_two_share_one() {
    for world in World::on_both().await {
        let mut ann = world.as_a(Role::Administrator).await;
        let mut add = async |code: &str| {
            let fields = [
                ("kind", "practice"),
                ("name", "High Street Surgery"),
                ("ods_code", code),
                ("email", "desk@example.org"),
                ("active", "yes"),
            ];
            ann.fill("/admin/organisations/new", &fields).await.status
        };
        assert_eq!(add("").await, 422);
        assert_eq!(add("A12345").await, 422, "Mill Lane has it");
        assert_eq!(add("B23456").await, 303);
        let path = format!("/admin/organisations/{}", world.practice);
        let fields = [
            ("kind", "practice"),
            ("name", "Mill Lane Health Centre"),
            ("ods_code", "A12345"),
            ("email", ""),
            ("active", "yes"),
        ];
        let page = ann.get(&path).await;
        let other_window = ann.get(&path).await;
        assert_eq!(ann.send(&page, &path, &fields).await.status, 303);
        assert!(
            ann.get("/admin/organisations")
                .await
                .says("Mill Lane Health Centre")
        );
        assert_eq!(
            ann.send(&other_window, &path, &fields).await.status,
            409,
            "out of date"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_pressed_twice_invites_and_adds_once() {
    for world in World::on_both().await {
        let mut ann = world.as_a(Role::Administrator).await;
        let page = ann.get("/admin/organisations/new").await;
        let voluntary = [
            ("kind", "voluntary"),
            ("name", "Harbour Voluntary Action"),
            ("ods_code", ""),
            ("email", ""),
            ("active", "yes"),
        ];
        for _ in 0..2 {
            let sent = ann
                .send(&page, "/admin/organisations/new", &voluntary)
                .await;
            assert_eq!(sent.status, 303, "{}", sent.body);
        }
        let made = all_organisations(&world).await;
        let added: Vec<_> = made
            .iter()
            .filter(|row| &*row.name == "Harbour Voluntary Action")
            .collect();
        assert_eq!(added.len(), 1);
        // A voluntary organisation employs a link worker.
        let employer = added[0].id.to_string();
        let page = ann.get("/admin/accounts/new").await;
        let fields = [
            ("name", "Idris Bello"),
            ("email", "idris@example.org"),
            ("role", "link_worker"),
            ("organisation", employer.as_str()),
            ("full_time_percent", "60"),
        ];
        for _ in 0..2 {
            let sent = ann.send(&page, "/admin/accounts/new", &fields).await;
            assert_eq!(sent.status, 303, "{}", sent.body);
        }
        assert_eq!(mails(&world, "invitation").await.len(), 1);
        let idris = find(&world, "idris@example.org").await;
        assert_eq!(idris.organisation_id, added[0].id);
    }
}

async fn all_organisations(world: &World) -> Vec<kith_access::organisation::OrganisationRow> {
    world
        .db
        .read(async |tx| kith_access::organisation::all(tx, world.scheme).await)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_address_of_an_invitation_is_put_right_and_the_link_sent_to_it_is_dead() {
    for world in World::on_both().await {
        let mut ann = world.as_a(Role::Administrator).await;
        let network = world.network.to_string();
        let invited = |email: &'static str| {
            [
                ("name", "Kay Lewis"),
                ("email", email),
                ("role", "link_worker"),
                ("organisation", network.clone().leak() as &str),
                ("full_time_percent", "80"),
            ]
        };
        let sent = ann
            .fill("/admin/accounts/new", &invited("kay@exmaple.org"))
            .await;
        assert_eq!(sent.status, 303, "{}", sent.body);
        let wrong = link_in(&mails(&world, "invitation").await[0]);
        let path = format!(
            "/admin/accounts/{}",
            find(&world, "kay@exmaple.org").await.id
        );
        let sent = ann.fill(&path, &invited("kay@example.org")).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
        let kay = find(&world, "kay@example.org").await;
        assert_eq!(kay.state, AccountState::Invited);
        let all = mails(&world, "invitation").await;
        assert_eq!(all.len(), 2);
        assert_ne!(world.browser().get(&wrong).await.status, 200);
        let mut links = all.iter().map(|mail| link_in(mail));
        let right = links.find(|link| *link != wrong).unwrap();
        assert_eq!(world.browser().get(&right).await.status, 200);
        // The wrong address is free for whoever it belongs to.
        let sent = ann
            .fill("/admin/accounts/new", &invited("kay@exmaple.org"))
            .await;
        assert_eq!(sent.status, 303, "{}", sent.body);
        // Whoever signs in already has proved their address: it is not offered.
        let sam = world.somebody(Role::LinkWorker).await;
        let page = ann.get(&format!("/admin/accounts/{sam}")).await;
        assert!(!page.says("name=\"email\""));
    }
}
