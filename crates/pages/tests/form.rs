//! A form as a browser meets it: shown blank, posted, shown again with what
//! was typed, filled from a record.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops where what it needs is not there"
)]

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use kith_base::{Day, Email, Line, Refusal, Story};
use kith_pages::Html;
use kith_pages::form::{
    Choice, Date, File, FormToken, Hidden, Long, Many, Maybe, Number, One, Pick, PostButton,
    Posted, Secret, SentFile, Text, Time,
};
use kith_pages::{components::Button, form};
use scraper::{Html as Dom, Selector};

#[derive(Clone, Copy, PartialEq, Debug)]
enum How {
    Face,
    Phone,
}

impl Choice for How {
    const ALL: &'static [Self] = &[Self::Face, Self::Phone];
    fn code(self) -> &'static str {
        match self {
            Self::Face => "face",
            Self::Phone => "phone",
        }
    }
    fn words(self) -> &'static str {
        match self {
            Self::Face => "Face to face",
            Self::Phone => "On the phone",
        }
    }
    fn hint(self) -> &'static str {
        match self {
            Self::Face => "At home or at the practice",
            Self::Phone => "",
        }
    }
}

#[derive(PartialEq, Debug)]
struct AddContact {
    held_on: Day,
    at: jiff::civil::Time,
    how: How,
    minutes: u16,
    worker: u32,
    topics: Vec<How>,
    title: Line,
    words: Story,
    mail: Option<Email>,
    code: String,
    version: i64,
}

form! {
    /// A contact to be added.
    ContactForm => AddContact {
        held_on: Date = Date::new("Date of contact"),
        at: Time = "Time",
        how: One<How> = One::new("How did you meet?").missing("Select how you met"),
        minutes: Number<u16> = Number::new("Length", 1, 480).unit("minutes"),
        worker: Pick<u32> = Pick::empty("Link worker"),
        topics: Many<How> = Many::new("Topics"),
        title: Text<Line> = Text::new("Title").width(20),
        words: Long<Story> = Long::new("What matters to you?").called("what matters").most(200),
        mail: Maybe<Text<Email>> = Text::new("Email address").email(),
        code: Secret<String> = "Code",
        version: Hidden<i64> = "Open the page again",
    }
}

fn today() -> Day {
    Day::ymd(2026, 11, 21).unwrap()
}

fn blank() -> ContactForm {
    let mut form = ContactForm::blank();
    form.held_on.kind.today_or_past(today());
    form.worker.kind.offer(7, "w7", "Kay <Smith>");
    form.worker.kind.offer(8, "w8", "Ola Jones");
    form
}

const GOOD: &[(&str, &str)] = &[
    ("held_on-day", "20"),
    ("held_on-month", "nov"),
    ("held_on-year", "2026"),
    ("at", "2.30pm"),
    ("how", "phone"),
    ("minutes", "45"),
    ("worker", "w8"),
    ("topics", "phone"),
    ("topics", "face"),
    ("title", "  First call  "),
    ("words", "To walk\r\nto the shop"),
    ("mail", ""),
    ("code", " secret "),
    ("version", "3"),
];

/// The good post with some fields changed.
fn post(changes: &[(&'static str, &'static str)]) -> Posted {
    let kept = GOOD
        .iter()
        .filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    Posted::from_pairs(kept.chain(changes).copied())
}

fn add_contact() -> AddContact {
    AddContact {
        held_on: Day::ymd(2026, 11, 20).unwrap(),
        at: jiff::civil::time(14, 30, 0, 0),
        how: How::Phone,
        minutes: 45,
        worker: 8,
        topics: vec![How::Face, How::Phone],
        title: "First call".parse().unwrap(),
        words: "To walk\nto the shop".parse().unwrap(),
        mail: None,
        code: " secret ".into(),
        version: 3,
    }
}

