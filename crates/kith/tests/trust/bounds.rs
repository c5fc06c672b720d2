//! What comes in is bounded: a body that is too large or never ends, a form
//! with a million parts, an archive that is a bomb or lies about itself, and
//! markup that expands. Each is refused quickly, in words, and nothing of it
//! is kept. And every answer, whatever it says, carries the headers.

use std::{
    io::{Cursor, Write},
    time::{Duration, Instant},
};

use axum::{
    body::{Body, Bytes},
    extract::ConnectInfo,
    http::{Method, Request, header},
};
use kith_testkit::{Browser, Sent};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{
    canaries::{sends_empty, token},
    story::Story,
};

const URLENCODED: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data; boundary=edge";
/// Quick enough on a busy machine; a bomb takes minutes.
const SOON: Duration = Duration::from_secs(10);

fn part(name: &str, value: &str) -> String {
    format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
}

/// A form with a file, as a browser sends it.
fn with_file(token: &str, bytes: &[u8]) -> Vec<u8> {
    let mut body = (part("csrf", token) + &part("once", "trust")).into_bytes();
    body.extend(
        b"--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../list.xlsx\"\r\n\
        Content-Type: application/octet-stream\r\n\r\n",
    );
    body.extend(bytes);
    body.extend(b"\r\n--edge--\r\n");
    body
}

async fn brings(mo: &mut Browser, token: &str, bytes: &[u8]) -> Sent {
    let body = with_file(token, bytes);
    mo.send(Method::POST, "/import", Some((MULTIPART.into(), body)))
        .await
}

