//! Passkeys, with an authenticator in software that does the real
//! cryptography.

use kith_access::{Account, account};
use kith_base::Id;
use kith_db::{Outcome, Tx, run};
use webauthn_authenticator_rs::{WebauthnAuthenticator, prelude::Url, softpasskey::SoftPasskey};

use crate::{
    heard,
    world::{Browser, PASSWORD, Seen, Welcomed, World},
};

fn options(page: &Seen) -> String {
    let escaped = page.between("data-options=\"", "\"");
    escaped
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

fn origin(world: &World) -> Url {
    Url::parse(world.app.origin.as_str()).unwrap()
}

/// Signs the question on a page as the browser would.
fn signed(world: &World, key: &mut SoftPasskey, page: &Seen) -> serde_json::Value {
    let question = serde_json::from_str(&options(page)).unwrap();
    let answer = key.do_authentication(origin(world), question).unwrap();
    serde_json::to_value(&answer).unwrap()
}

/// The state of the passkey's form, which is the last on the page.
async fn send(browser: &mut Browser, page: &Seen, path: &str, credential: &str) -> Seen {
    let state = page.hidden("state").unwrap();
    let fields = [
        ("state", state.as_str()),
        ("credential", credential),
        ("name", "My laptop"),
    ];
    browser.send(page, path, &fields).await
}

async fn with_passkey(world: &World) -> (Welcomed, SoftPasskey) {
    let mut ada = world.welcomed("ada@example.org").await;
    let mut key = SoftPasskey::new(true);
    let page = ada.browser.get("/account/passkeys").await;
    let question = serde_json::from_str(&options(&page)).unwrap();
    let made = key.do_registration(origin(world), question).unwrap();
    let made = serde_json::to_string(&made).unwrap();
    let added = send(&mut ada.browser, &page, "/account/passkeys", &made).await;
    assert_eq!(added.status, 303, "{}", added.body);
    assert!(ada.browser.get("/account/passkeys").await.says("My laptop"));
    (ada, key)
}

async fn half(world: &World) -> Browser {
    let mut browser = world.browser();
    let fields = [("email", "ada@example.org"), ("password", PASSWORD)];
    assert_eq!(browser.fill("/sign-in", &fields).await.status, 303);
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_the_second_factor_and_each_question_is_answered_once() {
    for world in World::on_both().await {
        let (_, mut key) = with_passkey(&world).await;
        world.pass(60);
        let mut browser = half(&world).await;
        let page = browser.get("/sign-in/second").await;
        let credential = signed(&world, &mut key, &page).to_string();
        let path = "/sign-in/second/passkey";
        let mut other = browser.clone();
        let seen = send(&mut browser, &page, path, &credential).await;
        assert_eq!(seen.status, 303, "{}", seen.body);
        assert!(browser.is_signed_in().await);
        let replay = send(&mut other, &page, path, &credential).await;
        assert!(!other.is_signed_in().await, "{}", replay.status);
        // In another half session the answer is to another question.
        let mut third = half(&world).await;
        let fresh = third.get("/sign-in/second").await;
        let seen = send(&mut third, &fresh, path, &credential).await;
        assert_eq!(seen.status, 422);
        assert!(!third.is_signed_in().await);
    }
}

/// The strings of an answer, however deep they stand.
fn strings(of: &serde_json::Value, all: &mut Vec<String>) {
    match of {
        serde_json::Value::String(text) => all.push(text.clone()),
        serde_json::Value::Array(parts) => parts.iter().for_each(|part| strings(part, all)),
        serde_json::Value::Object(parts) => parts.values().for_each(|part| strings(part, all)),
        _ => {}
    }
}

/// Neither the question nor the answer of a passkey, taken or not, nor the
/// session it gives.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_passkey_reaches_the_log() {
    const SPOILT: &str = "insert into setting (scheme_id, name, value, changed_at)
        values ($1, 'take_on_days', 'two', $2)";
    heard::listen();
    for world in World::on_both().await {
        let spoils = async |tx: &mut Tx| -> Outcome<u64> {
            let now = world.now();
            Ok(run!(tx, sqlx::query(SPOILT).bind(world.scheme).bind(now))?)
        };
        world.db.act(spoils).await.unwrap();
        let (_, mut key) = with_passkey(&world).await;
        world.pass(60);
        let mut browser = half(&world).await;
        let page = browser.get("/sign-in/second").await;
        let answer = signed(&world, &mut key, &page);
        let mut secrets = vec![page.hidden("state").unwrap()];
        strings(
            &serde_json::from_str(&options(&page)).unwrap(),
            &mut secrets,
        );
        strings(&answer, &mut secrets);
        let path = "/sign-in/second/passkey";
        let mut wrong = answer.clone();
        wrong["response"]["signature"] = "AAAA".into();
        let seen = send(&mut browser, &page, path, &wrong.to_string()).await;
        assert_eq!(seen.status, 422);
        let page = browser.get("/sign-in/second").await;
        let answer = signed(&world, &mut key, &page);
        strings(&answer, &mut secrets);
        let seen = send(&mut browser, &page, path, &answer.to_string()).await;
        assert_eq!(seen.status, 303, "{}", seen.body);
        assert!(browser.is_signed_in().await);
        secrets.extend(browser.jar.values().cloned());
        secrets.retain(|secret| secret.len() >= 16);
        assert!(secrets.len() > 6, "{secrets:?}");
        let log = heard::so_far();
        assert!(log.contains("take_on_days"), "the log was not heard");
        for secret in secrets {
            assert!(!log.contains(&secret), "the log says {secret}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_waits_five_minutes_and_no_longer() {
    for world in World::on_both().await {
        let (_, mut key) = with_passkey(&world).await;
        world.pass(60);
        let mut browser = half(&world).await;
        let page = browser.get("/sign-in/second").await;
        let credential = signed(&world, &mut key, &page).to_string();
        world.pass(5 * 60 + 1);
        let seen = send(&mut browser, &page, "/sign-in/second/passkey", &credential).await;
        assert_eq!(seen.status, 422);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_alone_signs_in_though_others_guess_at_the_password() {
    for world in World::on_both().await {
        let (_, mut key) = with_passkey(&world).await;
        for _ in 0..6 {
            world.pass(1);
            let wrong = [
                ("email", "ada@example.org"),
                ("password", "not the right one"),
            ];
            world.browser().fill("/sign-in", &wrong).await;
        }
        let locked = [("email", "ada@example.org"), ("password", PASSWORD)];
        assert_eq!(world.browser().fill("/sign-in", &locked).await.status, 422);
        let mut browser = world.browser();
        let page = browser.get("/sign-in/passkey").await;
        let account = account_of(&world, "ada@example.org").await;
        let credential = discovered(&world, &mut key, &page, account).await;
        let seen = send(&mut browser, &page, "/sign-in/passkey", &credential).await;
        assert_eq!((seen.status, seen.location()), (303, "/"), "{}", seen.body);
        assert!(browser.is_signed_in().await);
    }
}

async fn account_of(world: &World, email: &str) -> Id<Account> {
    let email = email.parse().unwrap();
    let found = world
        .db
        .read(async |tx| account::by_email(tx, &email).await)
        .await
        .unwrap();
    found.unwrap().1
}

/// What a browser does that knows the passkeys of a site: it picks one and
/// says whose it is.
async fn discovered(
    world: &World,
    key: &mut SoftPasskey,
    page: &Seen,
    account: Id<Account>,
) -> String {
    let kept: String = world
        .db
        .read(async |tx| {
            Ok::<String, kith_db::Failure>(kith_db::on!(tx, c => sqlx::query_scalar::<_, String>(
                "select credential from passkey where scheme_id = $1 and account_id = $2")
                .bind(world.scheme).bind(account).fetch_one(c))?)
        })
        .await
        .unwrap();
    let kept: serde_json::Value = serde_json::from_str(&kept).unwrap();
    let mut question: serde_json::Value = serde_json::from_str(&options(page)).unwrap();
    question["publicKey"]["allowCredentials"] =
        serde_json::json!([{ "type": "public-key", "id": kept["cred"]["cred_id"] }]);
    let question = serde_json::from_value(question).unwrap();
    let answer = key.do_authentication(origin(world), question).unwrap();
    let mut answer = serde_json::to_value(&answer).unwrap();
    let handle = base64::Engine::encode(
        &base64::engine::general_purpose::URL_SAFE_NO_PAD,
        account.uuid().as_bytes(),
    );
    answer["response"]["userHandle"] = handle.into();
    answer.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_proves_again_and_can_be_removed() {
    for world in World::on_both().await {
        let (mut ada, mut key) = with_passkey(&world).await;
        world.pass(11 * 60);
        let asked = ada.browser.get("/account/passkeys").await;
        assert_eq!(asked.location(), "/step-up?back=%2Faccount%2Fpasskeys");
        let page = ada.browser.get(asked.location()).await;
        let credential = signed(&world, &mut key, &page).to_string();
        let path = "/step-up/passkey?back=%2Faccount%2Fpasskeys";
        let seen = send(&mut ada.browser, &page, path, &credential).await;
        assert_eq!(
            (seen.status, seen.location()),
            (303, "/account/passkeys"),
            "{}",
            seen.body
        );
        let page = ada.browser.get("/account/passkeys").await;
        let id = page.between("/account/passkeys/", "/remove");
        let remove = format!("/account/passkeys/{id}/remove");
        assert_eq!(ada.browser.send(&page, &remove, &[]).await.status, 303);
        assert!(
            ada.browser
                .get("/account/passkeys")
                .await
                .says("You have no passkeys")
        );
        assert_eq!(ada.browser.send(&page, &remove, &[]).await.status, 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn anothers_passkey_signs_nobody_in() {
    for world in World::on_both().await {
        let (_, mut key) = with_passkey(&world).await;
        let sam = world.welcomed("sam@example.org").await;
        drop(sam);
        let mut browser = world.browser();
        let page = browser.get("/sign-in/passkey").await;
        let ada = account_of(&world, "ada@example.org").await;
        let sam = account_of(&world, "sam@example.org").await;
        let honest = discovered(&world, &mut key, &page, ada).await;
        let mut forged: serde_json::Value = serde_json::from_str(&honest).unwrap();
        let handle = base64::Engine::encode(
            &base64::engine::general_purpose::URL_SAFE_NO_PAD,
            sam.uuid().as_bytes(),
        );
        forged["response"]["userHandle"] = handle.into();
        let seen = send(&mut browser, &page, "/sign-in/passkey", &forged.to_string()).await;
        assert_eq!(seen.status, 422, "{}", seen.body);
        let seen = send(&mut browser, &page, "/sign-in/passkey", "not json").await;
        assert_eq!(seen.status, 422);
        assert!(!browser.is_signed_in().await);
    }
}

/// A question as somebody puts it who does not want the key to ask for a
/// finger, a face or a number.
fn lax<T: serde::de::DeserializeOwned>(page: &Seen, place: &str) -> T {
    let mut question: serde_json::Value = serde_json::from_str(&options(page)).unwrap();
    let asks = question.pointer_mut(place).expect("the question says so");
    assert_eq!(asks, "required");
    *asks = "discouraged".into();
    serde_json::from_value(question).unwrap()
}

/// A key that did not ask its user is one factor: it is no passkey, neither
/// when it is added nor when it signs in.
#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_that_did_not_ask_its_user_signs_nobody_in() {
    for world in World::on_both().await {
        let (mut ada, mut key) = with_passkey(&world).await;
        let page = ada.browser.get("/account/passkeys").await;
        let question = lax(&page, "/publicKey/authenticatorSelection/userVerification");
        let made = SoftPasskey::new(true)
            .do_registration(origin(&world), question)
            .unwrap();
        let made = serde_json::to_string(&made).unwrap();
        let added = send(&mut ada.browser, &page, "/account/passkeys", &made).await;
        assert_eq!(added.status, 422, "{}", added.body);
        world.pass(60);
        let mut browser = half(&world).await;
        let page = browser.get("/sign-in/second").await;
        let question = lax(&page, "/publicKey/userVerification");
        let answer = key.do_authentication(origin(&world), question).unwrap();
        let answer = serde_json::to_string(&answer).unwrap();
        let seen = send(&mut browser, &page, "/sign-in/second/passkey", &answer).await;
        assert_eq!(seen.status, 422, "{}", seen.body);
        assert!(!browser.is_signed_in().await);
    }
}