/// What the summary says, with where each line leads.
fn said(form: &ContactForm) -> Vec<(String, String)> {
    let dom = Dom::parse_fragment(form.errors().as_str());
    let lines = Selector::parse(".nhsuk-error-summary__list li").unwrap();
    let link = Selector::parse("a").unwrap();
    dom.select(&lines)
        .map(|line| {
            let href = line.select(&link).next().and_then(|a| a.attr("href"));
            (line.text().collect(), href.unwrap_or("").to_owned())
        })
        .collect()
}

/// Every field on one page.
fn whole(form: &ContactForm) -> String {
    [
        form.held_on(),
        form.at(),
        form.how(),
        form.minutes(),
        form.worker(),
        form.topics(),
        form.title(),
        form.words(),
        form.mail(),
        form.code(),
        form.version(),
    ]
    .into_iter()
    .collect::<Html>()
    .into_string()
}

#[test]
fn what_was_typed_becomes_the_command() {
    assert_eq!(blank().check(&post(&[])).unwrap(), add_contact());
    let encoded = b"a=1&a=2&words=caf%C3%A9+%26+cake";
    let posted = Posted::read(encoded);
    assert_eq!(posted.text("words"), "café & cake");
    assert_eq!(posted.all("a").collect::<Vec<_>>(), ["1", "2"]);
}

#[test]
fn an_empty_form_names_every_field_that_needs_an_answer() {
    let form = blank().check(&Posted::default()).unwrap_err();
    let expected = [
        ("Enter date of contact", "#held_on-day"),
        ("Enter time", "#at"),
        ("Select how you met", "#how"),
        ("Enter length", "#minutes"),
        ("Select link worker", "#worker"),
        ("Select topics", "#topics"),
        ("Enter title", "#title"),
        ("Enter what matters", "#words"),
        ("Enter code", "#code"),
        ("Open the page again", ""),
    ];
    let expected: Vec<(String, String)> = expected
        .iter()
        .map(|(says, to)| ((*says).to_owned(), (*to).to_owned()))
        .collect();
    assert_eq!(said(&form), expected);
}

#[test]
fn every_line_of_the_summary_leads_to_a_field_and_every_wrong_field_is_tied_to_its_message() {
    let form = blank().check(&Posted::default()).unwrap_err();
    let dom = Dom::parse_fragment(&whole(&form));
    for (says, href) in said(&form) {
        if href.is_empty() {
            continue;
        }
        let target = Selector::parse(&href).unwrap();
        let control = dom.select(&target).next();
        assert!(control.is_some(), "{says}: nothing at {href}");
    }
    let messages = Selector::parse(".nhsuk-error-message[id]").unwrap();
    let mut tied = 0;
    for message in dom.select(&messages) {
        let id = message.attr("id").unwrap();
        let describes = Selector::parse(&format!("[aria-describedby~='{id}']")).unwrap();
        assert!(
            dom.select(&describes).next().is_some(),
            "{id} describes nothing"
        );
        tied += 1;
    }
    assert_eq!(tied, 9);
}

#[test]
fn what_was_typed_is_kept_when_something_is_wrong() {
    let form = blank()
        .check(&post(&[("minutes", "forty"), ("words", "<b>mine</b>")]))
        .unwrap_err();
    let says: Vec<String> = said(&form).into_iter().map(|(says, _)| says).collect();
    assert_eq!(says, ["Length must be a whole number between 1 and 480"]);
    let html = whole(&form);
    let dom = Dom::parse_fragment(&html);
    for (selector, attribute, value) in [
        ("#held_on-day", "value", "20"),
        ("#held_on-month", "value", "nov"),
        ("#held_on-year", "value", "2026"),
        ("#minutes", "value", "forty"),
        ("#title", "value", "  First call  "),
        ("#how-2", "checked", ""),
        ("#topics", "checked", ""),
        ("#topics-2", "checked", ""),
        ("#worker option[value=w8]", "selected", ""),
        ("input[name=version]", "value", "3"),
    ] {
        let found = dom.select(&Selector::parse(selector).unwrap()).next();
        let found = found.unwrap_or_else(|| panic!("no {selector}"));
        assert_eq!(found.attr(attribute), Some(value), "{selector}");
    }
    let area = Selector::parse("#words").unwrap();
    let text: String = dom.select(&area).next().unwrap().text().collect();
    assert_eq!(text, "<b>mine</b>");
    assert!(!html.contains(" secret "), "a code is never shown again");
}

