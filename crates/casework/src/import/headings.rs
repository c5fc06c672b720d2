//! What a column holds, guessed from its heading. A heading is compared in
//! small letters without spaces and marks, against the names we have seen
//! spreadsheets use; each kind is given to the first column that fits.

use kith_base::{Word, words};
use serde::{Deserialize, Serialize};

use super::DateOrder;
use crate::referral::Agreed;

words! {
    /// What a column holds.
    pub enum Holds {
        Nothing = "nothing" / "Leave this column out",
        NhsNumber = "nhs_number" / "NHS number",
        Given = "given" / "Given name",
        Family = "family" / "Family name",
        FullName = "full_name" / "Whole name",
        KnownAs = "known_as" / "Likes to be called",
        Born = "born" / "Date of birth",
        Address = "address" / "Address",
        Postcode = "postcode" / "Postcode",
        Phone = "phone" / "Telephone",
        Email = "email" / "Email",
        SafeContact = "safe_contact" / "How to reach them safely",
        Gender = "gender" / "Gender",
        Ethnicity = "ethnicity" / "Ethnic group",
        Practice = "practice" / "Practice (ODS code or name)",
        Received = "received" / "Date received",
        Need = "need" / "Need",
        Why = "why" / "Reason in words",
        Agreed = "agreed" / "Has the person agreed?",
        Referrer = "referrer" / "Who referred",
    }
}

/// The names each kind of column goes by, in small letters without spaces.
const NAMES: &[(Holds, &[&str])] = &[
    (
        Holds::NhsNumber,
        &["nhsnumber", "nhsno", "nhs", "nhsnum", "patientnhsnumber"],
    ),
    (
        Holds::Given,
        &[
            "givenname",
            "firstname",
            "forename",
            "forenames",
            "given",
            "first",
            "christianname",
            "firstnames",
        ],
    ),
    (
        Holds::Family,
        &[
            "familyname",
            "surname",
            "lastname",
            "family",
            "last",
            "secondname",
        ],
    ),
    (
        Holds::FullName,
        &[
            "name",
            "fullname",
            "patientname",
            "clientname",
            "personname",
            "wholename",
            "patient",
            "client",
        ],
    ),
    (
        Holds::KnownAs,
        &[
            "knownas",
            "preferredname",
            "likestobecalled",
            "callme",
            "prefersname",
        ],
    ),
    (
        Holds::Born,
        &[
            "dateofbirth",
            "dob",
            "birthdate",
            "born",
            "birthday",
            "patientdob",
        ],
    ),
    (
        Holds::Address,
        &[
            "address",
            "homeaddress",
            "fulladdress",
            "address1",
            "addressline1",
            "street",
        ],
    ),
    (
        Holds::Postcode,
        &["postcode", "postalcode", "zip", "homepostcode"],
    ),
    (
        Holds::Phone,
        &[
            "telephone",
            "phone",
            "mobile",
            "tel",
            "phonenumber",
            "telephonenumber",
            "mobilenumber",
            "contactnumber",
            "mobilephone",
            "hometelephone",
            "telno",
            "phoneno",
        ],
    ),
    (Holds::Email, &["email", "emailaddress", "mail"]),
    (
        Holds::SafeContact,
        &[
            "safecontact",
            "howtoreachthemsafely",
            "contactnotes",
            "contactpreference",
        ],
    ),
    (
        Holds::Gender,
        &[
            "gender",
            "sex",
            "genderidentity",
            "patientgender",
            "statedgender",
            "personstatedgender",
        ],
    ),
    (
        Holds::Ethnicity,
        &[
            "ethnicity",
            "ethnicgroup",
            "ethnicorigin",
            "ethniccategory",
            "ethnic",
            "patientethnicity",
        ],
    ),
    (
        Holds::Practice,
        &[
            "practice",
            "gppractice",
            "practicename",
            "practicecode",
            "odscode",
            "surgery",
            "gpsurgery",
            "gp",
            "practiceodscodeorname",
        ],
    ),
    (
        Holds::Received,
        &[
            "datereceived",
            "received",
            "referraldate",
            "dateofreferral",
            "datereferred",
            "referredon",
            "referred",
            "receiveddate",
        ],
    ),
    (
        Holds::Need,
        &[
            "need",
            "needs",
            "mainneed",
            "reason",
            "reasonforreferral",
            "referralreason",
            "presentingneed",
            "category",
        ],
    ),
    (
        Holds::Why,
        &[
            "why",
            "reasoninwords",
            "notes",
            "comments",
            "details",
            "referralnotes",
            "description",
            "furtherinformation",
        ],
    ),
    (
        Holds::Agreed,
        &[
            "agreed",
            "consent",
            "hasthepersonagreed",
            "consentgiven",
            "consented",
            "patientconsent",
        ],
    ),
    (
        Holds::Referrer,
        &[
            "referrer",
            "referredby",
            "whoreferred",
            "referrername",
            "referredfrom",
            "source",
        ],
    ),
];

/// What the columns hold, how dates are written, and what is known of the
/// people's agreement where no column says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// The headings as they stand in the file.
    pub headings: Vec<String>,
    /// What each column holds.
    pub holds: Vec<Holds>,
    /// How dates are written.
    pub dates: DateOrder,
    /// Whether everybody agreed to be referred; for rows whose own column
    /// says nothing. None: nobody has said.
    pub agreed: Option<Agreed>,
}