fn refused(sent: &Sent, began: Instant, what: &str) {
    let status = sent.status.as_u16();
    assert!(
        matches!(status, 400 | 403 | 413 | 415 | 422),
        "{what}: {status}: {}",
        sent.text()
    );
    assert!(began.elapsed() < SOON, "{what} took {:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn upload_limits() {
    let story = Story::one().await;
    let world = &story.world;
    let mut mo = world.signed_in(world.mo).await;
    let token = token(&mut mo, "/account").await;
    let mega = 1024 * 1024;
    let forms: [(&str, &str, &str, Vec<u8>); 5] = [
        ("a form of 40 MB", "/refer", URLENCODED, {
            let mut body = format!("csrf={token}&once=a&why=").into_bytes();
            body.resize(40 * mega, b'a');
            body
        }),
        (
            "a form of a million fields",
            "/refer",
            URLENCODED,
            b"a=&".repeat(mega),
        ),
        (
            "a file of 40 MB",
            "/import",
            MULTIPART,
            with_file(&token, &vec![b'a'; 40 * mega]),
        ),
        (
            "a form of very many parts",
            "/import",
            MULTIPART,
            (part("csrf", &token) + &part("a", "").repeat(200_000)).into_bytes(),
        ),
        (
            "a file before the token",
            "/import",
            MULTIPART,
            with_file("guessed", &vec![b'a'; 8 * mega]),
        ),
    ];
    for (what, path, kind, body) in forms {
        let began = Instant::now();
        let sent = mo.send(Method::POST, path, Some((kind.into(), body))).await;
        refused(&sent, began, what);
    }
    for (path, kind) in [("/refer", URLENCODED), ("/import", MULTIPART)] {
        let began = Instant::now();
        let sent = without_end(&story, path, kind, &token).await;
        refused(&sent, began, &format!("a body without end to {path}"));
    }
    nothing_was_brought_in(&story).await;
}

/// A body that goes on for ever, in pieces.
async fn without_end(story: &Story, path: &str, kind: &str, token: &str) -> Sent {
    let world = &story.world;
    let cookie = kith_access::testing::signed_in(&world.app, world.scheme, world.mo.id)
        .await
        .unwrap();
    let start = if kind == URLENCODED {
        Bytes::from(format!("csrf={token}&why="))
    } else {
        Bytes::from(part("csrf", token))
    };
    let pieces = futures::stream::unfold(Some(start), |next| async {
        let piece = next.unwrap_or_else(|| Bytes::from(vec![b'a'; 64 * 1024]));
        Some((Ok::<_, std::io::Error>(piece), None))
    });
    let mut request = Request::post(path)
        .header(header::HOST, "127.0.0.1:8080")
        .header(header::ORIGIN, "http://127.0.0.1:8080")
        .header(header::CONTENT_TYPE, kind)
        .header(header::COOKIE, cookie)
        .body(Body::from_stream(pieces))
        .unwrap();
    let peer: std::net::SocketAddr = ([127, 0, 0, 1], 40_000).into();
    request.extensions_mut().insert(ConnectInfo(peer));
    world.visitor().send_request(request).await
}

/// The list of the story is still the only one.
async fn nothing_was_brought_in(story: &Story) {
    let kept = story.kept().await;
    let lists = kept.iter().find(|(name, _)| name == "import_batch.csv");
    assert_eq!(lists.unwrap().1.lines().count(), 2, "something was kept");
}

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const TYPES: &str = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#;
const ROOT: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK: &str = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Referrals" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const BOOK_RELATIONS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;

/// A workbook with one sheet.
fn workbook(sheet: &[u8]) -> Vec<u8> {
    archive(&[
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", ROOT.as_bytes()),
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", BOOK_RELATIONS.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet),
    ])
}

fn sheet(before: &str, cell: &str) -> Vec<u8> {
    format!(
        r#"<?xml version="1.0"?>{before}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Surname</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>{cell}</t></is></c></row></sheetData></worksheet>"#
    )
    .into_bytes()
}

/// Where a field of every part's two headers is: the place of the header, and
/// the field's in it.
fn headers_of(archive: &[u8], local: usize, central: usize) -> Vec<(usize, usize)> {
    let mut all = Vec::new();
    for (mark, field) in [(&b"PK\x03\x04"[..], local), (&b"PK\x01\x02"[..], central)] {
        let places = (0..archive.len() - 4).filter(|at| archive[*at..].starts_with(mark));
        all.extend(places.map(|at| (field, at)));
    }
    all
}

/// Archives that are bombs, or lie about what they are.
fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    let plain = workbook(&sheet("", "Smith"));
    let zeros = vec![0; 80 * 1024 * 1024];
    let inner = archive(&[("bomb.bin", &zeros)]);
    let many: Vec<String> = (0..40_000).map(|n| format!("xl/{n}.xml")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let billion = "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY a \"&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\">]>";
    let mut sealed = plain.clone();
    for (field, at) in headers_of(&plain, 6, 8) {
        sealed[at + field] |= 1;
    }
    let mut other_sum = plain.clone();
    for (field, at) in headers_of(&plain, 14, 16) {
        other_sum[at + field] ^= 0xFF;
    }
    vec![
        ("80 MB of nothing", workbook(&zeros)),
        ("an archive in an archive", workbook(&inner)),
        ("40,000 parts", archive(&many)),
        ("a document type", workbook(&sheet(billion, "&d;"))),
        (
            "a long entity used 50,000 times",
            workbook(&sheet(
                &format!("<!DOCTYPE x [<!ENTITY a \"{}\">]>", "a".repeat(50_000)),
                &"&a;".repeat(50_000),
            )),
        ),
        (
            "an entity from a file",
            workbook(&sheet(
                "<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/passwd\">]>",
                "&f;",
            )),
        ),
        (
            "an entity from the net",
            workbook(&sheet(
                "<!DOCTYPE x [<!ENTITY f SYSTEM \"http://127.0.0.1:9/\">]>",
                "&f;",
            )),
        ),
        (
            "100,000 elements deep",
            workbook("<a>".repeat(100_000).as_bytes()),
        ),
        ("a part that is sealed", sealed),
        ("cut in the middle", plain[..plain.len() / 2].to_vec()),
        ("another sum of a part", other_sum),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn archive_bombs() {
    let story = Story::one().await;
    let world = &story.world;
    let mut mo = world.signed_in(world.mo).await;
    let token = token(&mut mo, "/account").await;
    let before = kith::health::resident_bytes().unwrap();
    for (what, bytes) in bombs() {
        assert!(bytes.len() < 10 * 1024 * 1024, "{what}: {}", bytes.len());
        let began = Instant::now();
        let sent = brings(&mut mo, &token, &bytes).await;
        assert!(began.elapsed() < SOON, "{what} took {:?}", began.elapsed());
        let text = sent.text();
        assert!(!sent.status.is_server_error(), "{what}: {text}");
        assert!(!text.contains("root:x:0"), "{what} read a file");
        assert_eq!(sent.status, 422, "{what} was taken");
        let after = kith::health::resident_bytes().unwrap();
        let more = after.saturating_sub(before) / (1024 * 1024);
        assert!(more < 512, "{what}: {more} MB more");
    }
    nothing_was_brought_in(&story).await;
    // The workbook they are made of, without the bomb, is taken: what is
    // refused above is the bomb.
    let plain = brings(&mut mo, &token, &workbook(&sheet("", "Smith"))).await;
    assert_eq!(plain.status, 303, "{}", plain.text());
}

/// What a sheet asks to be put in from elsewhere is not asked for.
#[tokio::test(flavor = "multi_thread")]
async fn an_inclusion_in_a_sheet_brings_no_file() {
    let story = Story::one().await;
    let world = &story.world;
    let mut mo = world.signed_in(world.mo).await;
    let token = token(&mut mo, "/account").await;
    let folder = tempfile::TempDir::new().unwrap();
    let other = folder.path().join("other.txt");
    std::fs::write(&other, "brought-from-elsewhere").unwrap();
    let include = format!(
        "Smith<xi:include xmlns:xi=\"http://www.w3.org/2001/XInclude\" \
         href=\"file://{}\" parse=\"text\"/>",
        other.display()
    );
    let sent = brings(&mut mo, &token, &workbook(&sheet("", &include))).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    let kept = story.kept().await;
    let rows = kept.iter().find(|(name, _)| name == "import_row.csv");
    assert!(rows.unwrap().1.contains("Smith"), "it was read");
    for (name, text) in &kept {
        assert!(!text.contains("brought-from-elsewhere"), "{name}");
    }
}

/// What an archive says of its size is not believed: one that claims two
/// gigabytes and holds a line is read as the line it is.
#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_lies_about_its_size_takes_no_more_than_it_holds() {
    let story = Story::one().await;
    let world = &story.world;
    let mut mo = world.signed_in(world.mo).await;
    let token = token(&mut mo, "/account").await;
    let mut lies = workbook(&sheet("", "Smith"));
    for (field, at) in headers_of(&lies.clone(), 22, 24) {
        lies[at + field..at + field + 4].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0x7F]);
    }
    let before = kith::health::resident_bytes().unwrap();
    let began = Instant::now();
    let sent = brings(&mut mo, &token, &lies).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    let after = kith::health::resident_bytes().unwrap();
    let more = after.saturating_sub(before) / (1024 * 1024);
    assert!(more < 512, "{more} MB more");
}