#[test]
fn a_date_says_which_part_is_wrong() {
    for (typed, part, says) in [
        (
            ["", "11", "2026"],
            "day",
            "Date of contact must include a day",
        ),
        (
            ["1", "", ""],
            "month",
            "Date of contact must include a month and year",
        ),
        (
            ["1", "13", "2026"],
            "month",
            "Month must be a number from 1 to 12",
        ),
        (
            ["1", "ma", "2026"],
            "month",
            "Month must be a number from 1 to 12",
        ),
        (["1", "1", "26"], "year", "Year must include 4 numbers"),
        (
            ["31", "2", "2026"],
            "day",
            "Date of contact must be a real date",
        ),
        (
            ["+1", "2", "2026"],
            "day",
            "Date of contact must be a real date",
        ),
        (
            ["22", "11", "2026"],
            "day",
            "Date of contact must be today or in the past",
        ),
    ] {
        let [day, month, year] = typed;
        let parts = [
            ("held_on-day", day),
            ("held_on-month", month),
            ("held_on-year", year),
        ];
        let form = blank().check(&post(&parts)).unwrap_err();
        assert_eq!(said(&form), [(says.to_owned(), format!("#held_on-{part}"))]);
    }
    for month in ["11", "November", " nov "] {
        let posted = post(&[("held_on-month", month)]);
        assert!(blank().check(&posted).is_ok(), "{month}");
    }
}

#[test]
fn only_what_was_offered_can_be_chosen() {
    for (field, value) in [("how", "fax"), ("worker", "7"), ("topics", "face'--")] {
        let form = blank().check(&post(&[(field, value)])).unwrap_err();
        assert_eq!(said(&form).len(), 1, "{field}={value}");
    }
}

#[test]
fn a_field_that_may_be_empty_is_still_read_when_it_is_not() {
    let command = blank()
        .check(&post(&[("mail", "Kay@Example.org")]))
        .unwrap();
    assert_eq!(command.mail.as_deref(), Some("kay@example.org"));
    let form = blank().check(&post(&[("mail", "kay")])).unwrap_err();
    assert_eq!(said(&form)[0].1, "#mail");
    assert!(form.mail().as_str().contains("Email address (optional)"));
}

#[test]
fn too_long_and_unprintable_are_refused_in_words() {
    let long: &'static str = Box::leak("x".repeat(201).into_boxed_str());
    let form = blank().check(&post(&[("words", long)])).unwrap_err();
    assert_eq!(
        said(&form)[0].0,
        "What matters must be 200 characters or fewer: this has 201"
    );
    let form = blank().check(&post(&[("title", "a\0b")])).unwrap_err();
    assert_eq!(
        said(&form)[0].0,
        "Title must not have characters that cannot be shown"
    );
}

#[test]
fn a_record_fills_the_form_and_comes_back_unchanged() {
    let record = add_contact();
    let html = whole(&blank().filled(&record));
    let dom = Dom::parse_fragment(&html);
    let mut fields: Vec<(String, String)> = Vec::new();
    let controls = "input:not([type=radio]):not([type=checkbox]), input[checked]";
    for input in dom.select(&Selector::parse(controls).unwrap()) {
        let value = input.attr("value").unwrap_or("");
        fields.push((input.attr("name").unwrap().into(), value.into()));
    }
    let chosen = Selector::parse("option[selected]").unwrap();
    let worker = dom.select(&chosen).next().unwrap();
    fields.push(("worker".into(), worker.attr("value").unwrap().into()));
    let area = Selector::parse("textarea").unwrap();
    let words: String = dom.select(&area).next().unwrap().text().collect();
    fields.push(("words".into(), words));
    // The browser posts what it shows, but for the code, typed anew.
    fields.retain(|(name, _)| name != "code");
    fields.push(("code".into(), " secret ".into()));
    let pairs = fields.iter().map(|(name, value)| (&**name, &**value));
    assert_eq!(blank().check(&Posted::from_pairs(pairs)).unwrap(), record);
}