/// A plan as it is kept: codes only.
#[derive(Serialize, Deserialize)]
struct Kept {
    headings: Vec<String>,
    holds: Vec<String>,
    dates: String,
    agreed: Option<String>,
}

impl Plan {
    /// The plan that the headings suggest.
    #[must_use]
    pub fn guess(headings: Vec<String>) -> Self {
        let mut holds: Vec<Holds> = Vec::with_capacity(headings.len());
        for heading in &headings {
            let found = holds_of(heading);
            let taken = holds.contains(&found);
            holds.push(if taken { Holds::Nothing } else { found });
        }
        Self {
            headings,
            holds,
            dates: DateOrder::DayFirst,
            agreed: None,
        }
    }

    /// The place of the column that holds something.
    #[must_use]
    pub fn place(&self, what: Holds) -> Option<usize> {
        self.holds.iter().position(|holds| *holds == what)
    }

    /// Whether any heading was recognised.
    #[must_use]
    pub fn knows_any(&self) -> bool {
        self.holds.iter().any(|holds| *holds != Holds::Nothing)
    }

    /// What must still be said before rows can be checked: one message each.
    #[must_use]
    pub fn lacks(&self) -> Vec<String> {
        let has = |what| self.place(what).is_some();
        let mut lacks = Vec::new();
        let named = has(Holds::FullName) || (has(Holds::Given) && has(Holds::Family));
        if !named {
            lacks.push("Select which columns hold the given name and the family name, or which holds the whole name".to_owned());
        }
        for what in Holds::ALL.iter().filter(|what| **what != Holds::Nothing) {
            if self.holds.iter().filter(|holds| *holds == what).count() > 1 {
                lacks.push(format!(
                    "Select {} for one column only",
                    what.label().to_lowercase()
                ));
            }
        }
        if !has(Holds::Agreed) && self.agreed.is_none() {
            lacks.push(
                "Select whether the people in this file have agreed to be referred".to_owned(),
            );
        }
        lacks
    }

    /// The plan as it is kept.
    ///
    /// # Errors
    /// When it cannot be written as text.
    pub fn as_text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&Kept {
            headings: self.headings.clone(),
            holds: self
                .holds
                .iter()
                .map(|holds| holds.code().to_owned())
                .collect(),
            dates: self.dates.code().to_owned(),
            agreed: self.agreed.map(|agreed| agreed.code().to_owned()),
        })
    }

    /// The plan as it was kept; none when it no longer makes sense.
    #[must_use]
    pub fn of_text(text: &str) -> Option<Self> {
        let kept: Kept = serde_json::from_str(text).ok()?;
        Some(Self {
            headings: kept.headings,
            holds: kept
                .holds
                .iter()
                .map(|code| code.parse().ok())
                .collect::<Option<_>>()?,
            dates: kept.dates.parse().ok()?,
            agreed: kept.agreed.map(|code| code.parse()).transpose().ok()?,
        })
    }
}

fn holds_of(heading: &str) -> Holds {
    let plain: String = heading
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    NAMES
        .iter()
        .find(|(_, names)| names.contains(&plain.as_str()))
        .map_or(Holds::Nothing, |(holds, _)| *holds)
}

/// The template sheet: our own headings with one made-up row.
pub const TEMPLATE: &str = "NHS number,Given name,Family name,Date of birth,Address,Postcode,Telephone,Email,Gender,Ethnic group,Practice (ODS code or name),Date received,Need,Reason in words,Has the person agreed?,Who referred\r\n\
999 000 0018,Mary,Example,03/05/1951,1 Example Street,LS1 4AP,01632 960 001,mary@example.org,Female,White: Irish,Y00001,20/11/2026,Loneliness,Lives alone since the spring,Yes,Dr Example\r\n";

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(headings: &[&str]) -> Vec<Holds> {
        Plan::guess(headings.iter().map(|h| (*h).to_owned()).collect()).holds
    }

    #[test]
    fn headings_of_other_systems_are_recognised() {
        assert_eq!(
            guess(&[
                "NHS No.",
                "Forename",
                "SURNAME",
                "D.O.B.",
                "Post code",
                "Mobile",
                "Shoe size"
            ]),
            [
                Holds::NhsNumber,
                Holds::Given,
                Holds::Family,
                Holds::Born,
                Holds::Postcode,
                Holds::Phone,
                Holds::Nothing
            ]
        );
    }

    #[test]
    fn the_second_column_of_one_kind_is_left_out() {
        assert_eq!(guess(&["Phone", "Mobile"]), [Holds::Phone, Holds::Nothing]);
    }

    #[test]
    fn every_heading_of_the_template_is_recognised() {
        let first = TEMPLATE.lines().next().unwrap();
        let headings: Vec<String> = first.split(',').map(str::to_owned).collect();
        let plan = Plan::guess(headings);
        assert!(
            plan.holds.iter().all(|holds| *holds != Holds::Nothing),
            "{:?}",
            plan.holds
        );
        assert!(plan.lacks().is_empty());
    }

    #[test]
    fn a_plan_says_what_it_lacks_and_is_kept() {
        let mut plan = Plan::guess(vec!["Surname".into(), "Phone".into()]);
        assert_eq!(plan.lacks().len(), 2);
        plan.holds[1] = Holds::Given;
        plan.agreed = Some(Agreed::Yes);
        assert!(plan.lacks().is_empty());
        assert_eq!(Plan::of_text(&plan.as_text().unwrap()), Some(plan));
    }
}
