//! What somebody typed is only ever text. Every column that holds words is
//! filled with the texts by which pages are broken into, every page is shown
//! to its readers, and every form that stands on a page is filled with them
//! and sent. No page then has an element, or an attribute, that it does not
//! have with plain words in it.

use std::collections::BTreeSet;

use axum::http::Method;
use kith_db::{Outcome, Tx, run};
use kith_testkit::{Browser, Staff};
use scraper::{ElementRef, Html, Selector};
use sqlx::AssertSqlSafe;

use crate::{
    canaries::{sends_empty, token},
    story::{Story, unzipped},
};

/// Ways into a page: elements, attributes, ends of attributes and of texts
/// that are no markup, addresses that run, half and double encodings, and what
/// parsers are known to read differently from one another.
const PAYLOADS: &[&str] = &[
    "<script>window.__pwned=1</script>",
    "</title><script>window.__pwned=1</script>",
    "</textarea><script>window.__pwned=1</script>",
    "</script><script>window.__pwned=1</script>",
    "<img src=x onerror=window.__pwned=1>",
    "<svg/onload=window.__pwned=1>",
    "<svg><script>window.__pwned=1</script></svg>",
    "<svg><animate onbegin=window.__pwned=1 attributeName=x>",
    "<body onload=window.__pwned=1>",
    "<iframe srcdoc='<script>parent.__pwned=1</script>'>",
    "<iframe src=javascript:parent.__pwned=1>",
    "<object data=javascript:window.__pwned=1>",
    "<embed src=javascript:window.__pwned=1>",
    "<a href=javascript:window.__pwned=1>x</a>",
    "<a href=\"java&#x09;script:window.__pwned=1\">x</a>",
    "<form action=javascript:window.__pwned=1><button>x</button>",
    "<button formaction=javascript:window.__pwned=1>x",
    "<input autofocus onfocus=window.__pwned=1>",
    "<details open ontoggle=window.__pwned=1>",
    "<video><source onerror=window.__pwned=1>",
    "<audio src=x onerror=window.__pwned=1>",
    "<marquee onstart=window.__pwned=1>x</marquee>",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.__pwned=1>",
    "<noscript><p title=\"</noscript><img src=x onerror=window.__pwned=1>\">",
    "<template><script>window.__pwned=1</script></template>",
    "<style>@import'//evil.example/x.css'</style>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<base href=//evil.example/>",
    "\" onmouseover=window.__pwned=1 x=\"",
    "' onmouseover=window.__pwned=1 x='",
    "\"><script>window.__pwned=1</script>",
    "'><script>window.__pwned=1</script>",
    "\" autofocus onfocus=window.__pwned=1 \"",
    "x\" style=\"background:url(//evil.example)\" y=\"",
    "`><img src=x onerror=window.__pwned=1>",
    "--><script>window.__pwned=1</script>",
    "]]><script>window.__pwned=1</script>",
    "javascript:window.__pwned=1",
    "data:text/html,<script>window.__pwned=1</script>",
    "//evil.example/",
    "&lt;script&gt;window.__pwned=1&lt;/script&gt;",
    "&#60;script&#62;window.__pwned=1&#60;/script&#62;",
    "&amp;lt;img src=x onerror=window.__pwned=1&amp;gt;",
    "{{7*7}}${7*7}<%= 7*7 %>#{7*7}",
    "<<script>window.__pwned=1//<</script>",
    "<scr<script>ipt>window.__pwned=1</scr</script>ipt>",
    "<img src=\"x` `<script>window.__pwned=1</script>\"` `>",
    "\u{feff}<script>window.__pwned=1</script>",
    "＜script＞window.__pwned=1＜/script＞",
    "\u{202e}>tpircs<window.__pwned=1>tpircs/<",
    "<x onclick=window.__pwned=1 tabindex=0 id=x>#x",
    "<isindex type=image src=x onerror=window.__pwned=1>",
    "<a ping=//evil.example href=x>x</a>",
    "<portal src=//evil.example>",
    "%3Cscript%3Ewindow.__pwned=1%3C/script%3E",
];

