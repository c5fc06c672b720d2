//! The forms about one person: from the referral to the record.

use kith_base::NhsNumber;
use kith_casework::paths;
use kith_testkit::{Somebody, named, omar};

use crate::sent::{Sent, at_a_form};

const NOTE: &[(&str, &str)] = &[
    ("at_on-day", "24"),
    ("at_on-month", "11"),
    ("at_on-year", "2026"),
    ("at_time", "09:30"),
    ("mode", "phone"),
    ("minutes", "30"),
    ("purpose", "assess"),
    ("attended", "yes"),
    ("note", "She sings"),
    ("readers", "shared"),
];

pub async fn a_referral(sent: &mut Sent<'_>) -> Somebody {
    let world = sent.world;
    let mut rita = at_a_form(world, world.rita).await;
    let number = NhsNumber::with_check_digit(999_000_001).unwrap();
    let fields = [
        ("nhs_number", &*number.spaced()),
        ("given", "Mary"),
        ("family", "Thistle"),
        ("born-day", "3"),
        ("born-month", "5"),
        ("born-year", "1951"),
        ("gender", "female"),
        ("main", "loneliness"),
        ("told", "talked"),
        ("agreed", "yes"),
    ];
    sent.twice(&mut rita, "/refer", "/refer", &fields).await;
    let referral = sent
        .id("select id from referral where scheme_id = $1")
        .await;
    let person = sent.id("select id from person where scheme_id = $1").await;
    let mary = Somebody {
        person: person.parse().unwrap(),
        referral: referral.parse().unwrap(),
    };
    let line = paths::add_line(mary.referral);
    sent.twice(
        &mut rita,
        "/sent/{referral}/line",
        &line,
        &[("line", "She has a cat")],
    )
    .await;
    let mut mo = at_a_form(world, world.mo).await;
    let version = sent.version(mary).await;
    let sam = world.sam.id.to_string();
    let given = [("version", &*version), ("worker", &*sam)];
    sent.twice(
        &mut mo,
        "/referrals/{id}/assign",
        &paths::assign(mary.referral),
        &given,
    )
    .await;
    let version = sent.version(mary).await;
    let (pick, kay) = (mary.referral.to_string(), world.kay.id.to_string());
    let picked = [("pick", &*pick), ("press", "print")];
    sent.twice(&mut mo, "/caseload/several", &paths::several(), &picked)
        .await;
    let given = [("pick", &*pick), ("version", &*version), ("worker", &*kay)];
    let path = paths::give_several();
    sent.twice(&mut mo, "/caseload/several/give", &path, &given)
        .await;
    let waiting = world.refers(world.rita, &omar()).await;
    let mut kay = at_a_form(world, world.kay).await;
    let version = sent.version(waiting).await;
    sent.twice(
        &mut kay,
        "/referrals/{id}/take",
        &paths::take(waiting.referral),
        &[("version", &version)],
    )
    .await;
    let back = world.refers(world.rita, &named("Jo", "Brown")).await;
    let version = sent.version(back).await;
    let decline = [
        ("version", &*version),
        ("reason", "out_of_area"),
        ("next_step", "Ask the council"),
        ("person_knows", "told"),
    ];
    sent.twice(
        &mut kay,
        "/referrals/{id}/decline",
        &paths::decline(back.referral),
        &decline,
    )
    .await;
    let answer = sent
        .id("select id from practice_message where scheme_id = $1 and needs_answer")
        .await;
    let message = [("message", &*answer)];
    let read = paths::acknowledge(back.referral);
    sent.twice(&mut rita, "/sent/{referral}/acknowledge", &read, &message)
        .await;
    let wrong = world.refers(world.rita, &named("Wrong", "Person")).await;
    let mistake = [("why", "The wrong person")];
    let path = paths::take_back(wrong.referral);
    sent.twice(&mut rita, "/sent/{referral}/take-back", &path, &mistake)
        .await;
    let changed = world.refers(world.rita, &named("Changed", "Mind")).await;
    let version = sent.version(changed).await;
    let said = [
        ("version", &*version),
        ("heard", "for_them"),
        ("said_on-day", "24"),
        ("said_on-month", "11"),
        ("said_on-year", "2026"),
    ];
    let path = paths::withdraw(changed.referral);
    sent.twice(&mut rita, "/referrals/{referral}/withdraw", &path, &said)
        .await;
    let search = [("q", "Person")];
    sent.twice(&mut rita, "/sent/search", "/sent/search", &search)
        .await;
    sent.twice(&mut rita, "/sent/filed", "/sent/filed", &message)
        .await;
    sent.twice(&mut rita, "/sent/not-filed", "/sent/not-filed", &message)
        .await;
    waiting
}

