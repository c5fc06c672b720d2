//! A small world in which there is one of everything that has an address: a
//! person whose whereabouts are sensitive, one of a colleague's, one of another
//! practice, a restricted one, a merged one, and everything once more in
//! another scheme.

use std::io::{Cursor, Read};

use kith_access::{
    Ability, Account, Actor, Organisation, Role, Scheme, SchemeSettings,
    account::{self, AccountRow, AccountState},
    organisation::{self, OrganisationKind, OrganisationRow},
    scheme, session,
};
use kith_base::{Id, NhsNumber, Ts};
use kith_casework::{
    export, import, merge,
    person::{Details, Person, Place, store::Origin},
    referral::{
        Act, Agreed, DeclineReason, Need, Referral, Sent, Source, Told,
        actions::{Referred, Step, Terms, Who, refer, step},
    },
};
use kith_db::{Db, Outcome, Tx, on};
use kith_testkit::{Browser, Staff, World};
use uuid::Uuid;

use crate::program;

/// Where Mary is: each in a field of its own, each a word nobody else has.
pub const PLACE: &[&str] = &[
    "Quicksilver Lane",
    "ZE3 9JW",
    "ZE39JW",
    "01632960417",
    "01632 960417",
    "01632 960 417",
    "hidden.heron@example.org",
    "Zinnia answers",
];
/// What was written of Mary, and her number: never in an address, a title, a
/// mail, a log or the audit trail.
pub const WORDS: &[&str] = &["Zugzwang", "Xanthippe", "999 900 0010", "9999000010"];
/// Where Mary is met next.
pub const MEETING: &str = "Heronsgate";

/// Somebody of the story.
#[derive(Clone, Copy, Debug)]
pub struct Somebody {
    pub person: Id<Person>,
    pub referral: Id<Referral>,
}

/// The world with its story told.
pub struct Story {
    pub world: World,
    /// Of Riverside, Kay's; her place is hidden, and there is a concern.
    pub mary: Somebody,
    /// Of Riverside, Sam's.
    pub nora: Somebody,
    /// Of Hillside, waiting.
    pub hugh: Somebody,
    /// Of Riverside, Kay's; the record is restricted to Kay and Mo.
    pub rose: Somebody,
    /// A record that became part of another.
    pub gone: Somebody,
    /// Of another scheme.
    pub stranger: Somebody,
    /// The scheme of the stranger, and its one account.
    pub elsewhere: (Id<Scheme>, Id<Account>, Id<Organisation>),
}

impl Story {
    /// The story on each database there is.
    pub async fn both() -> Vec<Self> {
        let mut told = Vec::new();
        for world in World::small(program).await {
            told.push(Self::told(world).await);
        }
        told
    }

    /// The story on SQLite alone.
    pub async fn one() -> Self {
        Self::told(World::smallest(program).await).await
    }

    async fn told(world: World) -> Self {
        let mary = refers(&world, world.rita, mary()).await;
        let nora = refers(&world, world.rita, plain("Nora", "Nettle", 2)).await;
        let hugh = refers(&world, world.harry, plain("Hugh", "Hawthorn", 3)).await;
        let rose = refers(&world, world.rita, plain("Rose", "Rowan", 4)).await;
        let kept = refers(&world, world.rita, plain("Olive", "Oak", 5)).await;
        let gone = refers(&world, world.rita, plain("Olivia", "Oak", 6)).await;
        let glass = refers(&world, world.harry, plain("Gwen", "Gorse", 7)).await;
        // Another practice knows Mary by another birth date: a close match.
        let double = Details {
            family: "Thistle-Brown".parse().unwrap(),
            born: "1951-03-05".parse().ok(),
            place: Place::default(),
            ..mary_of(world.hillside)
        };
        refers(&world, world.harry, double).await;
        takes(&world, world.kay, mary).await;
        takes(&world, world.sam, nora).await;
        takes(&world, world.kay, rose).await;
        sends_back(&world, gone).await;
        merges(&world, kept, gone).await;
        brings_a_list(&world).await;
        brings_figures(&mut world.signed_in(world.mo).await).await;
        let mut kay = world.signed_in(world.kay).await;
        notes(&mut kay, mary, WORDS[0], MEETING).await;
        notes(&mut kay, rose, "A talk", "town").await;
        let mut sam = world.signed_in(world.sam).await;
        notes(&mut sam, nora, "A talk", "town").await;
        tags(&mut kay, mary).await;
        raises(&mut kay, mary).await;
        breaks_the_glass(&mut sam, glass).await;
        turns(&mut kay, mary, "Hide where they are").await;
        turns(
            &mut world.signed_in(world.mo).await,
            rose,
            "Restrict the record",
        )
        .await;
        let (elsewhere, stranger) = another_scheme(&world).await;
        Self {
            world,
            mary,
            nora,
            hugh,
            rose,
            gone,
            stranger,
            elsewhere,
        }
    }