/// What carries a handler, with a hole for it.
const CARRIERS: [&str; 14] = [
    "<img src=x {}>",
    "<svg {}>",
    "<svg><a {}>",
    "<input autofocus {}>",
    "<select autofocus {}>",
    "<textarea autofocus {}>",
    "<details open {}>",
    "<video src=x {}>",
    "<iframe {}>",
    "<body {}>",
    "\" {} x=\"",
    "' {} x='",
    "\"><b {}>",
    "'><b {}>",
];
/// What runs when something happens, in the ways it is hidden from filters.
const HANDLERS: [&str; 25] = [
    "onerror=window.__pwned=1",
    "onload=window.__pwned=1",
    "onfocus=window.__pwned=1",
    "onblur=window.__pwned=1",
    "ontoggle=window.__pwned=1",
    "onclick=window.__pwned=1",
    "onmouseover=window.__pwned=1",
    "onpointerover=window.__pwned=1",
    "onanimationend=window.__pwned=1",
    "ontransitionend=window.__pwned=1",
    "onbeforeinput=window.__pwned=1",
    "onscroll=window.__pwned=1",
    "onpageshow=window.__pwned=1",
    "onhashchange=window.__pwned=1",
    "ONERROR=window.__pwned=1",
    "oNlOaD=window.__pwned=1",
    "onerror='window.__pwned=1'",
    "onerror=\"window.__pwned=1\"",
    "onerror=`window.__pwned=1`",
    "onerror=window&#46;__pwned=1",
    "onerror=&#x77;indow.__pwned=1",
    "onerror\u{a0}=window.__pwned=1",
    "onerror /=window.__pwned=1",
    "style=animation:x onanimationstart=window.__pwned=1",
    "formaction=javascript:window.__pwned=1",
];

/// The ways by hand, and each handler in each carrier: four hundred and six.
fn corpus() -> Vec<String> {
    let drawn = CARRIERS.iter().flat_map(|carrier| {
        let with = |handler: &&str| carrier.replace("{}", handler);
        HANDLERS.iter().map(with)
    });
    PAYLOADS
        .iter()
        .map(|text| (*text).to_owned())
        .chain(drawn)
        .collect()
}

/// Every column of words that people type: table, column, longest text.
const TYPED: &[(&str, &str, usize)] = &[
    ("scheme", "name", 100),
    ("organisation", "name", 100),
    ("account", "name", 100),
    ("person", "given", 100),
    ("person", "family", 100),
    ("person", "known_as", 100),
    ("person", "pronouns", 300),
    ("person", "gender_words", 300),
    ("person", "ethnicity_words", 300),
    ("person", "address", 300),
    ("person", "safe_contact", 300),
    ("person", "risk", 300),
    ("person", "communication", 300),
    ("person", "access_needs", 300),
    ("person", "interpreter", 300),
    ("person", "matters", 900),
    ("person_switch", "reason", 300),
    ("referral", "referrer_name", 100),
    ("referral", "why", 300),
    ("referral", "next_step", 300),
    ("referral", "next_place", 300),
    ("tag", "words", 100),
    ("referral", "what_changed", 900),
    ("referral", "practice_to_do", 300),
    ("referral_move", "note", 300),
    ("contact", "note", 900),
    ("contact", "why_not", 300),
    ("contact", "connected_to", 300),
    ("contact", "practice_line", 300),
    ("task", "what", 300),
    ("practice_message", "words", 900),
    ("practice_message", "to_do", 300),
    ("practice_message", "author_name", 100),
    ("concern", "what", 900),
    ("concern", "about", 300),
    ("concern", "raised_name", 100),
    ("concern", "reach", 300),
    ("concern_event", "words", 900),
    ("break_glass", "reason", 900),
    ("import_batch", "file_name", 200),
    ("gathered_file", "file_name", 200),
    ("person_risk", "before_words", 300),
    ("person_risk", "after_words", 300),
    ("person_earlier", "before_words", 900),
    ("person_earlier", "after_words", 900),
    ("person_earlier", "why", 300),
    ("person", "lone_why", 300),
    ("person_lone_working", "why", 300),
    ("called_off", "step", 300),
    ("called_off", "place", 300),
    ("referral", "end_next", 300),
    ("contact", "void_reason", 300),
    ("concern", "outcome_line", 300),
    ("break_glass", "finding", 900),
    ("gathered_problem", "heading", 300),
    ("gathered_problem", "expected", 300),
    ("population_count", "group_name", 100),
];

