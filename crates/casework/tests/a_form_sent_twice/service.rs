//! The forms of a service: two records, files, the team.

use kith_base::Id;
use kith_casework::{paths, person::Details};
use kith_db::{Outcome, Tx};
use kith_testkit::named;

use crate::sent::{Sent, Thing, at_a_form};

pub async fn two_records(sent: &mut Sent<'_>) {
    let world = sent.world;
    let mut mo = at_a_form(world, world.mo).await;
    // Mary herself has been referred already.
    let marie = Details {
        born: "1951-05-30".parse().ok(),
        ..named("Marie", "Thistle")
    };
    // Of two that are merged one at most has an open referral.
    let one = world.takes_on(world.kay, &marie).await;
    world.closes(world.kay, one.referral).await;
    let other = world.refers(world.harry, &named("Maria", "Thistle")).await;
    let third = world.refers(world.harry, &named("Mary", "Thistel")).await;
    let (a, b) = (one.person.to_string(), other.person.to_string());
    let versions = (
        sent.person_version(one).await,
        sent.person_version(other).await,
    );
    let keep = [
        ("keep", &*a),
        ("version_one", &*versions.0),
        ("version_other", &*versions.1),
    ];
    let path = paths::side_by_side(&a, &b);
    sent.twice(&mut mo, "/same-person/{one}/{other}", &path, &keep)
        .await;
    let merge = sent
        .id("select id from person_merge where scheme_id = $1")
        .await;
    sent.twice(
        &mut mo,
        "/merges/{merge}/undo",
        &paths::unmerge(&merge),
        &[],
    )
    .await;
    let asks = "insert into task (scheme_id, id, person_id, other_person_id, kind, what, who, due_on, made_at)
        select t.scheme_id, $4, $2, $3, 'same_person', 'A like name', 'worker', t.received_on, t.changed_at
          from referral t where t.scheme_id = $1 and t.person_id = $2";
    let (scheme, now) = (world.scheme, world.now());
    let asked = world.db.act(async |tx: &mut Tx| -> Outcome<u64> {
        Ok(kith_db::run!(
            tx,
            sqlx::query(asks)
                .bind(scheme)
                .bind(one.person)
                .bind(third.person)
                .bind(Id::<Thing>::new(now))
        )?)
    });
    assert_eq!(asked.await.unwrap(), 1);
    let path = paths::not_same(one.person, third.person);
    sent.twice(&mut mo, "/same-person/{one}/{other}/no", &path, &[])
        .await;
}

const FILE: &str = "Forename,Surname,DOB,Consent\nIda,Frost,09/01/1970,Yes\n";

pub async fn an_import(sent: &mut Sent<'_>) {
    let world = sent.world;
    let mut mo = world.signed_in(world.mo).await;
    for (ends, file) in [
        ("undo", FILE.to_owned()),
        ("drop", FILE.replace("Ida", "Eva")),
    ] {
        mo.opens("/import").await;
        mo.attaches("File with referrals", "list.csv", file);
        mo.presses("Read the file").await;
        let counts = sent.counts().await;
        mo.presses_again().await;
        mo.is_answered(200);
        assert_eq!(sent.counts().await, counts, "the file was staged twice");
        sent.routes.insert("/import");
        let path = mo.path().to_owned();
        let step = |step: &str| format!("{path}/{step}");
        let columns = [
            ("col-0", "given"),
            ("col-1", "family"),
            ("col-2", "born"),
            ("col-3", "agreed"),
            ("dates", "dmy"),
        ];
        sent.twice(
            &mut mo,
            "/import/{import}/columns",
            &step("columns"),
            &columns,
        )
        .await;
        sent.twice(&mut mo, "/import/{import}/check", &step("check"), &[])
            .await;
        if ends == "drop" {
            sent.twice(&mut mo, "/import/{import}/drop", &step("drop"), &[])
                .await;
            continue;
        }
        sent.twice(&mut mo, "/import/{import}/confirm", &step("confirm"), &[])
            .await;
        sent.twice(&mut mo, "/import/{import}/undo", &step("undo"), &[])
            .await;
    }
    // Another spelling of Marie is a close match to be decided about.
    mo.opens("/import").await;
    let alike = "Forename,Surname,DOB,Consent\nMarie,Thistel,30/05/1951,Yes\n";
    mo.attaches("File with referrals", "alike.csv", alike);
    mo.presses("Read the file").await;
    mo.presses("Check the rows").await.sees("Close matches");
    let path = format!("{}/choices", mo.path());
    let skip = [("row", "2"), ("choice-2", "skip")];
    sent.twice(&mut mo, "/import/{import}/choices", &path, &skip)
        .await;
}

pub async fn the_team(sent: &mut Sent<'_>) {
    let world = sent.world;
    let mut mo = at_a_form(world, world.mo).await;
    let (kay, sam) = (world.kay.id.to_string(), world.sam.id.to_string());
    let cover = [
        ("away", &*kay),
        ("cover", &*sam),
        ("from-day", "24"),
        ("from-month", "11"),
        ("from-year", "2026"),
        ("until-day", "30"),
        ("until-month", "11"),
        ("until-year", "2026"),
    ];
    sent.twice(&mut mo, "/team/cover", "/team/cover", &cover)
        .await;
    let id = sent.id("select id from cover where scheme_id = $1").await;
    let end = format!("/team/cover/{id}/end");
    sent.twice(&mut mo, "/team/cover/{cover}/end", &end, &[])
        .await;
    let path = format!("/team/leaving/{kay}");
    sent.twice(&mut mo, "/team/leaving/{account}", &path, &[("to", &sam)])
        .await;
    world.has_a_task(None, "Ring Riverside Surgery").await;
    let task = sent
        .id("select id from task where scheme_id = $1 and kind = 'message_failed'")
        .await;
    let path = paths::give_task(&task);
    sent.twice(&mut mo, "/tasks/{task}/give", &path, &[("to", &sam)])
        .await;
    sent.twice(&mut mo, "/export", "/export", &[]).await;
    // So many records leave only when a second person has released them.
    world.has_people(500).await;
    sent.twice(&mut mo, "/export/ask", "/export/ask", &[]).await;
    let request = sent
        .id("select id from export_request where scheme_id = $1")
        .await;
    let mut grace = at_a_form(world, world.grace).await;
    let release = paths::export_step(&request, "release");
    sent.twice(&mut grace, "/export/{request}/release", &release, &[])
        .await;
    let cancel = paths::export_step(&request, "cancel");
    sent.twice(&mut mo, "/export/{request}/cancel", &cancel, &[])
        .await;
}