#[test]
fn the_ends_of_a_range_belong_to_it() {
    for minutes in ["1", "480", " 4 8 "] {
        let posted = post(&[("minutes", minutes)]);
        assert!(blank().check(&posted).is_ok(), "{minutes}");
    }
    for minutes in ["0", "481", "-1", "1.5"] {
        let posted = post(&[("minutes", minutes)]);
        assert!(blank().check(&posted).is_err(), "{minutes}");
    }
    let on_the_day = [("held_on-day", "21")];
    assert!(
        blank().check(&post(&on_the_day)).is_ok(),
        "today is not too late"
    );
    let mut form = blank();
    form.held_on
        .kind
        .not_before(today(), "on or after the referral");
    let form = form.check(&post(&[])).unwrap_err();
    let says = "Date of contact must be on or after the referral";
    assert_eq!(said(&form)[0].0, says);
    let mut form = blank();
    form.held_on.kind.today_or_future(today());
    assert!(form.check(&post(&on_the_day)).is_ok());
}

#[test]
fn a_name_in_capitals_keeps_them_in_its_message() {
    struct Found {
        nhs_number: String,
    }
    form! {
        Find => Found { nhs_number: Text<String> = Text::new("NHS number").digits() }
    }
    let Err(form) = Find::blank().check(&Posted::default()) else {
        panic!("taken");
    };
    assert!(form.errors().as_str().contains("Enter NHS number"));
    let found = Find::blank().check(&Posted::from_pairs([("nhs_number", "9")]));
    assert_eq!(
        found.map(|found| found.nhs_number).ok().as_deref(),
        Some("9")
    );
}

#[test]
fn a_text_that_begins_with_an_empty_line_is_shown_whole() {
    let form = blank().kept(&post(&[("words", "\r\nsecond line")]));
    let dom = Dom::parse_fragment(form.words().as_str());
    let area = Selector::parse("#words").unwrap();
    let text: String = dom.select(&area).next().unwrap().text().collect();
    assert_eq!(text, "\nsecond line");
}

#[test]
fn a_refusal_stands_by_its_field_or_about_the_whole() {
    let mut form = blank().kept(&post(&[]));
    assert!(form.errors().is_empty());
    form.refuse(&Refusal::field("worker", "Choose somebody who is at work"));
    form.refuse(&Refusal::conflict("This contact has changed").try_next("Look at it again"));
    form.held_on.add_error("There is a contact on this day");
    let expected = [
        ("This contact has changed. Look at it again", ""),
        ("There is a contact on this day", "#held_on-day"),
        ("Choose somebody who is at work", "#worker"),
    ];
    let expected = expected.map(|(says, to)| (says.to_owned(), to.to_owned()));
    assert_eq!(said(&form), expected);
    // The first message about a field is the one it keeps.
    form.held_on.add_error("Something else");
    assert_eq!(said(&form), expected);
    assert!(
        form.title().as_str().contains("First call"),
        "what was typed is kept"
    );
}

#[test]
fn a_form_that_posts_carries_its_token() {
    let token = FormToken::new("c\"1", "o1");
    let open = blank()
        .open("/contacts", &token)
        .autosave("/drafts/contact");
    let dom = Dom::parse_fragment(&format!("{open}</form>"));
    let form = dom
        .select(&Selector::parse("form").unwrap())
        .next()
        .unwrap();
    assert_eq!(form.attr("method"), Some("post"));
    assert_eq!(form.attr("action"), Some("/contacts"));
    assert_eq!(form.attr("novalidate"), Some(""));
    assert_eq!(form.attr("data-autosave"), Some("/drafts/contact"));
    let hidden = Selector::parse("form input[type=hidden]").unwrap();
    let fields: Vec<_> = dom
        .select(&hidden)
        .map(|field| (field.attr("name").unwrap(), field.attr("value").unwrap()))
        .collect();
    assert_eq!(fields, [("csrf", "c\"1"), ("once", "o1")]);
    assert!(
        !format!("{token:?}").contains("c\"1"),
        "a token is never logged"
    );

    let button = PostButton::new("/accept", &token, Button::new("Accept")).with("answer", "yes");
    let dom = Dom::parse_fragment(&button.to_string());
    let names: Vec<_> = dom
        .select(&Selector::parse("form[method=post] input").unwrap())
        .map(|field| field.attr("name").unwrap())
        .collect();
    assert_eq!(names, ["csrf", "once", "answer"]);
}