/// Names that lead out of the archive matter to whoever unpacks to a disk; a
/// workbook is only ever read, part by part, by the names it must have.
#[tokio::test(flavor = "multi_thread")]
async fn an_archive_with_names_that_lead_out_is_read_by_nobody() {
    let story = Story::one().await;
    let world = &story.world;
    let mut mo = world.signed_in(world.mo).await;
    let token = token(&mut mo, "/account").await;
    let folder = tempfile::TempDir::new().unwrap();
    let outside = folder.path().join("escaped");
    let absolute = outside.to_str().unwrap().to_owned();
    let up = format!("{}{absolute}", "../".repeat(12).trim_end_matches('/'));
    for name in [absolute.as_str(), up.as_str(), "C:\\escaped"] {
        let bytes = archive(&[
            (name, b"escaped"),
            ("[Content_Types].xml", TYPES.as_bytes()),
        ]);
        let sent = brings(&mut mo, &token, &bytes).await;
        assert_eq!(sent.status, 422, "{name}");
    }
    assert!(!outside.exists());
    nothing_was_brought_in(&story).await;
}

const HEADERS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        kith_pages::headers::CONTENT_SECURITY_POLICY,
    ),
    (
        "strict-transport-security",
        "max-age=31536000; includeSubDomains",
    ),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