    /// Everybody on the staff.
    pub fn everybody(&self) -> [Staff; 8] {
        let world = &self.world;
        [
            world.rita,
            world.harry,
            world.kay,
            world.sam,
            world.mo,
            world.ada,
            world.grace,
            world.lena,
        ]
    }

    /// What stands in the places of addresses about somebody.
    pub async fn objects(&self, who: Somebody) -> Objects {
        let scheme = if who.person == self.stranger.person {
            self.elsewhere.0
        } else {
            self.world.scheme
        };
        let of =
            async |sql: &'static str| one_id(&self.world.db, sql, scheme, Some(who.person)).await;
        let any = async |sql: &'static str| one_id(&self.world.db, sql, scheme, None).await;
        Objects {
            person: who.person.uuid(),
            referral: who.referral.uuid(),
            contact: of(CONTACT).await,
            concern: of(CONCERN).await,
            task: of(TASK).await,
            merge: any(MERGE).await,
            import: any(IMPORT).await,
            cover: None,
            glass: any(GLASS).await,
            account: any(ACCOUNT).await,
            organisation: any(ORGANISATION).await,
            other: any(OTHER).await,
            request: None,
            file: any(FILE).await,
            reading: any(READING).await,
            worker: any(WORKER).await,
            tag: any(TAG).await,
        }
    }

    /// Everything the scheme keeps, as the files of its export.
    pub async fn kept(&self) -> Vec<(String, String)> {
        let (send, mut got) = tokio::sync::mpsc::unbounded_channel();
        export::scheme(
            &self.world.db,
            self.world.scheme,
            self.world.now(),
            |piece, _| {
                send.send(piece).unwrap();
                Box::pin(async { Ok(()) })
            },
        )
        .await
        .unwrap();
        drop(send);
        let mut all = Vec::new();
        while let Some(piece) = got.recv().await {
            all.extend(piece);
        }
        unzipped(&all)
    }
}

/// The files of an archive, as text.
pub fn unzipped(bytes: &[u8]) -> Vec<(String, String)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|at| {
            let mut file = archive.by_index(at).unwrap();
            let mut text = Vec::new();
            file.read_to_end(&mut text).unwrap();
            let name = file.name().unwrap().into_owned();
            (name, String::from_utf8_lossy(&text).into_owned())
        })
        .collect()
}

/// What stands in the places of an address; none where the story has none.
#[derive(Clone, Debug)]
pub struct Objects {
    pub person: Uuid,
    pub referral: Uuid,
    pub contact: Option<Uuid>,
    pub concern: Option<Uuid>,
    pub task: Option<Uuid>,
    pub merge: Option<Uuid>,
    pub import: Option<Uuid>,
    pub cover: Option<Uuid>,
    pub glass: Option<Uuid>,
    pub account: Option<Uuid>,
    pub organisation: Option<Uuid>,
    pub other: Option<Uuid>,
    pub request: Option<Uuid>,
    pub file: Option<Uuid>,
    pub reading: Option<Uuid>,
    pub worker: Option<Uuid>,
    pub tag: Option<Uuid>,
}

impl Objects {
    /// Objects that nobody ever made.
    pub fn nobodys() -> Self {
        let id = || Id::<Person>::new(Ts::from_micros(1_700_000_000_000_000)).uuid();
        Self {
            person: id(),
            referral: id(),
            contact: Some(id()),
            concern: Some(id()),
            task: Some(id()),
            merge: Some(id()),
            import: Some(id()),
            cover: Some(id()),
            glass: Some(id()),
            account: Some(id()),
            organisation: Some(id()),
            other: Some(id()),
            request: Some(id()),
            file: Some(id()),
            reading: Some(id()),
            worker: Some(id()),
            tag: Some(id()),
        }
    }