struct BringIn {
    sheet: SentFile,
    year: u16,
}

form! {
    /// A spreadsheet to bring in.
    BringInForm => BringIn {
        sheet: File = File::new("Spreadsheet", &[".csv", ".xlsx"], 1_000_000),
        year: Number<u16> = Number::new("Year", 2000, 2100),
    }
}

/// A post with a file of this name and text, as a browser sends it.
async fn sent(file: &str, text: &str) -> Posted {
    let part = |head: &str, text: &str| {
        format!("--edge\r\nContent-Disposition: form-data; {head}\r\n\r\n{text}\r\n")
    };
    let body = [
        part("name=\"csrf\"", "token"),
        part("name=\"year\"", "2026"),
        part(&format!("name=\"sheet\"; filename=\"{file}\""), text),
        "--edge--\r\n".into(),
    ];
    let request = Request::post("/")
        .header("content-type", "multipart/form-data; boundary=edge")
        .body(Body::from(body.concat()))
        .unwrap();
    Posted::from_request(request, &()).await.unwrap()
}

#[tokio::test]
async fn a_file_comes_with_its_form() {
    let posted = sent("June.CSV", "name,age\r\n").await;
    assert_eq!(posted.csrf(), "token");
    let command = BringInForm::blank().check(&posted).unwrap();
    assert_eq!((&*command.sheet.name, command.year), ("June.CSV", 2026));
    assert_eq!(&command.sheet.bytes[..], b"name,age\r\n");

    let large = "x".repeat(1_000_001);
    for (file, text, says) in [
        ("", "", "Select spreadsheet"),
        ("June.pdf", "x", "Spreadsheet must be a .csv or .xlsx file"),
        (
            "June.csv.exe",
            "x",
            "Spreadsheet must be a .csv or .xlsx file",
        ),
        ("June.csv", "", "The selected file is empty"),
        (
            "June.csv",
            &*large,
            "The selected file must be smaller than 1 MB",
        ),
    ] {
        let Err(form) = BringInForm::blank().check(&sent(file, text).await) else {
            panic!("{says}: taken");
        };
        assert!(form.errors().as_str().contains(says), "{}", form.errors());
        assert!(form.year().as_str().contains("2026"), "the rest is kept");
    }
    let open = BringInForm::blank().open("/", &FormToken::new("a", "b"));
    let open = open.with_files().to_string();
    assert!(open.contains("enctype=\"multipart/form-data\""), "{open}");
}

#[tokio::test]
async fn a_body_that_is_no_form_is_refused() {
    for kind in ["application/json", "text/plain", ""] {
        let request = Request::post("/")
            .header("content-type", kind)
            .body(Body::from("{}"))
            .unwrap();
        let refused = Posted::from_request(request, &()).await.unwrap_err();
        assert_eq!(refused.status(), 415, "{kind:?}");
    }
}

#[test]
fn a_piece_can_be_revealed_by_a_choice() {
    let mut form = blank();
    let mail = form.mail();
    form.how.kind.reveal(&How::Phone, mail);
    let dom = Dom::parse_fragment(form.how().as_str());
    let revealed = Selector::parse("#conditional-how-2 #mail").unwrap();
    assert!(dom.select(&revealed).next().is_some());
    let controls = Selector::parse("#how-2[data-aria-controls=conditional-how-2]").unwrap();
    assert!(dom.select(&controls).next().is_some());
}