fn carries_them(what: &str, sent: &Sent) {
    for (name, value) in HEADERS {
        let there = sent.headers.get(*name).map(|value| value.to_str().unwrap());
        assert_eq!(there, Some(*value), "{what} ({}): {name}", sent.status);
    }
    assert!(
        !sent.headers.contains_key("access-control-allow-origin"),
        "{what}: another site may read it"
    );
    let cache = &sent.headers["cache-control"];
    let own = what.contains("/assets/") || what.contains("/passkey.js");
    assert!(own || cache == "no-store", "{what}: {cache:?}");
    let referrer = sent.headers["referrer-policy"].to_str().unwrap();
    let secret = what.contains("/welcome/") || what.contains("/reset/");
    let may = if secret && sent.status == 200 {
        &["no-referrer"][..]
    } else {
        &["same-origin", "no-referrer"]
    };
    assert!(may.contains(&referrer), "{what}: {referrer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_all() {
    let story = Story::one().await;
    let objects = story.objects(story.mary).await;
    let mut answers = 0;
    let people = story.everybody().map(Some).into_iter().chain([None]);
    for person in people {
        let mut browser = match person {
            Some(person) => story.world.signed_in(person).await,
            None => story.world.visitor(),
        };
        for (n, route) in kith::router::routes().list().iter().enumerate() {
            let Some(address) = objects.address(route.path) else {
                continue;
            };
            let sent = if route.method == "GET" {
                browser.send(Method::GET, &address, None).await
            } else {
                sends_empty(&mut browser, &address, "guessed", n).await
            };
            carries_them(&format!("{} {address}", route.method), &sent);
            answers += 1;
        }
        for (method, path) in [
            (Method::GET, "/nowhere"),
            (Method::GET, "/assets/none.css"),
            (Method::DELETE, "/today"),
            (Method::POST, "/today"),
            (Method::OPTIONS, "/"),
            (Method::TRACE, "/"),
            (Method::GET, "/health"),
        ] {
            let sent = browser.send(method.clone(), path, None).await;
            carries_them(&format!("{method} {path}"), &sent);
            assert!(
                sent.status.is_client_error(),
                "{method} {path}: {}",
                sent.status
            );
            answers += 1;
        }
    }
    println!("headers_all: {answers} answers");
    assert!(answers > 1_000, "{answers}");
}

/// A link in an archive leads nowhere: what it names is not opened.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_in_an_archive_is_not_followed() {
    let story = Story::one().await;
    let world = &story.world;
    let mut mo = world.signed_in(world.mo).await;
    let token = token(&mut mo, "/account").await;
    let folder = tempfile::TempDir::new().unwrap();
    let outside = folder.path().join("sheet.xml");
    std::fs::write(&outside, sheet("", "Brought-in-by-a-link")).unwrap();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", ROOT),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", BOOK_RELATIONS),
    ] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes.as_bytes()).unwrap();
    }
    let to = outside.to_str().unwrap();
    let options = SimpleFileOptions::default();
    zip.add_symlink("xl/worksheets/sheet1.xml", to, options)
        .unwrap();
    let bytes = zip.finish().unwrap().into_inner();
    let sent = brings(&mut mo, &token, &bytes).await;
    assert_eq!(sent.status, 422, "{}", sent.text());
    for (name, text) in &story.kept().await {
        assert!(!text.contains("Brought-in-by-a-link"), "{name}");
    }
    nothing_was_brought_in(&story).await;
}

/// Two parts of one name are one part or a refusal, never a fault, and never
/// both.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_stands_twice_in_an_archive_is_read_once_or_refused() {
    let story = Story::one().await;
    let world = &story.world;
    let mut mo = world.signed_in(world.mo).await;
    let token = token(&mut mo, "/account").await;
    let mut parts = archive(&[
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", ROOT.as_bytes()),
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", BOOK_RELATIONS.as_bytes()),
        ("xl/worksheets/sheet1.xml", &sheet("", "First-of-two")),
        ("xl/worksheets/sheet2.xml", &sheet("", "Second-of-two")),
    ]);
    let second = b"worksheets/sheet2.xml";
    let places: Vec<usize> = (0..parts.len() - second.len())
        .filter(|at| parts[*at..].starts_with(second))
        .collect();
    assert_eq!(
        places.len(),
        2,
        "in its own header and in the list of parts"
    );
    for at in places {
        parts[at + second.len() - 5] = b'1';
    }
    let began = Instant::now();
    let sent = brings(&mut mo, &token, &parts).await;
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    assert!(matches!(sent.status.as_u16(), 303 | 422), "{}", sent.text());
    let kept = story.kept().await;
    let rows = kept.iter().find(|(name, _)| name == "import_row.csv");
    let rows = &rows.unwrap().1;
    let read = ["First-of-two", "Second-of-two"].map(|name| rows.contains(name));
    assert!(read != [true, true], "both were read");
}