pub async fn a_note(sent: &mut Sent<'_>, somebody: Somebody) {
    let world = sent.world;
    let mut kay = at_a_form(world, world.kay).await;
    let (person, referral) = (somebody.person, somebody.referral.to_string());
    let version = sent.version(somebody).await;
    let mut fields = NOTE.to_vec();
    fields.extend([
        ("referral", &*referral),
        ("version", &*version),
        ("answer", "yes"),
        ("actions-rows", "1"),
        ("actions-1-what", "Ring the choir"),
        ("actions-1-who", "worker"),
        ("risk", "changed"),
        ("risk_words", "The dog bites"),
        ("press", "save"),
    ]);
    let new = paths::new_contact(person);
    sent.twice(&mut kay, "/people/{person}/contact", &new, &fields)
        .await;
    kay.opens(paths::new_contact(person)).await;
    let draft = paths::contact_draft(person);
    sent.twice(
        &mut kay,
        "/people/{person}/contact/draft",
        &draft,
        &[("note", "Half a sen")],
    )
    .await;
    let task = sent
        .id("select id from task where scheme_id = $1 and what = 'Ring the choir'")
        .await;
    let tick = paths::tick_task(&task);
    sent.twice(&mut kay, "/tasks/{task}/done", &tick, &[]).await;
    let untick = paths::untick_task(&task);
    sent.twice(&mut kay, "/tasks/{task}/undo", &untick, &[])
        .await;
    let contact = sent.id("select id from contact where scheme_id = $1").await;
    let mut right = NOTE.to_vec();
    right.extend([("note", "She sings well"), ("version", "1")]);
    let kept = paths::contact(person, &contact);
    sent.twice(
        &mut kay,
        "/people/{person}/contact/{contact}",
        &kept,
        &right,
    )
    .await;
    let reason = [("reason", "Written twice"), ("version", "2")];
    let void = paths::void_contact(person, &contact);
    sent.twice(
        &mut kay,
        "/people/{person}/contact/{contact}/void",
        &void,
        &reason,
    )
    .await;
    let version = sent.version(somebody).await;
    let next = [
        ("version", &*version),
        ("step", "Ring her"),
        ("next_on-day", "30"),
        ("next_on-month", "11"),
        ("next_on-year", "2026"),
    ];
    let path = paths::next(&referral);
    sent.twice(&mut kay, "/referrals/{id}/next", &path, &next)
        .await;
    let version = sent.version(somebody).await;
    let off = [("version", &*version)];
    let path = paths::cancel_next(&referral);
    sent.twice(&mut kay, "/referrals/{id}/next/cancel", &path, &off)
        .await;
    let path = paths::undo_cancel_next(&referral);
    sent.twice(&mut kay, "/referrals/{id}/next/undo", &path, &[])
        .await;
    let tag = [("words", "carer group")];
    let path = paths::tags(person);
    sent.twice(&mut kay, "/people/{person}/tags", &path, &tag)
        .await;
    let tag = sent.id("select id from tag where scheme_id = $1").await;
    let path = paths::untag(person, &tag);
    sent.twice(&mut kay, "/people/{person}/tags/{tag}/remove", &path, &[])
        .await;
}

