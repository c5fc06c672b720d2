//! Signing in and out, the links that are mailed, one's own account.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use kith_access::{Role, staff, testing};
use kith_db::{on, run};

use crate::world::{PASSWORD, World};

#[tokio::test(flavor = "multi_thread")]
async fn an_invited_account_sets_both_factors_and_signs_in_with_them() {
    for world in World::on_both().await {
        let mut ada = world.welcomed("ada@example.org").await;
        assert_eq!(ada.codes.len(), 10);
        assert!(ada.browser.is_signed_in().await);
        // The link works once.
        let again = world.browser().get(&ada.link).await;
        assert_eq!(again.status, 404);
        world.pass(60);
        let mut elsewhere = world.browser();
        let home = elsewhere
            .signs_in("ada@example.org", &ada.key, world.now())
            .await;
        assert_eq!((home.status, home.location()), (303, "/"));
        assert!(elsewhere.is_signed_in().await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_alone_opens_nothing() {
    for world in World::on_both().await {
        world.welcomed("ada@example.org").await;
        let mut browser = world.browser();
        let fields = [("email", "ada@example.org"), ("password", PASSWORD)];
        let half = browser.fill("/sign-in", &fields).await;
        assert_eq!(half.status, 303);
        for path in ["/account", "/admin/accounts", "/audit", "/step-up"] {
            let seen = browser.get(path).await;
            assert_eq!(seen.status, 303, "{path}");
            assert!(seen.location().starts_with("/sign-in/second"), "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_mistyped_and_left_are_answered_the_same() {
    for world in World::on_both().await {
        world.welcomed("ada@example.org").await;
        with_left_and_invited(&world).await;
        let mut bodies = BTreeSet::new();
        for (email, password) in [
            ("ada@example.org", "not the right one"),
            ("nobody@example.org", PASSWORD),
            ("left@example.org", PASSWORD),
            ("left@example.org", "not the right one"),
            ("invited@example.org", PASSWORD),
            // Locked now: even the right password is not taken.
            ("ada@example.org", PASSWORD),
        ] {
            let fields = [("email", email), ("password", password)];
            let seen = world.browser().fill("/sign-in", &fields).await;
            assert_eq!(seen.status, 422);
            let csrf = seen.hidden("csrf").unwrap();
            let once = seen.hidden("once").unwrap();
            let plain = seen
                .body
                .replace(email, "")
                .replace(&csrf, "")
                .replace(&once, "");
            bodies.insert(plain);
        }
        assert_eq!(bodies.len(), 1, "{bodies:#?}");
    }
}

/// Somebody who had signed in with the password, and left; and somebody who
/// was invited and has set nothing yet.
async fn with_left_and_invited(world: &World) {
    world.welcomed("left@example.org").await;
    let (now, network) = (world.now(), world.network);
    world
        .db
        .act(async |tx| {
            let sql = "update account set state = 'left' where scheme_id = $1 and email = $2";
            let left: kith_base::Email = "left@example.org".parse().unwrap();
            let gone = run!(tx, sqlx::query(sql).bind(world.scheme).bind(left))?;
            assert_eq!(gone, 1);
            let (name, email) = ("Ivy Lane".parse().unwrap(), "invited@example.org");
            let email = email.parse().unwrap();
            staff::first_administrator(tx, world.scheme, network, name, email, now).await
        })
        .await
        .unwrap();
}

/// An answer that says no costs the same for everybody: one hash, and the time
/// that is set for it, whatever the database has to write.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_refused_costs_one_hash_and_waits_the_same() {
    for world in World::on_both().await {
        world.welcomed("ada@example.org").await;
        with_left_and_invited(&world).await;
        let mut times: [Vec<Duration>; 5] = Default::default();
        for _ in 0..3 {
            world.pass(3600);
            for (at, email) in [
                // Mistyped, then locked, of nobody, of somebody who left, and
                // of somebody who has set no password yet.
                (0, "ada@example.org"),
                (1, "ada@example.org"),
                (2, "nobody@example.org"),
                (3, "left@example.org"),
                (4, "invited@example.org"),
            ] {
                let before = world.app.passwords_hashed();
                let wrong = [("email", email), ("password", "not the right one")];
                let mut browser = world.browser();
                let page = browser.get("/sign-in").await;
                let began = Instant::now();
                assert_eq!(browser.send(&page, "/sign-in", &wrong).await.status, 422);
                times[at].push(began.elapsed());
                assert_eq!(world.app.passwords_hashed(), before + 1, "{email}");
                let least = Duration::from_millis(300);
                assert!(began.elapsed() >= least, "{:?}", began.elapsed());
            }
        }
        for times in &mut times {
            times.sort();
        }
        let medians: Vec<Duration> = times.iter().map(|times| times[1]).collect();
        println!("refused after {medians:?}");
        if std::env::var_os("KITH_TEST_LONG").is_some() {
            let gaps = medians.iter().map(|median| median.abs_diff(medians[0]));
            let gap = gaps.max().unwrap();
            assert!(gap < Duration::from_millis(50), "{medians:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_try_to_sign_in_is_in_the_trail() {
    for world in World::on_both().await {
        let ada = world.welcomed("ada@example.org").await;
        world.pass(60);
        let wrong = [
            ("email", "ada@example.org"),
            ("password", "not the right one"),
        ];
        assert_eq!(world.browser().fill("/sign-in", &wrong).await.status, 422);
        world.pass(60);
        let mut browser = world.browser();
        let right = [("email", "ada@example.org"), ("password", PASSWORD)];
        assert_eq!(browser.fill("/sign-in", &right).await.status, 303);
        let wrong = browser.fill("/sign-in/second", &[("code", "000000")]).await;
        assert_eq!(wrong.status, 422);
        world.pass(60);
        let mut elsewhere = world.browser();
        let home = elsewhere
            .signs_in("ada@example.org", &ada.key, world.now())
            .await;
        assert_eq!(home.status, 303);
        let rows = world
            .db
            .read(async |tx| {
                Ok::<_, kith_db::Failure>(on!(tx, c => sqlx::query_as::<_, (String, String)>(
                    "select action, outcome from audit where scheme_id = $1
                        and role = 'sign-in' order by id")
                    .bind(world.scheme).fetch_all(c))?)
            })
            .await
            .unwrap();
        let mut rows: Vec<String> = rows
            .into_iter()
            .map(|(what, how)| format!("{what}: {how}"))
            .collect();
        // Within a millisecond rows have no order.
        rows.sort();
        let expected = [
            "give a second factor: done",
            "give a second factor: refused",
            "sign in: done",
            "try a password: done",
            "try a password: done",
            "try a password: done",
        ];
        assert_eq!(rows, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_try_makes_the_next_wait_and_the_wait_ends() {
    for world in World::on_both().await {
        world.welcomed("ada@example.org").await;
        let wrong = [
            ("email", "ada@example.org"),
            ("password", "not the right one"),
        ];
        let right = [("email", "ada@example.org"), ("password", PASSWORD)];
        for wait in [1, 2, 4] {
            assert_eq!(world.browser().fill("/sign-in", &wrong).await.status, 422);
            assert_eq!(world.browser().fill("/sign-in", &right).await.status, 422);
            world.pass(wait);
        }
        assert_eq!(world.browser().fill("/sign-in", &right).await.status, 303);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_guesses_in_one_moment_count_as_one() {
    for world in World::on_both().await {
        world.welcomed("ada@example.org").await;
        let guesses = (0..8).map(|_| async {
            let wrong = [
                ("email", "ada@example.org"),
                ("password", "not the right one"),
            ];
            world.browser().fill("/sign-in", &wrong).await.status
        });
        let answers = futures::future::join_all(guesses).await;
        assert!(answers.iter().all(|status| *status == 422));
        let failed = world
            .db
            .read(async |tx| {
                Ok::<i64, kith_db::Failure>(on!(tx, c => sqlx::query_scalar::<_, i64>(
                    "select failed_count from account where scheme_id = $1 and email = $2")
                    .bind(world.scheme).bind("ada@example.org").fetch_one(c))?)
            })
            .await
            .unwrap();
        assert_eq!(failed, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_works_once_however_many_send_it() {
    for db in kith_db::testing::both().await {
        let world = World::with(db, |app| app.behind_balancer = true).await;
        let ada = world.welcomed("ada@example.org").await;
        world.pass(60);
        let code = testing::code_of(&ada.key, world.now());
        assert_eq!(fifty_at_once(&world, &code).await, 1);
        world.pass(600);
        let taken = fifty_at_once(&world, &ada.codes[5]).await;
        assert_eq!(taken, 1, "a recovery code");
    }
}

/// Ten browsers of Ada's in ten places, past the password, send one code from
/// five windows each in one moment: how many are let in.
async fn fifty_at_once(world: &World, code: &str) -> usize {
    let mut windows = Vec::new();
    for place in 1..=10 {
        let mut browser = world.browser();
        browser.address = Some(format!("192.0.2.{place}"));
        let fields = [("email", "ada@example.org"), ("password", PASSWORD)];
        assert_eq!(browser.fill("/sign-in", &fields).await.status, 303);
        for _ in 0..5 {
            let page = browser.get("/sign-in/second").await;
            windows.push((browser.clone(), page));
        }
    }
    let tries = windows.into_iter().map(|(mut browser, page)| async move {
        let fields = [("code", code)];
        let answer = browser.send(&page, "/sign-in/second", &fields).await;
        assert!(matches!(answer.status, 303 | 422), "{}", answer.status);
        answer.location() == "/"
    });
    let let_in = futures::future::join_all(tries).await;
    let_in.into_iter().filter(|is_in| *is_in).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_stands_in_once_and_is_told_by_mail() {
    for world in World::on_both().await {
        let ada = world.welcomed("ada@example.org").await;
        for expected in [303, 422] {
            world.pass(60);
            let mut browser = world.browser();
            let fields = [("email", "ada@example.org"), ("password", PASSWORD)];
            browser.fill("/sign-in", &fields).await;
            let seen = browser
                .fill("/sign-in/second", &[("code", &ada.codes[3])])
                .await;
            assert_eq!(seen.status, expected);
        }
        assert_eq!(mails(&world, "account changed").await.len(), 1);
    }
}

/// The texts of the mails of one sort that wait to be sent.
pub async fn mails(world: &World, kind: &str) -> Vec<String> {
    world
        .db
        .read(async |tx| {
            Ok::<_, kith_db::Failure>(on!(tx, c => sqlx::query_scalar::<_, String>(
                "select body from outbox where scheme_id = $1 and kind = $2 order by id")
                .bind(world.scheme).bind(kind).fetch_all(c))?)
        })
        .await
        .unwrap()
}

/// The path of the link in a mail.
pub fn link_in(mail: &str) -> String {
    let address = mail
        .split_whitespace()
        .find(|word| word.starts_with("http://"));
    let path = address.unwrap().splitn(4, '/').nth(3).unwrap();
    format!("/{path}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_when_idle_and_after_twelve_hours_at_the_latest() {
    for world in World::on_both().await {
        let mut browser = world.as_a(Role::LinkWorker).await;
        assert!(browser.is_signed_in().await);
        world.pass(14 * 60);
        assert!(browser.is_signed_in().await);
        world.pass(15 * 60 + 1);
        assert!(!browser.is_signed_in().await);

        let mut busy = world.as_a(Role::LinkWorker).await;
        for _ in 0..71 {
            world.pass(10 * 60);
            assert!(busy.is_signed_in().await);
        }
        world.pass(10 * 60 + 1);
        assert!(!busy.is_signed_in().await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_and_proving_again_give_a_new_token_and_kill_the_old() {
    for world in World::on_both().await {
        let ada = world.welcomed("ada@example.org").await;
        world.pass(60);
        let mut browser = world.browser();
        // A planted cookie does not survive.
        browser.jar.insert("kith".into(), "planted".into());
        let fields = [("email", "ada@example.org"), ("password", PASSWORD)];
        browser.fill("/sign-in", &fields).await;
        let half = browser.jar["kith"].clone();
        let code = testing::code_of(&ada.key, world.now());
        browser.fill("/sign-in/second", &[("code", &code)]).await;
        let whole = browser.jar["kith"].clone();
        world.pass(60);
        let code = testing::code_of(&ada.key, world.now());
        let proved = browser
            .fill("/step-up?back=%2Faccount", &[("code", &code)])
            .await;
        assert_eq!((proved.status, proved.location()), (303, "/account"));
        let after = browser.jar["kith"].clone();
        assert_eq!(BTreeSet::from([&half, &whole, &after]).len(), 3);
        for dead in ["planted", &half, &whole] {
            let mut thief = world.browser();
            thief.jar.insert("kith".into(), dead.into());
            assert!(!thief.is_signed_in().await);
        }
        assert!(browser.is_signed_in().await);
        // 256 bits and the scheme's id, in base64.
        assert_eq!(after.len(), 64);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session_and_clears_the_browser() {
    for world in World::on_both().await {
        let mut browser = world.as_a(Role::Manager).await;
        let token = browser.jar["kith"].clone();
        let page = browser.get("/account").await;
        let out = browser.send(&page, "/sign-out", &[]).await;
        assert_eq!(out.status, 303);
        assert!(out.header("clear-site-data").contains("cookies"));
        assert!(!browser.jar.contains_key("kith"));
        browser.jar.insert("kith".into(), token);
        assert!(!browser.is_signed_in().await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_set_anew_and_still_needs_the_second_factor() {
    for world in World::on_both().await {
        let mut ada = world.welcomed("ada@example.org").await;
        world.pass(60);
        let mut browser = world.browser();
        let known = browser
            .fill("/sign-in/forgotten", &[("email", "ada@example.org")])
            .await;
        let unknown = browser
            .fill("/sign-in/forgotten", &[("email", "no@example.org")])
            .await;
        assert_eq!((known.status, &known.body), (200, &unknown.body));
        let mails = mails(&world, "reset").await;
        assert_eq!(mails.len(), 1);
        let link = link_in(&mails[0]);
        let page = browser.get(&link).await;
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        let weak = [("password", "password1234"), ("again", "password1234")];
        assert_eq!(browser.send(&page, &link, &weak).await.status, 422);
        let new = "eleven quiet grey geese";
        let set = browser
            .send(&page, &link, &[("password", new), ("again", new)])
            .await;
        assert_eq!((set.status, set.location()), (303, "/sign-in/second"));
        assert!(!browser.is_signed_in().await);
        // Everybody else who was signed in as this account is out.
        assert!(!ada.browser.is_signed_in().await);
        let code = testing::code_of(&ada.key, world.now());
        browser.fill("/sign-in/second", &[("code", &code)]).await;
        assert!(browser.is_signed_in().await);
        assert_eq!(world.browser().get(&link).await.status, 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_stops_working_after_its_time_and_when_a_newer_one_is_sent() {
    for world in World::on_both().await {
        world.welcomed("ada@example.org").await;
        for _ in 0..2 {
            world.pass(1);
            let fields = [("email", "ada@example.org")];
            world.browser().fill("/sign-in/forgotten", &fields).await;
        }
        let mails = mails(&world, "reset").await;
        let links: Vec<String> = mails.iter().map(|mail| link_in(mail)).collect();
        let mut works = Vec::new();
        for link in &links {
            works.push(world.browser().get(link).await.status);
        }
        works.sort_unstable();
        assert_eq!(works, [200, 404]);
        world.pass(60 * 60 + 1);
        for link in &links {
            assert_eq!(world.browser().get(link).await.status, 404);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobodys_mailbox_is_filled_by_others() {
    for world in World::on_both().await {
        world.welcomed("ada@example.org").await;
        for _ in 0..6 {
            world.pass(60);
            let fields = [("email", "ada@example.org")];
            let seen = world.browser().fill("/sign-in/forgotten", &fields).await;
            assert_eq!(seen.status, 200);
        }
        assert_eq!(mails(&world, "reset").await.len(), 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_a_proof_asks_again_and_signs_out_everywhere_else() {
    for world in World::on_both().await {
        let mut ada = world.welcomed("ada@example.org").await;
        world.pass(60);
        let mut other = world.browser();
        other
            .signs_in("ada@example.org", &ada.key, world.now())
            .await;
        assert!(other.is_signed_in().await);
        world.pass(11 * 60);
        let asked = ada.browser.get("/account/password").await;
        assert_eq!(asked.location(), "/step-up?back=%2Faccount%2Fpassword");
        let code = testing::code_of(&ada.key, world.now());
        ada.browser.fill(asked.location(), &[("code", &code)]).await;
        let new = "eleven quiet grey geese";
        let fields = [("password", new), ("again", new)];
        let changed = ada.browser.fill("/account/password", &fields).await;
        assert_eq!((changed.status, changed.location()), (303, "/account"));
        assert!(ada.browser.is_signed_in().await);
        assert!(!other.is_signed_in().await);
        let told = mails(&world, "account changed").await;
        assert!(told.iter().any(|mail| mail.contains("set a new password")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_authenticator_replaces_the_old_one() {
    for world in World::on_both().await {
        let mut ada = world.welcomed("ada@example.org").await;
        world.pass(60);
        let page = ada.browser.get("/account/authenticator").await;
        let key = page.between("<code>", "</code>");
        assert_ne!(key, ada.key);
        let wrong = ada
            .browser
            .send(&page, "/account/authenticator", &[("code", "000000")])
            .await;
        assert_eq!(wrong.status, 422);
        assert_eq!(
            wrong.between("<code>", "</code>"),
            key,
            "the same key again"
        );
        let code = testing::code_of(&key, world.now());
        let set = ada
            .browser
            .send(&wrong, "/account/authenticator", &[("code", &code)])
            .await;
        assert_eq!(set.status, 303, "{}", set.body);
        world.pass(60);
        let mut browser = world.browser();
        let old = browser
            .signs_in("ada@example.org", &ada.key, world.now())
            .await;
        assert_eq!(old.status, 422);
        world.pass(60);
        let mut browser = world.browser();
        let new = browser.signs_in("ada@example.org", &key, world.now()).await;
        assert_eq!(new.status, 303);
    }
}

/// Twenty at once, and one more every three seconds.
#[tokio::test(flavor = "multi_thread")]
async fn one_address_that_tries_too_often_is_told_to_wait() {
    for world in World::on_both().await {
        let mut browser = world.browser();
        let page = browser.get("/sign-in").await;
        let began = Instant::now();
        let tries = (0..60).map(|_| {
            let (mut browser, page) = (browser.clone(), &page);
            async move {
                let fields = [
                    ("email", "nobody@example.org"),
                    ("password", "whatever it may be"),
                ];
                browser.send(page, "/sign-in", &fields).await.status
            }
        });
        let statuses = futures::future::join_all(tries).await;
        let taken = statuses.iter().filter(|status| **status == 422).count();
        let waits = statuses.iter().filter(|status| **status == 429).count();
        assert_eq!(taken + waits, 60, "{statuses:?}");
        let most = 21 + usize::try_from(began.elapsed().as_secs()).unwrap() / 3;
        assert!((20..=most).contains(&taken), "{taken} of {most}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_in_on_a_sixth_browser_is_signed_out_on_the_first() {
    for world in World::on_both().await {
        let ada = world.welcomed("ada@example.org").await;
        let mut browsers = vec![ada.browser];
        for _ in 0..5 {
            world.pass(60);
            let mut next = world.browser();
            let (email, now) = ("ada@example.org", world.now());
            assert_eq!(next.signs_in(email, &ada.key, now).await.status, 303);
            browsers.push(next);
        }
        for (nth, browser) in browsers.iter_mut().enumerate() {
            assert_eq!(browser.is_signed_in().await, nth > 0, "browser {nth}");
        }
    }
}

/// The drill of a lost database, for whoever works with it.
#[tokio::test(flavor = "multi_thread")]
async fn with_both_factors_one_signs_in_over_a_copy_that_was_put_back() {
    let world = World::with(kith_db::testing::sqlite().await, |_| {}).await;
    let ada = world.welcomed("ada@example.org").await;
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    world.db.backup(&copy).await.unwrap();
    let address = format!("sqlite:{}", copy.display());
    let put_back = kith_db::Db::connect(&address).await.unwrap();
    world.pass(60);
    let mut browser = world.over(put_back).await;
    let wrong = [
        ("email", "ada@example.org"),
        ("password", "not this one at all"),
    ];
    assert_eq!(browser.fill("/sign-in", &wrong).await.status, 422);
    world.pass(60);
    let fields = [("email", "ada@example.org"), ("password", PASSWORD)];
    assert_eq!(browser.fill("/sign-in", &fields).await.status, 303);
    assert!(!browser.is_signed_in().await, "a password alone");
    let wrong = browser.fill("/sign-in/second", &[("code", "000000")]).await;
    assert_eq!(wrong.status, 422);
    world.pass(60);
    browser.jar.clear();
    let (email, now) = ("ada@example.org", world.now());
    assert_eq!(browser.signs_in(email, &ada.key, now).await.status, 303);
    assert!(browser.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_in_as_exists_only_in_the_demonstration() {
    for world in World::demo().await {
        let account = world.somebody(Role::LinkWorker).await;
        let mut browser = world.browser();
        let page = browser.get("/demo").await;
        assert_eq!(page.status, 200);
        let (scheme, account) = (world.scheme.to_string(), account.to_string());
        let fields = [("scheme", scheme.as_str()), ("account", account.as_str())];
        assert_eq!(browser.send(&page, "/demo", &fields).await.status, 303);
        assert!(browser.is_signed_in().await);
        // Where one signs in, somebody of each role is offered.
        let page = world.browser().get("/sign-in").await;
        assert!(page.body.contains("Sign in as "), "{}", page.body);
        assert!(page.body.contains("Link worker: "), "{}", page.body);
    }
    for world in World::on_both().await {
        assert_eq!(world.browser().get("/demo").await.status, 404);
        let page = world.browser().get("/sign-in").await;
        assert!(!page.body.contains("Sign in as "), "{}", page.body);
    }
}