/// Columns of text in which nothing that somebody typed stands as they typed
/// it, each with the reason.
const NOT_TYPED: &[(&str, &str)] = &[
    (
        "a value that was read, and could not be such a text",
        "account.email organisation.email organisation.ods_code outbox.recipient person.email \
         person.nhs_number person.nhs_number_doubted person.phone person.postcode \
         referral.given_phone referral.given_postcode scheme.slug \
         sign_in_name.email setting.name setting.value",
    ),
    (
        "a word of the program, from a closed list or made by it",
        "account.role account.state audit.action audit.object_kind audit.outcome audit.purpose \
         audit.role called_off.way concern.danger concern.door concern.outcome concern.reference concern.state \
         concern_event.what contact.attended contact.holding contact.mode contact.purpose \
         draft.place form_once.form_key form_once.went_to gathered_file.kind gathered_file.state \
         gp_contact.kind gp_person.sex import_batch.kind import_batch.state import_row.choice \
         import_row.outcome import_row.sorted mailed_token.kind organisation.kind outbox.failure \
         outbox.kind outbox.once_key outbox.state person.ethnicity person.gender \
         person_earlier.field person_switch.switch population_count.dimension practice_message.author_role \
         practice_message.code practice_message.code_map practice_message.code_term \
         practice_message.stage reading.state reading.subject_kind referral.agreed \
         referral.end_reason referral.main_need referral.needs referral.next_kind referral.next_way \
         referral.reference referral.source referral.state referral.told referral_move.from_state \
         referral_move.move referral_move.to_state session.stage task.ended_as task.kind task.who \
         wellbeing_score.measure wellbeing_score.occasion",
    ),
    (
        "words of other columns, put together by the program and filled there",
        "name_sound.part name_sound.sound outbox.body outbox.subject person_word.word tag.spelling",
    ),
    (
        "a secret, or its hash, that no page shows",
        "account.password_hash passkey.credential session.form_token",
    ),
    (
        "kept as JSON and read into fields: what is typed comes in by the forms and files \
         that other tests here send",
        "contact_earlier.body draft.body gathered_file.columns import_batch.columns \
         import_row.cells import_row.overwrote import_row.problems person_merge.before reading.question reading.result",
    ),
    (
        "a file of GP contacts alone has them, and the story has none",
        "gathered_file.code_set gathered_file.definition gathered_file.supplier_version",
    ),
    (
        "a passkey's row needs a key; its name is shown to its owner alone",
        "passkey.name",
    ),
];

/// Each column of text is typed by somebody, or it is said why not: a column
/// that comes tomorrow fails here.
#[tokio::test]
async fn every_column_of_text_is_filled_or_said_not_to_be_typed() {
    let db = kith_db::testing::sqlite().await;
    let there: BTreeSet<String> = db
        .schema()
        .await
        .unwrap()
        .iter()
        .filter(|table| table.name != "kith_migration")
        .flat_map(|table| {
            let columns = table.columns.iter();
            let text = columns.filter(|column| column.stored == "text" && !is_a_day(&column.name));
            text.map(|column| format!("{}.{}", table.name, column.name))
        })
        .collect();
    let mut said: Vec<String> = TYPED
        .iter()
        .map(|(table, column, _)| format!("{table}.{column}"))
        .collect();
    let not = NOT_TYPED.iter().flat_map(|(_, all)| all.split_whitespace());
    said.extend(not.map(str::to_owned));
    let once: BTreeSet<String> = said.iter().cloned().collect();
    assert_eq!(once.len(), said.len(), "a column is said twice");
    let missing: Vec<_> = there.difference(&once).collect();
    let gone: Vec<_> = once.difference(&there).collect();
    assert!(
        missing.is_empty(),
        "say of them whether people type them: {missing:#?}"
    );
    assert!(gone.is_empty(), "not there: {gone:?}");
}

/// SQLite keeps a day as text.
fn is_a_day(column: &str) -> bool {
    column.ends_with("_on")
        || matches!(
            column,
            "born" | "as_of" | "registered_from" | "registered_until" | "take_by"
        )
}