pub async fn the_record(sent: &mut Sent<'_>, somebody: Somebody) {
    let world = sent.world;
    let mut kay = at_a_form(world, world.kay).await;
    let person = somebody.person;
    let version = sent.person_version(somebody).await;
    let details = [
        ("given", "Omar"),
        ("family", "Khan"),
        ("known_as", "Omi"),
        ("version", &*version),
    ];
    let edit = paths::edit_person(person);
    sent.twice(&mut kay, "/people/{person}/edit", &edit, &details)
        .await;
    let version = sent.person_version(somebody).await;
    let switch = [
        ("switch", "restricted"),
        ("on", "on"),
        ("reason", "A relative works here"),
        ("version", &*version),
    ];
    let path = paths::sensitive(person);
    sent.twice(&mut kay, "/people/{person}/sensitive", &path, &switch)
        .await;
    let version = sent.person_version(somebody).await;
    let (day, year) = (("review_on-day", "1"), ("review_on-year", "2027"));
    let alone = [
        ("why", "Two dogs"),
        day,
        ("review_on-month", "2"),
        year,
        ("version", &*version),
    ];
    let path = paths::visits(person);
    sent.twice(&mut kay, "/people/{person}/visits", &path, &alone)
        .await;
    let version = sent.person_version(somebody).await;
    let lift = [("reason", "The dogs are gone"), ("version", &*version)];
    let path = paths::lift_visits(person);
    sent.twice(&mut kay, "/people/{person}/visits/lift", &path, &lift)
        .await;
    let sam = world.sam.id.to_string();
    let path = paths::named(person);
    sent.twice(
        &mut kay,
        "/people/{person}/named",
        &path,
        &[("account", &sam)],
    )
    .await;
    let path = paths::unname(person, &sam);
    sent.twice(
        &mut kay,
        "/people/{person}/named/{account}/remove",
        &path,
        &[],
    )
    .await;
    let path = paths::export_person(person);
    sent.twice(&mut kay, "/people/{person}/export", &path, &[])
        .await;
    let version = sent.version(somebody).await;
    let task = sent
        .id("select id from task where scheme_id = $1 and what = 'Ring the choir'")
        .await;
    let ended = format!("ended-{task}");
    let close = [
        ("version", &*version),
        ("reason", "reached"),
        ("practice_to_do", "Nothing"),
        ("knows", "yes"),
        (&*ended, "done"),
        ("press", "send"),
    ];
    let path = paths::close(somebody.referral);
    sent.twice(&mut kay, "/referrals/{referral}/close", &path, &close)
        .await;
    let version = sent.version(somebody).await;
    let me = world.kay.id.to_string();
    let again = [("version", &*version), ("why", "She rang"), ("owner", &*me)];
    let path = paths::reopen(somebody.referral);
    sent.twice(&mut kay, "/referrals/{referral}/reopen", &path, &again)
        .await;
    let search = [("q", "Khan")];
    sent.twice(&mut kay, "/caseload/search", "/caseload/search", &search)
        .await;
    let number = NhsNumber::with_check_digit(999_000_002).unwrap();
    let known = [
        ("nhs_number", &*number.spaced()),
        ("born-day", "9"),
        ("born-month", "1"),
        ("born-year", "1980"),
    ];
    sent.twice(&mut kay, "/restricted", "/restricted", &known)
        .await;
}

pub async fn concerns(sent: &mut Sent<'_>) {
    let world = sent.world;
    let mut rita = at_a_form(world, world.rita).await;
    let new = [("danger", "no"), ("what", "Shouting at night")];
    sent.twice(&mut rita, "/concerns/new", "/concerns/new", &new)
        .await;
    let concern = sent.id("select id from concern where scheme_id = $1").await;
    let mut lena = at_a_form(world, world.lena).await;
    let step = |step| paths::concern_step(&concern, step);
    sent.twice(
        &mut lena,
        "/concerns/{concern}/acknowledge",
        &step("acknowledge"),
        &[("version", "1")],
    )
    .await;
    let note = [("note", "Rang the practice"), ("version", "2")];
    sent.twice(&mut lena, "/concerns/{concern}/note", &step("note"), &note)
        .await;
    let end = [("end", "safe"), ("line", "Looked into"), ("version", "3")];
    sent.twice(&mut lena, "/concerns/{concern}/close", &step("close"), &end)
        .await;
    let jo = world.takes_on(world.kay, &named("Ann", "Lee")).await;
    let mut kay = at_a_form(world, world.kay).await;
    let path = paths::raise_concern_about(jo.person);
    sent.twice(&mut kay, "/people/{person}/concern", &path, &new)
        .await;
    let mut visitor = world.visitor();
    let path = paths::public_concern_to("harbour");
    visitor.opens(&path).await;
    sent.twice(&mut visitor, "/concerns/public/{slug}", &path, &new)
        .await;
    let path = paths::refer_myself_to("harbour");
    visitor.opens(&path).await;
    let myself = [
        ("main", "money"),
        ("given", "Zoe"),
        ("family", "Adams"),
        ("born-day", "1"),
        ("born-month", "2"),
        ("born-year", "1990"),
        ("phone", "01632960111"),
        ("tell_practice", "no"),
        ("agree", "yes"),
    ];
    sent.twice(&mut visitor, "/refer-yourself/{slug}", &path, &myself)
        .await;
}
