//! What a browser gets: the headers of every answer, the embedded files, the
//! layout, the error pages and the success line.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops where what it needs is not there"
)]

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use kith_base::Refusal;
use kith_pages::components::{AccountItem, FooterLink, HeaderSearch, NavItem, SummaryError};
use kith_pages::form::FormToken;
use kith_pages::{Done, Frame, Html, Page, TimeOut, assets, done, error_page, headers, refused};
use scraper::{Html as Dom, Selector};
use tower::ServiceExt;

fn token() -> FormToken {
    FormToken::new("csrf-token", "once-key")
}

fn frame() -> Frame {
    Frame::new("Riverside <social> prescribing")
        .home("/today")
        .nav([
            NavItem::new("Today", "/today"),
            NavItem::new("Caseload", "/caseload").count(3u32),
        ])
        .account([
            AccountItem::link("Kay Smith", "/account").with_person(),
            AccountItem::post("Sign out", "/sign-out", &token()),
        ])
        .search(HeaderSearch::new("/search", "Find a person", &token()))
        .footer([
            FooterLink::new("Raise a concern", "/concern"),
            FooterLink::new("Help", "/help"),
        ])
        .phase("Made-up people only")
        .time_out(TimeOut {
            after_seconds: 900,
            stay: "/session/stay".into(),
            ended: "/signed-out".into(),
        })
        .printed_by("Kay Smith", "21 November 2026, 10:42")
}

async fn app_answer(request: Request<Body>) -> Response {
    async fn page(said: Done) -> Page {
        frame()
            .done(said)
            .page("Today")
            .body("Nothing needs you now")
    }
    let routes = Router::new()
        .route("/today", get(page))
        .route(
            "/secret",
            get(|| async { Page::new("A referral").secret_address() }),
        )
        .route("/add", get(|| async { done("/today", "Goal added") }))
        .route(
            "/broken",
            get(|| async {
                error_page(
                    &frame(),
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "Something went wrong",
                    "Try again later",
                    "K7Q2",
                )
            }),
        )
        .merge(assets::router())
        .fallback(|| async { refused(&frame(), &Refusal::not_found()) });
    headers::protect(routes).oneshot(request).await.unwrap()
}

async fn answer(path: &str) -> Response {
    app_answer(Request::get(path).body(Body::empty()).unwrap()).await
}

