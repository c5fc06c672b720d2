//! The tables about people, and about what was done with their records.

use super::tables::{
    Kept::{Bytes, Day, Flag, Id, Moment, Number, Text},
    TableWords, Theirs, Whole, table,
};

const IN_PERSON: Theirs = Theirs::Rows("person_id = $2");

/// They come second in the file.
pub const CASES: &[TableWords] = &[
    TableWords {
        review: &["nhs_number_doubted", "risk", "safe_contact", "lone_why"],
        ..table(
            "person",
            "The people the scheme serves",
            Whole::Out,
            Theirs::Rows("(id = $2 or merged_into = $2)"),
            &[
                ("nhs_number", Text, "NHS number"),
                (
                    "nhs_number_doubted",
                    Text,
                    "An NHS number given for them that another record has",
                ),
                ("given", Text, "Given name"),
                ("family", Text, "Family name"),
                ("known_as", Text, "What they like to be called"),
                ("pronouns", Text, "Pronouns, as they said them"),
                ("born", Day, "Date of birth"),
                ("gender", Text, "Gender, as a closed word"),
                ("ethnicity", Text, "Ethnic group of the 2021 census"),
                ("gender_words", Text, "Gender, in their own words"),
                ("ethnicity_words", Text, "Ethnic group, in their own words"),
                ("address", Text, "Address"),
                ("postcode", Text, "Postcode"),
                ("phone", Text, "Telephone"),
                ("email", Text, "Email"),
                ("safe_contact", Text, "How to reach them without harm"),
                ("text_is_safe", Flag, "Text messages are safe"),
                (
                    "voicemail_is_safe",
                    Flag,
                    "Messages on the voicemail are safe",
                ),
                ("location_sensitive", Flag, "Their place is hidden"),
                ("restricted", Flag, "Only named people may open the record"),
                ("risk", Text, "What to be careful of"),
                (
                    "communication",
                    Text,
                    "What they need to take part in a talk",
                ),
                ("access_needs", Text, "What they need to get to a place"),
                (
                    "interpreter",
                    Text,
                    "The language an interpreter is needed for",
                ),
                ("matters", Text, "What matters to them, in their own words"),
                ("lone_why", Text, "Why nobody visits them alone"),
                (
                    "lone_review_on",
                    Day,
                    "By when it is looked at again whether nobody visits them alone",
                ),
                ("merged_into", Id, "The record this one is now part of"),
            ],
        )
    },
    table(
        "person_word",
        "What a search finds people by",
        Whole::Left("worked out from person"),
        Theirs::Left("worked out from the names, numbers and dates in person"),
        &[("word", Text, "The word")],
    ),
    table(
        "name_sound",
        "How the parts of names sound",
        Whole::Left("worked out from the names in person"),
        Theirs::Left("about names, not about who bears them"),
        &[
            ("sound", Text, "The sound"),
            ("part", Text, "The part of a name"),
            ("lot", Number, "A number drawn"),
        ],
    ),
    table(
        "person_named",
        "Who may see a restricted person",
        Whole::Out,
        IN_PERSON,
        &[
            ("added_by", Id, "Who named them"),
            ("added_at", Moment, "When"),
        ],
    ),
    table(
        "tag",
        "The scheme's own words for people",
        Whole::Out,
        Theirs::Rows(
            "id in (select pt.tag_id from person_tag pt where pt.scheme_id = $1 and pt.person_id = $2)",
        ),
        &[
            ("words", Text, "The words"),
            (
                "spelling",
                Text,
                "The same folded, so that one tag is not two",
            ),
        ],
    ),
    table(
        "person_tag",
        "Which of these words are on whom",
        Whole::Out,
        IN_PERSON,
        &[("tag_id", Id, "The tag")],
    ),
    TableWords {
        review: &["reason"],
        ..table(
            "person_switch",
            "When a place was hidden or a record restricted",
            Whole::Out,
            IN_PERSON,
            &[
                ("switch", Text, "location or restricted"),
                ("turned_on", Flag, "Whether it was turned on"),
                ("reason", Text, "Why"),
            ],
        )
    },
    TableWords {
        review: &["why"],
        ..table(
            "person_lone_working",
            "When a rule that nobody visits them alone was set, kept or lifted",
            Whole::Out,
            IN_PERSON,
            &[
                ("why", Text, "Why"),
                (
                    "review_on",
                    Day,
                    "By when it is looked at again; empty where it was lifted",
                ),
            ],
        )
    },
    TableWords {
        review: &["why"],
        ..table(
            "person_earlier",
            "What somebody's details said before they were put right",
            Whole::Out,
            IN_PERSON,
            &[
                ("field", Text, "Which detail"),
                ("before_words", Text, "What stood there before"),
                ("after_words", Text, "What it became"),
                ("why", Text, "Why, when it was said"),
            ],
        )
    },
    TableWords {
        review: &["before_words", "after_words"],
        ..table(
            "person_risk",
            "How what to be careful of has changed",
            Whole::Out,
            IN_PERSON,
            &[
                ("contact_id", Id, "The contact in which it was said"),
                ("before_words", Text, "What stood there before"),
                ("after_words", Text, "What it became"),
            ],
        )
    },
    TableWords {
        review: &["before"],
        ..table(
            "person_merge",
            "Two records of one person put together",
            Whole::Out,
            Theirs::Rows("(kept_id = $2 or gone_id = $2)"),
            &[
                ("kept_id", Id, "The record that went on"),
                ("gone_id", Id, "The record that is now part of it"),
                ("before", Text, "How both stood before, as JSON"),
                ("undone_by", Id, "Who undid it"),
            ],
        )
    },
    TableWords {
        review: &["why", "referrer_name"],
        ..table(
            "referral",
            "Referrals and the cases they became",
            Whole::Out,
            IN_PERSON,
            &[
                ("reference", Text, "What people quote on the telephone"),
                ("source", Text, "practice, self, file or other"),
                ("referrer_id", Id, "The account that sent it"),
                ("referrer_name", Text, "Who sent it"),
                ("main_need", Text, "The main need"),
                ("needs", Text, "Every need, the main one first"),
                ("why", Text, "A line of reason"),
                ("told", Text, "What the person was told"),
                ("agreed", Text, "Whether they agreed"),
                ("state", Text, "Where it stands"),
                ("next_kind", Text, "planned, review or none"),
                ("next_step", Text, "What comes next"),
                ("next_on", Day, "When it comes up"),
                ("next_way", Text, "How they meet, where it is a meeting"),
                (
                    "next_minute",
                    Number,
                    "At what time, in minutes after midnight",
                ),
                ("next_place", Text, "Where they meet"),
                ("received_at", Moment, "When it came"),
                ("received_on", Day, "The day it came"),
                ("take_by", Day, "By when it was to be taken on"),
                ("taken_at", Moment, "When it was taken on"),
                ("answered_at", Moment, "When the person said yes"),
                ("first_seen_at", Moment, "When the person was first seen"),
                (
                    "connected_at",
                    Moment,
                    "When they were first connected to a service",
                ),
                ("end_reason", Text, "Why it ended"),
                ("end_next", Text, "What can be done now"),
                ("what_changed", Text, "What changed, in the person's words"),
                ("practice_to_do", Text, "What the practice has to do"),
                ("contact_count", Number, "How many contacts there were"),
                ("last_contact_at", Moment, "The last of them"),
                (
                    "given_phone",
                    Text,
                    "Another telephone number than the record had",
                ),
                (
                    "given_postcode",
                    Text,
                    "Another postcode than the record had",
                ),
            ],
        )
    },
    table(
        "called_off",
        "The plan that was called off last, so that it can be brought back",
        Whole::Out,
        Theirs::Rows(
            "referral_id in (select r.id from referral r where r.scheme_id = $1 and r.person_id = $2)",
        ),
        &[
            ("step", Text, "What was planned"),
            ("was_on", Day, "For which day"),
            ("way", Text, "How they would have met"),
            ("minute", Number, "At what time, in minutes after midnight"),
            ("place", Text, "Where"),
        ],
    ),
    TableWords {
        review: &["note"],
        ..table(
            "referral_move",
            "Every move a referral made",
            Whole::Out,
            IN_PERSON,
            &[
                ("move", Text, "What happened"),
                ("from_state", Text, "Where it stood"),
                ("to_state", Text, "Where it stood afterwards"),
                ("note", Text, "In words"),
            ],
        )
    },
    TableWords {
        review: &["note", "why_not", "connected_to"],
        ..table(
            "contact",
            "Contacts with people",
            Whole::Out,
            IN_PERSON,
            &[
                ("author_id", Id, "Who wrote it"),
                ("mode", Text, "How they met"),
                ("minutes", Number, "How long"),
                ("purpose", Text, "What it was for"),
                ("holding", Text, "What the holding was for"),
                (
                    "weight",
                    Number,
                    "How heavy it was for the link worker, 1 to 5",
                ),
                ("attended", Text, "Whether the person was there"),
                ("why_not", Text, "Why not"),
                ("note", Text, "The note"),
                ("connected_to", Text, "The service they were connected to"),
                ("practice_line", Text, "What the practice reads"),
                ("shared", Flag, "Whether the practice reads it"),
                (
                    "restricted",
                    Flag,
                    "Whether only its author and the people they named may read it",
                ),
                ("voided_at", Moment, "When it was voided"),
                ("void_reason", Text, "Why it was voided"),
            ],
        )
    },
    TableWords {
        review: &["body"],
        ..table(
            "contact_earlier",
            "What a contact said before it was put right",
            Whole::Out,
            Theirs::Rows(
                "contact_id in (select c.id from contact c where c.scheme_id = $1 and c.person_id = $2)",
            ),
            &[
                ("contact_id", Id, "The contact"),
                ("body", Text, "What it said, as JSON"),
                ("changed_by", Id, "Who changed it"),
            ],
        )
    },
    TableWords {
        review: &["what"],
        ..table(
            "task",
            "What must still happen",
            Whole::Out,
            IN_PERSON,
            &[
                ("contact_id", Id, "The contact it came from"),
                ("kind", Text, "Why there is one"),
                ("what", Text, "What is to be done"),
                ("who", Text, "Who does it"),
                ("due_on", Day, "By when"),
                ("done_by", Id, "Who did it"),
                (
                    "other_person_id",
                    Id,
                    "The other record, where two may be one person",
                ),
                ("ended_as", Text, "What became of it, when not simply done"),
            ],
        )
    },
    TableWords {
        review: &["body"],
        ..table(
            "draft",
            "Notes being written",
            Whole::Out,
            IN_PERSON,
            &[
                ("place", Text, "The form it belongs to"),
                ("body", Text, "What is typed so far"),
                ("saved_at", Moment, "When"),
            ],
        )
    },
    table(
        "practice_message",
        "What practices were told",
        Whole::Out,
        IN_PERSON,
        &[
            (
                "stage",
                Text,
                "received, first seen, connected, closed, declined or a note",
            ),
            ("words", Text, "The message"),
            ("to_do", Text, "What the practice has to do"),
            ("author_name", Text, "Who wrote it"),
            ("author_role", Text, "Their role"),
            ("code", Text, "The clinical code"),
            ("code_term", Text, "What the code means"),
            ("code_map", Text, "The list of codes it is from"),
            ("needs_answer", Flag, "Whether somebody must acknowledge it"),
            ("filed_by", Id, "Who filed it in the practice's record"),
            ("filed_at", Moment, "When"),
        ],
    ),
    TableWords {
        review: &[
            "about",
            "what",
            "raised_name",
            "reach",
            "outcome",
            "outcome_line",
        ],
        ..table(
            "concern",
            "Safeguarding concerns",
            Whole::Out,
            IN_PERSON,
            &[
                ("reference", Text, "What people quote"),
                ("raised_by", Id, "The account that raised it"),
                ("raised_name", Text, "Who raised it"),
                ("about", Text, "Whom it is about, where there is no record"),
                ("what", Text, "The concern"),
                ("door", Text, "Which door it came through"),
                (
                    "reach",
                    Text,
                    "How to reach whoever raised it, when they have no account",
                ),
                ("outcome_line", Text, "What came of it, in a line"),
                ("danger", Text, "Whether somebody is in danger"),
                ("raised_at", Moment, "When it was raised"),
                (
                    "acknowledge_by",
                    Moment,
                    "By when it was to be acknowledged",
                ),
                ("state", Text, "Where it stands"),
                ("lead_id", Id, "The safeguarding lead"),
                ("deputy_id", Id, "The deputy"),
                ("escalated_at", Moment, "When it was passed on"),
                ("closed_by", Id, "Who closed it"),
                ("closed_at", Moment, "When it was closed"),
                ("outcome", Text, "What came of it"),
            ],
        )
    },
    TableWords {
        review: &["words"],
        ..table(
            "concern_event",
            "What was done about a concern",
            Whole::Out,
            Theirs::Rows(
                "concern_id in (select c.id from concern c where c.scheme_id = $1 and c.person_id = $2)",
            ),
            &[
                ("concern_id", Id, "The concern"),
                ("what", Text, "What was done"),
                ("words", Text, "In words"),
            ],
        )
    },
    table(
        "cover",
        "Who stands in for whom",
        Whole::Out,
        Theirs::Nobody,
        &[
            ("away_id", Id, "Who is away"),
            ("cover_id", Id, "Who stands in"),
            ("from_on", Day, "From"),
            ("until_on", Day, "Until"),
        ],
    ),
    table(
        "import_batch",
        "Files that were brought in",
        Whole::Out,
        Theirs::Nobody,
        &[
            ("kind", Text, "What sort of file"),
            ("file_name", Text, "What it was called"),
            ("file_hash", Bytes, "What tells it from others"),
            ("state", Text, "Where it stands"),
            ("columns", Text, "What its columns hold, as JSON"),
            ("row_count", Number, "How many rows it has"),
            ("undo_until", Moment, "Until when it can be undone"),
        ],
    ),
    table(
        "import_row",
        "The rows of those files",
        Whole::Out,
        IN_PERSON,
        &[
            ("number", Number, "The row's number in the file"),
            ("row_hash", Bytes, "What tells it from others"),
            ("cells", Text, "Its cells, as JSON"),
            ("sorted", Text, "Its group"),
            ("problems", Text, "What was wrong or repaired, as JSON"),
            ("match_id", Id, "The record it may be about"),
            ("sure", Flag, "Whether without a doubt"),
            ("choice", Text, "What was decided"),
            ("outcome", Text, "What became of it"),
            ("made_person", Flag, "Whether the record was made for it"),
            (
                "overwrote",
                Text,
                "What it changed in the record there was, as JSON",
            ),
        ],
    ),
    TableWords {
        review: &["reason", "finding"],
        ..table(
            "break_glass",
            "Openings of restricted records",
            Whole::Out,
            IN_PERSON,
            &[
                ("reason", Text, "Why it was opened"),
                ("ends_at", Moment, "Until when"),
                ("review_due_on", Day, "By when it was to be reviewed"),
                ("reviewed_by", Id, "Who reviewed it"),
                ("reviewed_at", Moment, "When"),
                ("finding", Text, "What the review found"),
            ],
        )
    },
    table(
        "audit",
        "Who did or looked at what",
        Whole::Out,
        IN_PERSON,
        &[
            ("role", Text, "The role they had"),
            ("action", Text, "What they did"),
            ("object_kind", Text, "What sort of thing"),
            ("object_id", Id, "Which one"),
            ("outcome", Text, "done or refused"),
            ("purpose", Text, "Why"),
        ],
    ),
    table(
        "audit_seal",
        "The chain over the audit trail",
        Whole::Out,
        Theirs::Nobody,
        &[
            ("number", Number, "Its place in the chain"),
            ("audit_id", Id, "The row it seals"),
            ("chain_hash", Bytes, "The hash of everything up to it"),
            ("sealed_at", Moment, "When"),
        ],
    ),
    TableWords {
        secret: &[("body", "may hold a link that sets a password")],
        ..table(
            "outbox",
            "Mails that were sent or wait",
            Whole::Out,
            IN_PERSON,
            &[
                ("once_key", Text, "What keeps it from being sent twice"),
                ("kind", Text, "What sort of mail"),
                ("recipient", Text, "To whom"),
                ("subject", Text, "Its subject"),
                ("body", Text, "Never exported"),
                ("state", Text, "queued, sent, failed or cancelled"),
                ("attempts", Number, "How often it was tried"),
                ("next_at", Moment, "When it is tried next"),
                ("sent_at", Moment, "When it was sent"),
                ("failure", Text, "Why it failed"),
            ],
        )
    },
];