    /// The address of a route; `None` when the story has nothing to stand in
    /// one of its places.
    ///
    /// # Panics
    /// For a place nobody has said anything about: then say it here.
    pub fn address(&self, path: &str) -> Option<String> {
        let mut parts = Vec::new();
        for part in path.split('/') {
            let Some(place) = part
                .strip_prefix('{')
                .and_then(|part| part.strip_suffix('}'))
            else {
                parts.push(part.to_owned());
                continue;
            };
            let id = match place {
                "person" | "one" => Some(self.person),
                "other" => self.other,
                "referral" => Some(self.referral),
                "contact" => self.contact,
                "concern" => self.concern,
                "task" => self.task,
                "merge" => self.merge,
                "import" => self.import,
                "cover" => self.cover,
                "account" => self.account,
                "request" => self.request,
                "file" => self.file,
                "reading" => self.reading,
                "practice" => self.organisation,
                "worker" => self.worker,
                "tag" => self.tag,
                "id" if path.starts_with("/referrals/") => Some(self.referral),
                "id" if path.starts_with("/break-glass/") => self.glass,
                "id" if path.starts_with("/admin/accounts/") => self.account,
                "id" if path.starts_with("/admin/organisations/") => self.organisation,
                "id" if path.starts_with("/account/passkeys/") => None,
                "slug" | "kind" => {
                    let word = if place == "slug" {
                        "harbour"
                    } else {
                        "gp_register"
                    };
                    parts.push(word.into());
                    continue;
                }
                // Links and references are secrets: there is none to be tried.
                "token" | "reference" => {
                    parts.push("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".into());
                    continue;
                }
                other => panic!("{path}: say in Objects::address what stands for {{{other}}}"),
            };
            parts.push(id?.to_string());
        }
        Some(parts.join("/"))
    }
}

const CONTACT: &str =
    "select id from contact where scheme_id = $1 and person_id = $2 order by id limit 1";
const CONCERN: &str =
    "select id from concern where scheme_id = $1 and person_id = $2 order by id limit 1";
const TASK: &str =
    "select id from task where scheme_id = $1 and person_id = $2 order by id limit 1";
const MERGE: &str = "select id from person_merge where scheme_id = $1 order by id limit 1";
const IMPORT: &str = "select id from import_batch where scheme_id = $1 order by id limit 1";
const GLASS: &str = "select id from break_glass where scheme_id = $1 order by id limit 1";
const ACCOUNT: &str =
    "select id from account where scheme_id = $1 and role = 'practice' order by name, id limit 1";
const ORGANISATION: &str = "select id from organisation where scheme_id = $1 order by id limit 1";
const FILE: &str = "select id from gathered_file where scheme_id = $1 order by id limit 1";
const READING: &str = "select id from reading where scheme_id = $1 order by id limit 1";
const WORKER: &str = "select id from account where scheme_id = $1 and role = 'link_worker' order by name, id limit 1";
const TAG: &str = "select id from tag where scheme_id = $1 order by id limit 1";
/// The record that may be Mary's too.
const OTHER: &str =
    "select id from person where scheme_id = $1 and family = 'Thistle-Brown' limit 1";

async fn one_id(
    db: &Db,
    sql: &'static str,
    scheme: Id<Scheme>,
    person: Option<Id<Person>>,
) -> Option<Uuid> {
    let read = async |tx: &mut Tx| -> Outcome<Option<Id<Person>>> {
        Ok(match person {
            Some(person) => on!(tx, c => sqlx::query_scalar::<_, Id<Person>>(sql)
                .bind(scheme).bind(person).fetch_optional(c))?,
            None => on!(tx, c => sqlx::query_scalar::<_, Id<Person>>(sql)
                .bind(scheme).fetch_optional(c))?,
        })
    };
    db.read(read).await.unwrap().map(Id::uuid)
}

fn mary() -> Details {
    Details {
        given: "Mary".parse().unwrap(),
        family: "Thistle".parse().unwrap(),
        known_as: None,
        born: "1951-05-03".parse().ok(),
        nhs_number: NhsNumber::with_check_digit(999_900_001),
        practice: None,
        place: Place {
            address: "7 Quicksilver Lane".parse().ok(),
            postcode: "ZE3 9JW".parse().ok(),
            phone: "01632960417".parse().ok(),
            email: "hidden.heron@example.org".parse().ok(),
            safe_contact: "Zinnia answers, ring in the morning".parse().ok(),
            ..Place::default()
        },
    }
}

