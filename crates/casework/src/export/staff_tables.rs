//! The tables about the scheme and its staff.

use super::tables::{
    Kept::{Bytes, Day, Flag, Id, Moment, Number, Text},
    TableWords, Theirs, Whole, table,
};

const SIGN_IN: Whole = Whole::Left("proves who somebody is: never leaves the program");

/// They come first in the file.
pub const STAFF: &[TableWords] = &[
    table(
        "scheme",
        "The scheme itself",
        Whole::Out,
        Theirs::Nobody,
        &[
            ("name", Text, "Its name"),
            ("slug", Text, "Its name in addresses"),
        ],
    ),
    table(
        "setting",
        "What the scheme decided for itself",
        Whole::Out,
        Theirs::Nobody,
        &[
            ("name", Text, "The setting"),
            ("value", Text, "Its value"),
            ("changed_by", Id, "Who changed it"),
        ],
    ),
    table(
        "organisation",
        "Practices, networks and voluntary organisations",
        Whole::Out,
        Theirs::Nobody,
        &[
            ("kind", Text, "practice, network or voluntary"),
            ("name", Text, "Its name"),
            (
                "ods_code",
                Text,
                "Its code in the Organisation Data Service",
            ),
            ("email", Text, "Where messages for it are mailed"),
            ("active", Flag, "Whether it still takes part"),
        ],
    ),
    TableWords {
        secret: &[
            ("password_hash", "proves who somebody is"),
            ("totp_secret", "proves who somebody is"),
            ("totp_last_step", "belongs to the sign-in"),
            ("failed_count", "belongs to the sign-in"),
            ("locked_until", "belongs to the sign-in"),
        ],
        ..table(
            "account",
            "Members of staff who may sign in",
            Whole::Out,
            Theirs::Nobody,
            &[
                (
                    "email",
                    Text,
                    "Where it is mailed, and what it signs in with",
                ),
                ("name", Text, "Its owner's name"),
                ("role", Text, "What it does"),
                ("organisation_id", Id, "Its organisation"),
                ("state", Text, "invited, active or left"),
                ("password_hash", Text, "Never exported"),
                ("totp_secret", Bytes, "Never exported"),
                ("totp_last_step", Number, "Never exported"),
                ("failed_count", Number, "Never exported"),
                ("locked_until", Moment, "Never exported"),
                (
                    "full_time_percent",
                    Number,
                    "Hours as a share of full time, 1 to 100",
                ),
                ("left_on", Day, "The day it left"),
            ],
        )
    },
    table(
        "account_practice",
        "Which practices an account also works for",
        Whole::Out,
        Theirs::Nobody,
        &[("organisation_id", Id, "The practice")],
    ),
    table(
        "sign_in_name",
        "Which account signs in with an address",
        Whole::Left("the addresses are in account"),
        Theirs::Nobody,
        &[("email", Text, "The address")],
    ),
    table(
        "session",
        "Who is signed in",
        SIGN_IN,
        Theirs::Nobody,
        &[
            ("token_hash", Bytes, "Never exported"),
            ("stage", Text, "How far the sign-in is"),
            ("form_token", Text, "Never exported"),
            ("seen_at", Moment, "When it was last used"),
            ("ends_at", Moment, "When it ends"),
            ("proved_at", Moment, "When it was proved who it is"),
        ],
    ),
    table(
        "mailed_token",
        "Links in mails that set a password",
        SIGN_IN,
        Theirs::Nobody,
        &[
            ("token_hash", Bytes, "Never exported"),
            ("kind", Text, "invitation or reset"),
            ("ends_at", Moment, "When it ends"),
            ("used_at", Moment, "When it was used"),
        ],
    ),
    table(
        "recovery_code",
        "Codes for a lost second factor",
        SIGN_IN,
        Theirs::Nobody,
        &[
            ("code_hash", Bytes, "Never exported"),
            ("used_at", Moment, "When it was used"),
        ],
    ),
    table(
        "passkey",
        "Passkeys",
        SIGN_IN,
        Theirs::Nobody,
        &[
            ("name", Text, "What its owner calls it"),
            ("credential_id", Bytes, "Never exported"),
            ("credential", Text, "Never exported"),
            ("used_at", Moment, "When it was used"),
        ],
    ),
    table(
        "form_once",
        "Keys that keep a form from being done twice",
        Whole::Left("means nothing outside the running program"),
        Theirs::Nobody,
        &[
            ("form_key", Text, "The key"),
            ("went_to", Text, "Where the browser was sent"),
        ],
    ),
    table(
        "export_request",
        "Who asked for all records, and who released them",
        Whole::Out,
        Theirs::Nobody,
        &[
            ("asked_by", Id, "Who asked"),
            ("asked_at", Moment, "When they asked"),
            ("ends_at", Moment, "Until when it holds"),
            ("released_by", Id, "Who released it"),
            ("released_at", Moment, "When it was released"),
            ("taken_at", Moment, "When the records were taken out"),
            ("cancelled_at", Moment, "When it was cancelled"),
        ],
    ),
];
