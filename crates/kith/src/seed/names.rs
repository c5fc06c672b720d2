//! Names of made-up people: a given name goes with the family name and with
//! the year of birth, as names do. The people are nobody's; the names are
//! ordinary.

use kith_casework::person::{Ethnicity, Gender};

use super::draw::Draw;

/// Names that are found together. Given names stand from those of the oldest
/// to those of the youngest.
struct Names {
    ethnicity: Ethnicity,
    women: &'static [&'static str],
    men: &'static [&'static str],
    families: &'static [&'static str],
}

/// A given and a family name for somebody of this age.
pub fn of_age(age: i64, draw: &mut Draw) -> (&'static str, &'static str) {
    let names = draw.weighed(ALL);
    let given = if draw.of_hundred(62) {
        names.women
    } else {
        names.men
    };
    (about(given, age, draw), draw.line(names.families))
}

/// Whose name it mostly is, where it is one of ours.
pub fn behind(given: &str, family: &str) -> Option<(Gender, Ethnicity)> {
    let (names, _) = ALL
        .iter()
        .find(|(names, _)| names.families.contains(&family))?;
    let gender = if names.women.contains(&given) {
        Gender::Female
    } else {
        Gender::Male
    };
    Some((gender, names.ethnicity))
}

/// One of a list that goes from the names of the oldest to those of the
/// youngest, near its place for this age.
fn about(given: &[&'static str], age: i64, draw: &mut Draw) -> &'static str {
    let last = i64::try_from(given.len()).unwrap_or(1) - 1;
    let place = last * (OLDEST - age.clamp(YOUNGEST, OLDEST)) / (OLDEST - YOUNGEST);
    let near = (place + draw.between(-NEAR, NEAR)).clamp(0, last);
    given[usize::try_from(near).unwrap_or(0)]
}

const OLDEST: i64 = 92;
const YOUNGEST: i64 = 18;
/// How far up and down the list a name may be out of its time.
const NEAR: i64 = 5;

const ALL: &[(&Names, i64)] = &[
    (&BRITISH, 60),
    (&IRISH, 4),
    (&POLISH, 6),
    (&PAKISTANI, 11),
    (&INDIAN, 6),
    (&BANGLADESHI, 2),
    (&AFRICAN, 5),
    (&CARIBBEAN, 4),
    (&ARAB, 2),
];

const BRITISH: Names = Names {
    ethnicity: Ethnicity::WhiteBritish,
    women: &[
        "Doris",
        "Mavis",
        "Joan",
        "Edna",
        "Eileen",
        "Beryl",
        "Joyce",
        "Maureen",
        "Gwen",
        "Jean",
        "Pauline",
        "Margaret",
        "Brenda",
        "Sheila",
        "Valerie",
        "Christine",
        "Linda",
        "Susan",
        "Janet",
        "Wendy",
        "Yvonne",
        "Lesley",
        "Alison",
        "Julie",
        "Debbie",
        "Tracey",
        "Mandy",
        "Kirsty",
        "Donna",
        "Joanne",
        "Cerys",
        "Tamsin",
        "Emma",
        "Kelly",
        "Gemma",
        "Hannah",
        "Charlotte",
        "Jade",
        "Bethan",
        "Chloe",
        "Ellie",
    ],
    men: &[
        "Stanley", "Harold", "Leonard", "Ronald", "Dennis", "Kenneth", "Raymond", "Derek", "Brian",
        "Alun", "Trevor", "Roy", "Barry", "Graham", "Alan", "Malcolm", "Keith", "Colin", "Geoff",
        "Stephen", "Ian", "Nigel", "Gary", "Kevin", "Andrew", "Neil", "Emlyn", "Darren", "Craig",
        "Lee", "Jason", "Gareth", "Ryan", "Scott", "Luke", "Jack", "Callum", "Connor",
    ],
    families: &[
        "Barlow",
        "Dixon",
        "Evans",
        "Fairhurst",
        "Griffiths",
        "Pritchard",
        "Roberts",
        "Thackray",
        "Vaughan",
        "Walker",
        "Whitlock",
        "Young",
        "Clarke",
        "Jones",
        "Lewis",
        "Birtwistle",
        "Hughes",
        "Cooper",
        "Shaw",
        "Booth",
        "Holt",
        "Pickles",
        "Turner",
        "Fletcher",
        "Ashworth",
        "Bennett",
        "Chapman",
        "Dawson",
        "Ellis",
        "Foster",
        "Gibbs",
        "Harper",
        "Jarvis",
        "Kirby",
        "Lockwood",
        "Mercer",
        "Naylor",
        "Osborne",
        "Palmer",
        "Rowe",
        "Sutcliffe",
        "Tanner",
        "Underhill",
        "Webb",
        "Yates",
        "Atkins",
        "Brook",
        "Crowther",
        "Denton",
        "Firth",
    ],
};

const IRISH: Names = Names {
    ethnicity: Ethnicity::WhiteIrish,
    women: &[
        "Bridget",
        "Carmel",
        "Noreen",
        "Philomena",
        "Bernadette",
        "Deirdre",
        "Siobhan",
        "Orla",
        "Aoife",
    ],
    men: &[
        "Cornelius",
        "Brendan",
        "Eamon",
        "Declan",
        "Niall",
        "Fergal",
        "Ciaran",
        "Conor",
        "Oisin",
    ],
    families: &[
        "O'Rourke",
        "Quigley",
        "Macauley",
        "Doyle",
        "Gallagher",
        "Keane",
    ],
};

const POLISH: Names = Names {
    ethnicity: Ethnicity::WhiteOther,
    women: &[
        "Stefania",
        "Irena",
        "Halina",
        "Danuta",
        "Krystyna",
        "Zofia",
        "Beata",
        "Agnieszka",
        "Kasia",
        "Oliwia",
    ],
    men: &[
        "Stanislaw",
        "Kazimierz",
        "Zbigniew",
        "Jerzy",
        "Marek",
        "Dariusz",
        "Tomasz",
        "Pawel",
        "Kamil",
    ],
    families: &[
        "Jablonski",
        "Nowak",
        "Zielinski",
        "Wojcik",
        "Kaminski",
        "Mazur",
    ],
};

const PAKISTANI: Names = Names {
    ethnicity: Ethnicity::AsianPakistani,
    women: &[
        "Zubaida", "Khadija", "Parveen", "Nasreen", "Shamim", "Farida", "Rukhsana", "Shazia",
        "Saima", "Zainab", "Aisha", "Maryam",
    ],
    men: &[
        "Ghulam", "Qasim", "Bashir", "Javed", "Tariq", "Arshad", "Imran", "Asif", "Usman", "Yusuf",
        "Hamza", "Bilal",
    ],
    families: &[
        "Ahmed", "Hussain", "Iqbal", "Khan", "Malik", "Mahmood", "Akhtar", "Mirza", "Siddiqui",
        "Zaman",
    ],
};

const INDIAN: Names = Names {
    ethnicity: Ethnicity::AsianIndian,
    women: &[
        "Kamla", "Usha", "Pushpa", "Surinder", "Devi", "Manjit", "Hema", "Sunita", "Kiran",
        "Priya", "Simran",
    ],
    men: &[
        "Mohan", "Gurdial", "Dilip", "Suresh", "Harbans", "Ashok", "Rajesh", "Sandeep", "Amit",
        "Arjun",
    ],
    families: &[
        "Patel", "Singh", "Dhillon", "Sharma", "Gill", "Desai", "Sandhu", "Mistry",
    ],
};

const BANGLADESHI: Names = Names {
    ethnicity: Ethnicity::AsianBangladeshi,
    women: &[
        "Rahima", "Sufia", "Nazma", "Shirin", "Taslima", "Farzana", "Nusrat",
    ],
    men: &[
        "Abdul", "Motin", "Faruk", "Shafiq", "Jahangir", "Rubel", "Tanvir",
    ],
    families: &["Chowdhury", "Rahman", "Miah", "Uddin"],
};

const AFRICAN: Names = Names {
    ethnicity: Ethnicity::BlackAfrican,
    women: &[
        "Comfort", "Grace", "Patience", "Abena", "Folake", "Amara", "Fatou", "Blessing", "Chidinma",
    ],
    men: &[
        "Emmanuel",
        "Kofi",
        "Kwame",
        "Olu",
        "Joseph",
        "Babatunde",
        "Tendai",
        "Chinedu",
        "Samuel",
    ],
    families: &[
        "Adeyemi", "Osei", "Umeh", "Fofana", "Ndlovu", "Sithole", "Mensah", "Okafor",
    ],
};

const CARIBBEAN: Names = Names {
    ethnicity: Ethnicity::BlackCaribbean,
    women: &[
        "Hyacinth", "Ivy", "Gloria", "Pearl", "Beverley", "Marcia", "Sonia", "Natalie", "Shanice",
    ],
    men: &[
        "Winston", "Cecil", "Vernon", "Leroy", "Delroy", "Errol", "Trevor", "Curtis", "Jermaine",
        "Andre",
    ],
    families: &["Ebanks", "Campbell", "Grant", "Morrison", "Francis", "Reid"],
};

const ARAB: Names = Names {
    ethnicity: Ethnicity::OtherArab,
    women: &["Samira", "Layla", "Huda", "Rania", "Nour", "Yasmin"],
    men: &["Hassan", "Khalil", "Nabil", "Omar", "Karim", "Sami"],
    families: &["Haddad", "Ismail", "Saleh", "Mansour"],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_of_its_time() {
        let mut draw = Draw::of(3);
        let old: Vec<_> = (0..300).map(|_| of_age(90, &mut draw).0).collect();
        let young: Vec<_> = (0..300).map(|_| of_age(20, &mut draw).0).collect();
        assert!(old.contains(&"Doris") && !old.contains(&"Chloe"));
        assert!(young.contains(&"Chloe") && !young.contains(&"Doris"));
    }
}