fn mary_of(practice: Id<Organisation>) -> Details {
    Details {
        practice: Some(practice),
        ..mary()
    }
}

fn plain(given: &str, family: &str, number: u32) -> Details {
    Details {
        given: given.parse().unwrap(),
        family: family.parse().unwrap(),
        born: format!("19{:02}-02-0{number}", 40 + number).parse().ok(),
        nhs_number: NhsNumber::with_check_digit(999_900_000 + number),
        place: Place {
            address: format!("{number} Any Street").parse().ok(),
            ..Place::default()
        },
        ..mary()
    }
}

fn terms(scheme: Id<Scheme>) -> Terms {
    Terms::of(scheme, &SchemeSettings::default()).unwrap()
}

fn sent(by: &Actor) -> Sent {
    Sent {
        source: Source::Practice,
        practice: by.practice,
        referrer: Some(by.account),
        referrer_name: by.name.parse().unwrap(),
        needs: vec![Need::Loneliness],
        why: format!("{} since the spring", WORDS[0]).parse().ok(),
        told: vec![Told::Talked],
        agreed: Agreed::Yes,
    }
}

async fn refers(world: &World, by: Staff, details: Details) -> Somebody {
    let actor = world.actor(by).await;
    referred(world, &actor, details).await
}

async fn referred(world: &World, actor: &Actor, details: Details) -> Somebody {
    let details = Details {
        practice: actor.practice,
        ..details
    };
    let terms = terms(actor.scheme);
    let act = async |tx: &mut Tx| {
        let who = Who::Described(Box::new(details.clone()));
        let now = world.now();
        refer(
            tx,
            &terms,
            Some(actor),
            who,
            sent(actor),
            Origin::default(),
            now,
        )
        .await
    };
    let Referred {
        person, referral, ..
    } = world.db.act(act).await.unwrap();
    Somebody { person, referral }
}

async fn steps(world: &World, by: Staff, who: Somebody, act: Act) {
    let actor = world.actor(by).await;
    let terms = terms(world.scheme);
    let go = async |tx: &mut Tx| {
        let one = Step {
            referral: who.referral,
            version: None,
            act: act.clone(),
            note: None,
        };
        step(tx, &terms, &actor, Ability::TakeReferral, one, world.now()).await
    };
    world.db.act(go).await.unwrap();
}

async fn takes(world: &World, by: Staff, who: Somebody) {
    steps(world, by, who, Act::Take(by.id)).await;
}

async fn sends_back(world: &World, who: Somebody) {
    let act = Act::Decline {
        reason: DeclineReason::Duplicate,
        next: "Already being seen here".parse().unwrap(),
        person_knows: true,
    };
    steps(world, world.kay, who, act).await;
}

async fn merges(world: &World, kept: Somebody, gone: Somebody) {
    const VERSION: &str = "select version from person where scheme_id = $1 and id = $2";
    let mo = world.actor(world.mo).await;
    let act = async |tx: &mut Tx| {
        let mut versions = Vec::new();
        for who in [kept, gone] {
            let found: i64 = on!(tx, c => sqlx::query_scalar(VERSION)
                .bind(world.scheme).bind(who.person).fetch_one(c))?;
            versions.push(found);
        }
        let pair = (kept.person, gone.person);
        merge::actions::merge(tx, &mo, pair, (versions[0], versions[1])).await
    };
    world.db.act(act).await.unwrap();
}

/// Mo brings in a list on which Mary stands, with another birth date.
async fn brings_a_list(world: &World) {
    const LIST: &str = "NHS number,Forename,Surname,DOB,Practice,Date received,Need\n\
        999 900 0010,Mary,Thistle,04/05/1951,Y00001,20/11/2026,Loneliness\n\
        ,Iris,Ivy,not a date,Y00001,20/11/2026,Loneliness\n";
    let mo = world.actor(world.mo).await;
    let db = &world.db;
    let id = import::actions::stage(db, &mo, None, "list.csv", LIST.as_bytes())
        .await
        .unwrap();
    let batch = async |tx: &mut Tx| import::actions::batch(tx, &mo, id).await;
    let plan = import::headings::Plan {
        agreed: Some(Agreed::Yes),
        ..db.read(batch).await.unwrap().plan
    };
    import::actions::set_plan(db, &mo, id, &plan).await.unwrap();
    import::actions::check(db, &mo, id, None).await.unwrap();
}

