//! The browser of the tests is itself tested: against pages with every sort
//! of field, so that a journey that passes has really sent what it says.

use axum::{
    Router,
    extract::Request,
    http::{StatusCode, header},
    response::{Html, IntoResponse},
    routing::{get, post},
};
use kith_testkit::Browser;

const FORM: &str = r#"<html><head><title>A form</title></head><body><h1>Add a goal</h1>
<ul><li>Mary <form method="post" action="/taken?who=mary"><button>Take</button></form></li>
<li>Joan <form method="post" action="/taken?who=joan"><button>Take</button></form></li></ul>
<form method="post" action="/goals"><input type="hidden" name="csrf" value="abc">
<label for="w">What do they want?</label><input id="w" name="words" value="before">
<fieldset><legend>Set on</legend>
  <label for="d">Day</label><input id="d" name="on-day"><label for="m">Month</label><input id="m" name="on-month">
  <label for="y">Year</label><input id="y" name="on-year"></fieldset>
<fieldset><legend>Has the person agreed?</legend>
  <input type="radio" id="a1" name="agreed" value="yes"><label for="a1">Yes</label>
  <input type="radio" id="a2" name="agreed" value="no" checked><label for="a2">No</label></fieldset>
<fieldset><legend>May the practice know?</legend>
  <input type="radio" id="b1" name="told" value="yes"><label for="b1">Yes</label>
  <input type="radio" id="b2" name="told" value="no"><label for="b2">No</label></fieldset>
<input type="checkbox" id="c1" name="why" value="money"><label for="c1">Money</label>
<input type="checkbox" id="c2" name="why" value="grief" checked><label for="c2">Grief</label>
<label for="s">Worker</label><select id="s" name="worker"><option value="">Choose</option><option value="7">Kay  Ward</option></select>
<label for="t">Note</label><textarea id="t" name="note">
kept</textarea>
<button name="then" value="next">Save and next</button></form>
<p hidden>secret</p><script>alert("no")</script></body></html>"#;

fn routes() -> Router {
    Router::new()
        .route("/form", get(async || Html(FORM)))
        .route(
            "/goals",
            post(async |body: String| {
                Html(format!("<h1>Sent</h1><p>{}</p>", body.replace('&', " ")))
            }),
        )
        .route(
            "/taken",
            post(async |request: Request| {
                let origin = request.headers().get(header::ORIGIN).cloned();
                let site = request.headers().get("sec-fetch-site").cloned();
                assert!(
                    origin.is_some() && site.is_some(),
                    "a browser says where a form comes from"
                );
                let to = format!("/done?{}", request.uri().query().unwrap_or_default());
                (
                    StatusCode::SEE_OTHER,
                    [
                        (header::LOCATION, to),
                        (header::SET_COOKIE, "flash=hello; Path=/".into()),
                    ],
                )
                    .into_response()
            }),
        )
        .route(
            "/done",
            get(async |request: Request| {
                let cookie = request
                    .headers()
                    .get(header::COOKIE)
                    .map(|c| c.to_str().unwrap_or_default().to_owned());
                Html(format!(
                    "<h1>Done</h1>{} {}",
                    request.uri(),
                    cookie.unwrap_or_default()
                ))
            }),
        )
}

async fn at_the_form() -> Browser {
    let mut browser = Browser::new(routes(), "http://127.0.0.1:8080", "Kay");
    browser.opens("/form").await.is_on("Add a goal");
    browser
}

#[tokio::test]
async fn a_form_is_sent_as_it_was_filled_in() {
    let mut kay = at_the_form().await;
    kay.fills("What do they want?", "walk to the shop")
        .fills_date("Set on", "2026-11-23")
        .chooses_in("May the practice know?", "Yes")
        .chooses("Money")
        .picks("Worker", "Kay Ward")
        .presses("Save and next")
        .await
        .is_on("Sent");
    let sent = kay.words();
    for part in [
        "csrf=abc",
        "words=walk+to+the+shop",
        "on-day=23",
        "on-month=11",
        "on-year=2026",
        "agreed=no",
        "told=yes",
        "why=grief",
        "why=money",
        "worker=7",
        "note=kept",
        "then=next",
    ] {
        assert!(sent.contains(part), "{part} is not in {sent}");
    }
}

#[tokio::test]
async fn the_button_in_the_row_is_the_one_that_is_pressed() {
    let mut kay = at_the_form().await;
    kay.presses_in("Joan", "Take")
        .await
        .is_on("Done")
        .sees("/done?who=joan")
        .sees("flash=hello");
}

#[tokio::test]
async fn a_tick_can_be_taken_out() {
    let mut kay = at_the_form().await;
    kay.unticks("Grief")
        .presses("Save and next")
        .await
        .does_not_see("why=");
}

#[tokio::test]
#[should_panic(expected = "no field \"Name of the dog\"")]
async fn a_field_that_is_not_there_cannot_be_filled_in() {
    at_the_form().await.fills("Name of the dog", "Rex");
}

#[tokio::test]
#[should_panic(expected = "the page does not say")]
async fn what_is_hidden_is_not_seen() {
    at_the_form().await.sees("secret");
}
