//! Which tables hang on a person, and what a merge does with each. A test
//! reads the schema: a new table with `person_id` is in one of these lists, or
//! the test fails.

/// A table whose rows, one id each, move from one person to the other.
pub struct Moved {
    /// Its name.
    pub table: &'static str,
    /// The rows of a person: `$1` scheme, `$2` person.
    pub(super) of: &'static str,
    /// Moves all rows: `$1` scheme, `$2` from, `$3` to.
    pub(super) all: &'static str,
    /// Moves one row: `$1` scheme, `$2` its id, `$3` to.
    pub(super) one: &'static str,
}

macro_rules! moved {
    ($($table:literal),+ $(,)?) => {
        &[$(Moved {
            table: $table,
            of: concat!("select id from ", $table, " where scheme_id = $1 and person_id = $2 order by id"),
            all: concat!("update ", $table, " set person_id = $3 where scheme_id = $1 and person_id = $2"),
            one: concat!("update ", $table, " set person_id = $3 where scheme_id = $1 and id = $2"),
        }),+]
    };
}

/// The tables that move row by row.
pub const MOVED: &[Moved] = moved![
    "referral",
    "referral_move",
    "contact",
    "practice_message",
    "task",
    "concern",
    "person_switch",
    "person_risk",
    "person_earlier",
    "person_lone_working",
    "outbox",
    "break_glass",
    "wellbeing_score",
    "person_tag",
];

/// Tables with a way of their own, and which.
pub const IN_THEIR_OWN_WAY: &[(&str, &str)] = &[
    (
        "person_word",
        "the person who is kept is found by both records' words",
    ),
    (
        "person_named",
        "whoever may open one record may open the person who is kept",
    ),
    (
        "draft",
        "moves, unless its worker has one about the person who is kept",
    ),
];

/// Tables that stay as they are, and why.
pub const STAYS: &[(&str, &str)] = &[
    (
        "audit",
        "says whose record it was at that moment; rows are never changed",
    ),
    (
        "import_row",
        "says which record the file made; taking the import back needs it",
    ),
    (
        "gp_person",
        "is tied to a record by NHS number each time figures are made",
    ),
];

/// What is written about a referral follows the referral back.
pub(super) const WITH_REFERRAL: &[&str] = &[
    "update referral_move set person_id = $3 where scheme_id = $1 and referral_id = $2",
    "update contact set person_id = $3 where scheme_id = $1 and referral_id = $2",
    "update practice_message set person_id = $3 where scheme_id = $1 and referral_id = $2",
    "update task set person_id = $3 where scheme_id = $1 and referral_id = $2",
    "update person_risk set person_id = $3 where scheme_id = $1 and contact_id in
        (select c.id from contact c where c.scheme_id = $1 and c.referral_id = $2)",
];