/// Mo brings in a practice's list with Mary on it, and a row that is wrong.
async fn brings_figures(mo: &mut Browser) {
    let list = format!(
        "NHS number,Registered from,Registered until,Year of birth,Sex,Deprivation fifth\n\
         {},2019-03-01,,1951,F,2\n\
         999 000 0026,2021-05-01,,1980,M,3\n\
         999 900 0029,{},,1980,male,\n",
        WORDS[2], WORDS[0]
    );
    mo.opens("/figures/files/new/gp_register")
        .await
        .picks("Practice", "Riverside Surgery")
        .fills_date("When was the list made?", "2026-11-20")
        .attaches("File", "list.csv", list)
        .presses("Read the file")
        .await
        .presses("Count these 2 rows")
        .await
        .is_answered(200);
}

async fn notes(worker: &mut Browser, who: Somebody, words: &str, place: &str) {
    worker
        .opens(format!("/people/{}/contact", who.person))
        .await
        .chooses_in("How did you meet?", "Telephone")
        .fills("How long", "30")
        .chooses_in("What was it for?", "Find out what matters")
        .chooses_in("Does the person want to work with you?", "Yes")
        .fills("Note", &format!("{words} was said"))
        .fills("Next step", &format!("Meet at {place} hall"))
        .chooses_in("When", "In a week")
        .chooses_in("How will you meet next?", "Face to face")
        .fills("Place of the next meeting", &format!("The {place} hall"))
        .presses("Save note")
        .await
        .sees("Contact saved");
}

async fn tags(worker: &mut Browser, who: Somebody) {
    worker
        .opens(format!("/people/{}/tags", who.person))
        .await
        .fills("Tag", "carer group")
        .presses("Put this tag on")
        .await
        .sees("The tag is on");
}

async fn raises(worker: &mut Browser, who: Somebody) {
    worker
        .opens(format!("/people/{}/concern", who.person))
        .await
        .chooses("No")
        .fills(
            "What are you worried about?",
            &format!("{} saw a bruise.", WORDS[1]),
        )
        .presses("Raise the concern")
        .await
        .sees("Concern raised");
}

async fn breaks_the_glass(worker: &mut Browser, who: Somebody) {
    let why = "She rang in distress, her worker is away today, and I must know whether to ring";
    worker
        .opens(format!("/break-glass/open/{}", who.person))
        .await
        .fills("Why must you see this record now?", why)
        .presses("Open this record for one hour")
        .await
        .is_answered(200);
}

async fn turns(by: &mut Browser, who: Somebody, button: &str) {
    by.opens(format!("/people/{}/sensitive", who.person))
        .await
        .presses(button)
        .await
        .fills("Why?", "She asked us to")
        .presses(button)
        .await
        .sees("Saved. The team has been told");
}

/// Another scheme with a practice, one account and one referral.
async fn another_scheme(world: &World) -> ((Id<Scheme>, Id<Account>, Id<Organisation>), Somebody) {
    let now = world.now();
    let made = async |tx: &mut Tx| {
        let scheme = scheme::found(tx, &"Moor link workers".parse().unwrap(), "moor", now).await?;
        let practice = OrganisationRow {
            id: Id::new(now),
            kind: OrganisationKind::Practice,
            name: "Moor Surgery".parse().unwrap(),
            ods_code: Some("Y00009".parse().unwrap()),
            email: None,
            active: true,
            version: 1,
        };
        organisation::insert(tx, scheme, &practice, now).await?;
        let desk = AccountRow {
            id: Id::new(now),
            email: "zed@example.org".parse().unwrap(),
            name: "Zed Moor".parse().unwrap(),
            role: Role::Practice,
            organisation_id: practice.id,
            state: AccountState::Active,
            full_time_percent: 100,
            left_on: None,
            version: 1,
        };
        account::insert(tx, scheme, &desk, now).await?;
        let actor = session::of_account(tx, scheme, desk.id, now).await?;
        Outcome::Ok((actor, practice.id))
    };
    let (actor, practice) = world.db.act(made).await.unwrap();
    let stranger = referred(world, &actor, plain("Stranger", "Sedge", 8)).await;
    ((actor.scheme, actor.account, practice), stranger)
}

/// What a page says, without what is new each time it is shown.
pub fn steady(page: &str) -> String {
    let mut out = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once("value=\"") {
        out.push_str(before);
        rest = after.split_once('"').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}