/// Puts texts into every column, beginning with another one in each.
pub async fn fill(story: &Story, texts: &[&str], round: usize) {
    let scheme = story.world.scheme;
    for (n, (table, column, most)) in TYPED.iter().enumerate() {
        let mut text = String::new();
        for at in 0..texts.len() {
            let next = texts[(round + n + at) % texts.len()];
            let longer = text.chars().count() + next.chars().count() + 1;
            if longer > *most {
                break;
            }
            text.push_str(next);
            text.push(' ');
        }
        let text = text.trim().to_owned();
        let sql = format!(
            "update {table} set {column} = $2 where scheme_id = $1 and {column} is not null"
        );
        let set = async |tx: &mut Tx| -> Outcome<u64> {
            Ok(run!(
                tx,
                sqlx::query(AssertSqlSafe(sql.clone()))
                    .bind(scheme)
                    .bind(&text)
            )?)
        };
        let filled = story.world.db.act(set).await.unwrap();
        assert!(filled > 0, "{table}.{column} has no row in the story");
    }
}

/// Gives every column something to be replaced.
pub async fn is_full(story: &Story) {
    const LINES: &[&str] = &[
        "update person set known_as = 'x', pronouns = 'x', gender_words = 'x', ethnicity_words = 'x', risk = 'x',
            communication = 'x', access_needs = 'x', interpreter = 'x', matters = 'x', address = 'x',
            safe_contact = 'x', lone_why = 'x' where scheme_id = $1",
        "update referral set why = 'x', what_changed = 'x', practice_to_do = 'x',
            next_step = case when next_on is null then next_step else 'x' end where scheme_id = $1",
        "update contact set practice_line = 'x', connected_to = 'x' where scheme_id = $1",
        "update contact set void_reason = 'x', voided_at = at, attended = 'no_answer', why_not = 'x' where scheme_id = $1
            and id = (select c.id from contact c where c.scheme_id = $1 order by c.id limit 1)",
        "update break_glass set finding = 'x' where scheme_id = $1",
        "insert into population_count (scheme_id, file_id, number, dimension, group_name, people)
            select f.scheme_id, f.id, 1, 'age', 'x', 100 from gathered_file f where f.scheme_id = $1",
        "insert into person_risk (scheme_id, id, person_id, at, by_id, before_words, after_words)
            select p.scheme_id, p.id, p.id, p.changed_at, a.id, 'x', 'x' from person p
              join account a on a.scheme_id = $1 and a.role = 'manager' where p.scheme_id = $1",
        "insert into person_earlier (scheme_id, id, person_id, at, by_id, field, before_words, after_words, why)
            select p.scheme_id, p.id, p.id, p.changed_at, a.id, 'address', 'x', 'x', 'x' from person p
              join account a on a.scheme_id = $1 and a.role = 'manager' where p.scheme_id = $1",
        "insert into person_lone_working (scheme_id, id, person_id, at, by_id, why)
            select p.scheme_id, p.id, p.id, p.changed_at, a.id, 'x' from person p
              join account a on a.scheme_id = $1 and a.role = 'manager' where p.scheme_id = $1",
        "insert into called_off (scheme_id, referral_id, version, step, was_on, place, by_id, at)
            select r.scheme_id, r.id, r.version, 'x', r.received_on, 'x', a.id, r.received_at from referral r
              join account a on a.scheme_id = $1 and a.role = 'manager' where r.scheme_id = $1",
        "update practice_message set to_do = 'x' where scheme_id = $1",
        "update concern set reach = 'x', about = 'x', outcome_line = 'x' where scheme_id = $1",
        "update referral_move set note = 'x' where scheme_id = $1",
        "update concern_event set words = 'x' where scheme_id = $1",
    ];
    for sql in LINES {
        let scheme = story.world.scheme;
        let set = async |tx: &mut Tx| -> Outcome<()> {
            run!(tx, sqlx::query(*sql).bind(scheme))?;
            Ok(())
        };
        story.world.db.act(set).await.unwrap();
    }
}

/// The elements of a page, each with the names of its attributes, and where
/// its addresses lead when that is not a place of ours.
fn bones(page: &str) -> BTreeSet<String> {
    let html = Html::parse_document(page);
    let all = Selector::parse("*").unwrap();
    html.select(&all).map(bone).collect()
}

