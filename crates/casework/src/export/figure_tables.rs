//! The tables of the figures: files that were brought in, what they hold, and
//! the readings made of them.

use super::tables::{
    Kept::{Bytes, Day, Flag, Id, Moment, Number, Text},
    TableWords, Theirs, Whole, table,
};

/// A practice's list holds people who were never referred.
const OF_THE_PRACTICE: Whole = Whole::Left(
    "the practice's own list, with people who were never referred: the practice has the file",
);

/// They come last in the file.
pub const FIGURES: &[TableWords] = &[
    table(
        "gathered_file",
        "Files brought in for the figures",
        Whole::Out,
        Theirs::Nobody,
        &[
            ("kind", Text, "What sort of file"),
            ("file_name", Text, "What it was called"),
            ("file_hash", Bytes, "What tells it from others"),
            ("state", Text, "Where it stands"),
            ("columns", Text, "Which headings were read, as JSON"),
            ("row_count", Number, "Rows kept"),
            (
                "known_count",
                Number,
                "Rows of them that an earlier file held too",
            ),
            ("refused_count", Number, "Rows refused"),
            ("definition", Text, "What a contact is in this file"),
            ("code_set", Text, "By which list of codes"),
            ("supplier_version", Text, "From which system and version"),
            (
                "from_month",
                Number,
                "The first month it covers: year times 12, plus the month, less 1",
            ),
            (
                "until_month",
                Number,
                "The last month it covers, counted alike",
            ),
            ("as_of", Day, "The day it is of"),
            ("undo_until", Moment, "Until when it can be undone"),
        ],
    ),
    table(
        "gathered_problem",
        "Rows of those files that were refused",
        Whole::Out,
        Theirs::Nobody,
        &[
            ("file_id", Id, "The file"),
            ("number", Number, "The row's number in the file"),
            ("heading", Text, "The column"),
            ("expected", Text, "What was expected there"),
        ],
    ),
    table(
        "gp_person",
        "People on practices' lists, under a pseudonym",
        OF_THE_PRACTICE,
        Theirs::Rows("person_id = $2"),
        &[
            ("file_id", Id, "The file it came in"),
            ("number", Number, "The row's number in the file"),
            (
                "pseudonym",
                Bytes,
                "What stands for the NHS number; nobody can turn it back",
            ),
            ("registered_from", Day, "On the practice's list from"),
            ("registered_until", Day, "Until"),
            (
                "whole_from",
                Number,
                "The first whole month on the list: year times 12, plus the month, less 1",
            ),
            ("whole_until", Number, "The last whole month, counted alike"),
            ("birth_year", Number, "Year of birth"),
            ("sex", Text, "Sex, as the practice recorded it"),
            (
                "deprivation_fifth",
                Number,
                "Deprivation of the neighbourhood: 1 is the most deprived fifth",
            ),
        ],
    ),
    table(
        "gp_contact",
        "Contacts people had with their practice",
        OF_THE_PRACTICE,
        Theirs::Rows(
            "pseudonym in (select g.pseudonym from gp_person g where g.scheme_id = $1 and g.person_id = $2)",
        ),
        &[
            ("file_id", Id, "The file it came in"),
            ("number", Number, "The row's number in the file"),
            ("pseudonym", Bytes, "Who, as in gp_person"),
            ("at_on", Day, "The day"),
            (
                "month",
                Number,
                "Its month: year times 12, plus the month, less 1",
            ),
            ("kind", Text, "What sort of contact"),
        ],
    ),
    table(
        "wellbeing_score",
        "Wellbeing scores",
        Whole::Out,
        Theirs::Rows("person_id = $2"),
        &[
            ("measure", Text, "The questionnaire"),
            ("score", Number, "The score"),
            ("taken_on", Day, "The day the person answered"),
            ("occasion", Text, "start or follow_up"),
            ("file_id", Id, "The file it came in"),
        ],
    ),
    table(
        "population_count",
        "How many people there are, by group",
        Whole::Out,
        Theirs::Nobody,
        &[
            ("file_id", Id, "The file it came in"),
            ("number", Number, "The row's number in the file"),
            ("dimension", Text, "age, sex, ethnicity or deprivation"),
            ("group_name", Text, "The group"),
            ("people", Number, "How many people"),
        ],
    ),
    table(
        "reading",
        "Questions asked of the figures, and their answers",
        Whole::Out,
        Theirs::Nobody,
        &[
            ("question", Text, "The question, as JSON"),
            ("question_hash", Bytes, "What fixes the question"),
            ("is_primary", Flag, "Whether it is the main question"),
            ("subject_kind", Text, "scheme, practice or worker"),
            ("subject_id", Id, "Which practice or worker"),
            ("state", Text, "Where it stands"),
            ("steps_done", Number, "How far the work is"),
            ("steps_all", Number, "How much work there is"),
            ("result", Text, "The answer or the refusal, as JSON"),
            ("started_at", Moment, "When the work began"),
        ],
    ),
];
