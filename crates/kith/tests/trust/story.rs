//! A small world in which there is one of everything that has an address: a
//! person whose whereabouts are sensitive, one of a colleague's, one of another
//! practice, a restricted one, a merged one, and everything once more in
//! another scheme.

use std::io::{Cursor, Read};

use kith_access::{Account, Organisation, Scheme};
use kith_base::{Id, Ts};
use kith_casework::{
    export,
    person::{Details, Person, Place},
};
use kith_db::{Db, Outcome, Tx, on};
use kith_testkit::{Staff, World};
use uuid::Uuid;

pub use crate::happenings::{PLACE, Somebody, WORDS};
use crate::{
    happenings::{
        another_scheme, breaks_the_glass, brings_a_list, brings_figures, mary, mary_of, merges,
        moves_house, notes, plain, raises, refers, sends_back, tags, takes, turns,
    },
    program,
};

/// Where Mary is met next.
pub const MEETING: &str = "Heronsgate";

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
        moves_house(&mut kay, mary).await;
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
                "slug" | "kind" | "group" => {
                    let word = match place {
                        "slug" => "harbour",
                        "kind" => "gp_register",
                        _ => "new",
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