fn bone(element: ElementRef<'_>) -> String {
    let mut line = element.value().name().to_owned();
    for (name, value) in element.value().attrs() {
        line.push(' ');
        line.push_str(name);
        let leads = matches!(
            name,
            "href" | "src" | "action" | "formaction" | "data" | "srcdoc"
        );
        let ours = (value.starts_with('/') && !value.starts_with("//"))
            || value.starts_with('#')
            || value.is_empty()
            || value.starts_with('?');
        // Besides the NHS only the one way out of the public pages, to the letter.
        let known = value.starts_with("tel:")
            || value.starts_with("https://www.nhs.uk")
            || value == "https://www.bbc.co.uk/weather";
        if leads && !ours && !known {
            line.push_str(&format!("=ELSEWHERE({value})"));
        }
    }
    line
}

/// Every page somebody can open in the story.
pub async fn pages(story: &Story, who: Option<Staff>) -> Vec<(String, String)> {
    let mut browser = match who {
        Some(who) => story.world.signed_in(who).await,
        None => story.world.visitor(),
    };
    let mut shown = Vec::new();
    let routes = kith::router::routes();
    for somebody in [story.mary, story.nora, story.rose] {
        let objects = story.objects(somebody).await;
        for route in routes.list().iter().filter(|route| route.method == "GET") {
            let about = route.path.contains('{');
            if !about && somebody.person != story.mary.person {
                continue;
            }
            let Some(address) = objects.address(route.path) else {
                continue;
            };
            let sent = browser.send(Method::GET, &address, None).await;
            assert!(!sent.status.is_server_error(), "{address}: {}", sent.text());
            let page = sent
                .headers
                .get("content-type")
                .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
            if page {
                shown.push((address, sent.text()));
            }
        }
    }
    shown
}

#[tokio::test(flavor = "multi_thread")]
async fn xss_corpus() {
    let story = Story::one().await;
    is_full(&story).await;
    let world = &story.world;
    let readers = [
        Some(world.kay),
        Some(world.mo),
        Some(world.rita),
        Some(world.lena),
        Some(world.grace),
        Some(world.ada),
        Some(world.sam),
        None,
    ];
    fill(&story, &["plain", "words"], 0).await;
    let mut known = BTreeSet::new();
    for reader in readers {
        for (_, page) in pages(&story, reader).await {
            known.extend(bones(&page));
        }
    }
    assert!(
        known.iter().all(|bone| !bone.contains("ELSEWHERE")),
        "{known:#?}"
    );
    let long = std::env::var_os("KITH_TEST_LONG").is_some();
    let corpus = corpus();
    let texts: Vec<&str> = corpus.iter().map(String::as_str).collect();
    let (mut seen, mut opened) = (BTreeSet::<&str>::new(), 0);
    // A long column holds a dozen texts in each round, a short one one or two.
    let step = if long { 7 } else { 43 };
    for round in (0..texts.len()).step_by(step) {
        fill(&story, &texts, round).await;
        for (n, reader) in readers.into_iter().enumerate() {
            if !long && n % 4 != round % 4 {
                continue;
            }
            for (address, page) in pages(&story, reader).await {
                opened += 1;
                let new: Vec<String> = bones(&page).difference(&known).cloned().collect();
                assert!(new.is_empty(), "{address} has {new:?}");
                let words = Html::parse_document(&page);
                let words: String = words.root_element().text().collect();
                seen.extend(texts.iter().filter(|text| words.contains(**text)));
            }
        }
    }
    println!(
        "xss_corpus: {opened} pages, {} of {} texts read",
        seen.len(),
        texts.len()
    );
    let unseen: Vec<_> = texts.iter().filter(|text| !seen.contains(**text)).collect();
    assert!(
        unseen.is_empty(),
        "never shown, so nothing is proved: {unseen:?}"
    );
}

/// A form as it stands on a page: where it goes, and its fields.
pub struct Form {
    pub action: String,
    fields: Vec<(String, String)>,
    pub typed: Vec<String>,
}