async fn text(response: Response) -> String {
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn words(html: &str, selector: &str) -> Vec<String> {
    let dom = Dom::parse_document(html);
    dom.select(&Selector::parse(selector).unwrap())
        .map(|found| {
            let text: String = found.text().collect();
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        })
        .collect()
}

#[tokio::test]
async fn every_answer_carries_the_headers_error_pages_and_files_too() {
    for (path, status) in [
        ("/today", 200),
        ("/secret", 200),
        ("/add", 303),
        ("/broken", 500),
        ("/nowhere", 404),
        ("/assets/nothing.css", 404),
        (assets::KITH_CSS, 200),
    ] {
        let response = answer(path).await;
        assert_eq!(response.status().as_u16(), status, "{path}");
        for (name, value) in [
            (
                "strict-transport-security",
                "max-age=31536000; includeSubDomains",
            ),
            (
                "content-security-policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                 connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            ),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(response.headers()[name], value, "{path}");
        }
        let cache = if path == assets::KITH_CSS {
            "public, max-age=31536000, immutable"
        } else {
            "no-store"
        };
        assert_eq!(response.headers()[header::CACHE_CONTROL], cache, "{path}");
        let referrer = if path == "/secret" {
            "no-referrer"
        } else {
            "same-origin"
        };
        assert_eq!(
            response.headers()[header::REFERRER_POLICY],
            referrer,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_method_that_is_not_there_carries_the_headers() {
    let request = Request::delete("/today").body(Body::empty()).unwrap();
    let response = app_answer(request).await;
    assert_eq!(response.status(), 405);
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    assert!(
        response
            .headers()
            .contains_key(header::CONTENT_SECURITY_POLICY)
    );
}

#[tokio::test]
async fn signing_out_makes_the_browser_forget() {
    let mut response = answer("/today").await;
    headers::forget_this_site(&mut response);
    assert_eq!(
        response.headers()["clear-site-data"],
        "\"cache\", \"cookies\", \"storage\""
    );
}

#[tokio::test]
async fn every_file_a_page_names_is_there_plain_and_compressed() {
    let page = text(answer("/today").await).await;
    let dom = Dom::parse_document(&page);
    let named: Vec<String> = dom
        .select(&Selector::parse("link[href], script[src]").unwrap())
        .map(|found| found.attr("href").or(found.attr("src")).unwrap().to_owned())
        .collect();
    assert_eq!(named.len(), 5, "{named:?}");
    let mut queue = named;
    let mut seen = 0;
    while let Some(path) = queue.pop() {
        let plain = answer(&path).await;
        assert_eq!(plain.status(), 200, "{path}");
        assert!(plain.headers().get(header::CONTENT_ENCODING).is_none());
        let plain = text(plain).await;
        let request = Request::get(&path)
            .header(header::ACCEPT_ENCODING, "br, gzip;q=0.8")
            .body(Body::empty())
            .unwrap();
        let packed = app_answer(request).await;
        assert_eq!(packed.headers()[header::CONTENT_ENCODING], "gzip");
        let packed = to_bytes(packed.into_body(), usize::MAX).await.unwrap();
        let mut unpacked = String::new();
        let mut reader = flate2::read::GzDecoder::new(&packed[..]);
        std::io::Read::read_to_string(&mut reader, &mut unpacked).unwrap();
        assert_eq!(unpacked, plain, "{path}");
        assert!(!plain.contains("sourceMappingURL"), "{path}");
        // What a file names in its turn: pictures of the styles, modules.
        for part in plain.split(['(', ')', '"', '\'']) {
            if part.starts_with("/assets/") {
                queue.push(part.to_owned());
            }
        }
        seen += 1;
    }
    assert!(seen > 8, "styles, scripts, modules and icons: {seen}");
}

#[tokio::test]
async fn a_browser_that_refuses_gzip_gets_none() {
    let request = Request::get(assets::KITH_CSS)
        .header(header::ACCEPT_ENCODING, "gzip;q=0, identity")
        .body(Body::empty())
        .unwrap();
    let response = app_answer(request).await;
    assert!(response.headers().get(header::CONTENT_ENCODING).is_none());
}

#[tokio::test]
async fn no_page_and_no_style_reaches_another_host_or_needs_an_inline_script() {
    let page = text(answer("/today").await).await;
    let css = text(answer(assets::NHSUK_CSS).await).await;
    let own = text(answer(assets::KITH_CSS).await).await;
    for (what, text) in [("page", &page), ("frontend", &css), ("own", &own)] {
        let text = text.replace("http://www.w3.org/2000/svg", "");
        assert!(
            !text.contains("http:") && !text.contains("https:"),
            "{what}"
        );
    }
    assert!(!css.contains("@font-face"));
    let dom = Dom::parse_document(&page);
    for script in dom.select(&Selector::parse("script").unwrap()) {
        assert!(script.attr("src").is_some() && script.text().next().is_none());
    }
    for element in dom.select(&Selector::parse("*").unwrap()) {
        for (name, _) in element.value().attrs() {
            assert!(name != "style" && !name.starts_with("on"), "{name}");
        }
    }
}

#[tokio::test]
async fn the_layout_has_everything_in_its_place() {
    let page = frame()
        .page("A & B")
        .caption("Plan")
        .under("/caseload")
        .banner("SMITH, Kay")
        .body(Html::trusted("<p>Hello</p>"));
    let html = page.render().unwrap();
    assert!(html.starts_with("<!doctype html>"));
    assert_eq!(
        words(&html, "title"),
        ["A & B – Riverside <social> prescribing – Kith"]
    );
    assert_eq!(words(&html, "h1"), ["Plan – A & B"]);
    assert_eq!(
        words(&html, ".nhsuk-header__service-name"),
        ["Kith Riverside <social> prescribing"]
    );
    assert_eq!(words(&html, "[aria-current]"), ["Caseload 3 to do"]);
    assert_eq!(words(&html, ".kith-banner"), ["SMITH, Kay"]);
    assert_eq!(words(&html, ".kith-phase"), ["Made-up people only"]);
    assert_eq!(words(&html, "footer a"), ["Raise a concern", "Help"]);
    assert_eq!(
        words(&html, ".kith-printed"),
        ["Printed by Kay Smith, 21 November 2026, 10:42"]
    );
    assert_eq!(
        words(&html, "main .nhsuk-grid-column-two-thirds p"),
        ["Hello"]
    );
    assert_eq!(
        words(
            &html,
            "body[data-timeout='900'][data-timeout-stay='/session/stay']"
        )
        .len(),
        1
    );
}

#[tokio::test]
async fn the_keyboard_skips_the_header_and_no_form_lacks_its_token() {
    let html = frame().page("A & B").render().unwrap();
    // The first thing the keyboard reaches skips the header, to a place that is there.
    assert_eq!(
        words(&html, "body > script:first-child + a[href='#maincontent']").len(),
        1
    );
    assert_eq!(words(&html, "main#maincontent").len(), 1);
    // Nothing that names a person may get into an address: the search posts.
    assert_eq!(
        words(&html, "form[method=get], form:not([method])").len(),
        0
    );
    let tokens = words(&html, "form input[name=csrf]").len();
    assert_eq!(tokens, words(&html, "form").len());
    let compact = frame()
        .page("Caseload")
        .compact()
        .body("x")
        .render()
        .unwrap();
    assert_eq!(words(&compact, ".nhsuk-grid-column-two-thirds").len(), 0);
    assert_eq!(
        words(
            &compact,
            "body.kith-compact .nhsuk-width-container-fluid main"
        )
        .len(),
        1
    );
}

#[tokio::test]
async fn a_page_with_errors_says_so_in_its_title_and_its_status() {
    let summary: Html = kith_pages::components::ErrorSummary::new("There is a problem")
        .error_list([SummaryError::new("Enter a goal").href("#goal")])
        .into();
    let page = frame().page("Add a goal").errors(summary);
    let response = axum::response::IntoResponse::into_response(page);
    assert_eq!(response.status(), 422);
    let html = text(response).await;
    assert!(words(&html, "title")[0].starts_with("Error: Add a goal"));
    assert_eq!(
        words(&html, "main .nhsuk-error-summary a[href='#goal']"),
        ["Enter a goal"]
    );
    let fine = frame().page("Add a goal").errors(Html::default());
    assert_eq!(
        axum::response::IntoResponse::into_response(fine).status(),
        200
    );
}

#[tokio::test]
async fn the_success_line_is_said_once() {
    let sent = answer("/add").await;
    assert_eq!(sent.status(), 303);
    let cookie = sent.headers()[header::SET_COOKIE]
        .to_str()
        .unwrap()
        .to_owned();
    let request = Request::get("/today")
        .header(header::COOKIE, cookie.split(';').next().unwrap())
        .body(Body::empty())
        .unwrap();
    let shown = app_answer(request).await;
    let taken = shown.headers()[header::SET_COOKIE].to_str().unwrap();
    assert!(taken.starts_with("__Host-done=; Max-Age=0"), "{taken}");
    let html = text(shown).await;
    assert_eq!(
        words(&html, ".nhsuk-notification-banner--success p"),
        ["Goal added"]
    );
    let next = answer("/today").await;
    assert!(next.headers().get(header::SET_COOKIE).is_none());
    assert!(words(&text(next).await, ".nhsuk-notification-banner").is_empty());
}

#[tokio::test]
async fn a_line_somebody_else_put_in_the_cookie_cannot_write_into_the_page() {
    let request = Request::get("/today")
        .header(
            header::COOKIE,
            "__Host-done=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        )
        .body(Body::empty())
        .unwrap();
    let html = text(app_answer(request).await).await;
    assert_eq!(
        words(&html, ".nhsuk-notification-banner p"),
        ["<script>alert(1)</script>"]
    );
}

#[tokio::test]
async fn an_error_page_says_what_to_do_and_gives_the_reference() {
    let html = text(answer("/broken").await).await;
    assert_eq!(words(&html, "h1"), ["Something went wrong"]);
    assert_eq!(
        words(&html, "main p"),
        [
            "Try again later",
            "If you ask for help, give this reference: K7Q2"
        ]
    );
    let html = text(answer("/nowhere").await).await;
    assert_eq!(words(&html, "h1"), ["Not found, or you do not have access"]);
    for (refusal, status) in [
        (Refusal::not_allowed("No"), 403),
        (Refusal::conflict("No"), 409),
        (Refusal::too_many("No"), 429),
        (Refusal::invalid("No"), 422),
    ] {
        assert_eq!(refused(&frame(), &refusal).status().as_u16(), status);
    }
}

#[derive(askama::Template)]
#[template(source = "{{ failing()? }}", ext = "html")]
struct Broken;

impl Broken {
    #[expect(clippy::unused_self, reason = "askama calls it on the template")]
    fn failing(&self) -> Result<Html, std::fmt::Error> {
        Err(std::fmt::Error)
    }
}

#[tokio::test]
async fn a_template_that_fails_shows_nothing_of_ours() {
    let response = frame().page("Today").view(&Broken);
    assert_eq!(response.status(), 500);
    assert!(
        text(response)
            .await
            .starts_with("Something went wrong on our side")
    );
}