pub fn forms(page: &str, at: &str) -> Vec<Form> {
    let html = Html::parse_document(page);
    let form = Selector::parse("form[method=post]").unwrap();
    let field = Selector::parse("input, textarea, select").unwrap();
    let read = |form: ElementRef<'_>| {
        let (mut fields, mut typed) = (Vec::new(), Vec::new());
        for field in form.select(&field) {
            let Some(name) = field.value().attr("name") else {
                continue;
            };
            let kind = field.value().attr("type").unwrap_or("text");
            let value = field.value().attr("value").unwrap_or_default().to_owned();
            match (field.value().name(), kind) {
                ("input", "hidden") => fields.push((name.to_owned(), value)),
                ("input", "radio" | "checkbox") => fields.push((name.to_owned(), value)),
                ("input", "file") | ("select", _) => {}
                _ => typed.push(name.to_owned()),
            }
        }
        let to = form.value().attr("action").filter(|to| !to.is_empty());
        Form {
            action: to.unwrap_or(at).to_owned(),
            fields,
            typed,
        }
    };
    html.select(&form).map(read).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_typed_into_any_form_comes_back_as_text_and_breaks_nothing() {
    let story = Story::one().await;
    let world = &story.world;
    let mut known = BTreeSet::new();
    let readers = [
        world.kay,
        world.mo,
        world.rita,
        world.lena,
        world.grace,
        world.ada,
    ];
    for reader in readers {
        for (_, page) in pages(&story, Some(reader)).await {
            known.extend(bones(&page));
        }
    }
    let (mut sent, mut back) = (0, 0);
    let mut elements: BTreeSet<String> = known.iter().map(|bone| name_of(bone)).collect();
    // What stands on a page with mistakes in it, and on no other.
    elements.extend(["h2", "ul", "li", "strong"].map(str::to_owned));
    for reader in readers {
        let shown = pages(&story, Some(reader)).await;
        let mut browser = world.signed_in(reader).await;
        let mine = token(&mut browser, "/account").await;
        for (at, page) in shown {
            for form in forms(&page, &at) {
                if form.typed.is_empty() || form.action.contains("/sign-out") {
                    continue;
                }
                let text = PAYLOADS[sent % PAYLOADS.len()];
                sent += 1;
                let answer = sends(&mut browser, &form, &mine, text, sent).await;
                if let Some(answer) = answer {
                    back += usize::from(answer.contains("__pwned"));
                    for bone in bones(&answer) {
                        let attributes: Vec<&str> = bone.split(' ').skip(1).collect();
                        let wrong = !elements.contains(&name_of(&bone))
                            || attributes.iter().any(|name| name.starts_with("on"))
                            || bone.contains("ELSEWHERE");
                        assert!(!wrong, "{}: {text}: {bone}", form.action);
                    }
                }
            }
        }
    }
    println!("{sent} forms sent, {back} came back with what was typed");
    assert!(sent > 60 && back > 30, "{sent} {back}");
}

fn name_of(bone: &str) -> String {
    bone.split(' ').next().unwrap_or_default().to_owned()
}

/// Sends a form with a text in every field somebody types into; the page that
/// comes back, if one does.
pub async fn sends(
    browser: &mut Browser,
    form: &Form,
    token: &str,
    text: &str,
    n: usize,
) -> Option<String> {
    let mut body = String::new();
    for (name, value) in &form.fields {
        let value = match name.as_str() {
            "csrf" => token,
            _ => value,
        };
        body.push_str(&format!("{}={}&", encoded(name), encoded(value)));
    }
    for name in &form.typed {
        body.push_str(&format!("{}={}&", encoded(name), encoded(text)));
    }
    body.push_str(&format!("n={n}"));
    let kind = "application/x-www-form-urlencoded".to_owned();
    let sent = browser
        .send(Method::POST, &form.action, Some((kind, body.into_bytes())))
        .await;
    assert!(
        !sent.status.is_server_error(),
        "{} with {text}: {}",
        form.action,
        sent.text()
    );
    (sent.status == 422).then(|| sent.text())
}

pub fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_own_record_as_a_page_is_only_text() {
    let story = Story::one().await;
    is_full(&story).await;
    let plain = record(&story, "plain words").await;
    for payload in PAYLOADS {
        let record = record(&story, payload).await;
        let new: Vec<String> = bones(&record).difference(&bones(&plain)).cloned().collect();
        assert!(new.is_empty(), "{payload}: {new:?}");
    }
}

/// The page in the archive that Grace takes out for Mary.
async fn record(story: &Story, text: &str) -> String {
    fill(story, &[text], 0).await;
    let mut grace = story.world.signed_in(story.world.grace).await;
    let token = token(&mut grace, "/account").await;
    let address = format!("/people/{}/export", story.mary.person);
    let sent = sends_empty(&mut grace, &address, &token, 1).await;
    assert_eq!(sent.status, 200, "{}", sent.text());
    let files = unzipped(&sent.bytes);
    let page = files.into_iter().find(|(name, _)| name == "record.html");
    page.unwrap().1
}
