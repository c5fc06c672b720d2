//! Roles, and what each may do. There is one table, [`MATRIX`]: a page, an
//! action and the printed table of permissions all read it, so they cannot
//! disagree. A role says what somebody does every day; the duty of the
//! safeguarding lead (and deputy) is held besides a role and adds to it.
//! Administrators look after the system and never see anybody's record.

use kith_base::Word;

kith_base::words! {
    /// What an account does in the scheme.
    pub enum Role {
        Practice = "practice" / "Practice staff",
        LinkWorker = "link_worker" / "Link worker",
        Manager = "manager" / "Manager",
        Administrator = "administrator" / "Administrator",
        Guardian = "guardian" / "Information guardian",
    }
}

/// How far an ability reaches. Later is further, so the further of two
/// reaches (a role's and the lead's) is their maximum.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Reach {
    /// Not at all.
    Nothing,
    /// What is the account's own: its sign-in, its caseload, its acts.
    Own,
    /// Only people opened by a break-glass access that is still running.
    Glass,
    /// People registered with, or referred by, the account's practice.
    Practice,
    /// People assigned to the account: it owns a referral of theirs, covers
    /// today for whoever does, or leads on a concern about them.
    Assigned,
    /// Everybody in the scheme, restricted people apart.
    Scheme,
}

impl Reach {
    /// The short word that queries are given.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Own => "own",
            Self::Glass => "glass",
            Self::Practice => "practice",
            Self::Assigned => "assigned",
            Self::Scheme => "scheme",
        }
    }

    /// As the table of permissions prints it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Nothing => "–",
            Self::Own => "own",
            Self::Glass => "break-glass only",
            Self::Practice => "own practice",
            Self::Assigned => "assigned people",
            Self::Scheme => "whole scheme",
        }
    }
}

/// Something an account may be able to do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "each is told in its row of the table below")]
pub enum Ability {
    Refer,
    SeeIdentity,
    SeeLocation,
    SeeReferral,
    SeeNotes,
    WriteContact,
    TagPeople,
    TakeReferral,
    AssignReferral,
    WithdrawAgreement,
    SeeCaseload,
    SeeTeam,
    AnswerMessages,
    RaiseConcern,
    HandleConcern,
    CountConcerns,
    SeeFigures,
    SeeReach,
    ImportReferrals,
    GatherFigures,
    MergePeople,
    NameRestricted,
    ExportPerson,
    ExportScheme,
    ReleaseExport,
    BreakGlass,
    ReviewBreakGlass,
    SeeAudit,
    SeeAccounts,
    ManageAccounts,
    ManageOrganisations,
    ManageSettings,
    SeeTechnical,
    OwnAccount,
}

/// One row of the table of permissions.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// What it is about.
    pub ability: Ability,
    /// The same in words, for people.
    pub does: &'static str,
    /// How far it reaches for practice staff.
    pub practice: Reach,
    /// How far it reaches for link workers.
    pub link_worker: Reach,
    /// How far it reaches for managers.
    pub manager: Reach,
    /// How far it reaches for administrators.
    pub administrator: Reach,
    /// How far it reaches for the information guardian.
    pub guardian: Reach,
    /// What the duty of safeguarding lead or deputy adds.
    pub lead: Reach,
    /// Whether one must have proved again, within ten minutes, who one is.
    pub step_up: bool,
    /// Whether it touches somebody's record: a refusal is written to the
    /// audit trail.
    pub about_people: bool,
}

impl Row {
    /// How far a role reaches, without the lead's duty.
    #[must_use]
    pub const fn of_role(&self, role: Role) -> Reach {
        match role {
            Role::Practice => self.practice,
            Role::LinkWorker => self.link_worker,
            Role::Manager => self.manager,
            Role::Administrator => self.administrator,
            Role::Guardian => self.guardian,
        }
    }

    /// Whether a break-glass access opens it: looking at a record, never
    /// writing in it and never taking it out.
    #[must_use]
    pub const fn opens_by_glass(&self) -> bool {
        matches!(self.guardian, Reach::Glass)
    }

    /// How far a role reaches, with the lead's duty or without.
    #[must_use]
    pub fn reach(&self, role: Role, lead: bool) -> Reach {
        let by_role = self.of_role(role);
        if lead {
            by_role.max(self.lead)
        } else {
            by_role
        }
    }
}

macro_rules! matrix {
    ($($ability:ident $does:literal
        $p:ident $l:ident $m:ident $a:ident $g:ident $lead:ident $($flag:ident)*;)+) => {
        /// Who may do what, how far: the only table of permissions.
        pub const MATRIX: &[Row] = &[$(Row {
            ability: Ability::$ability,
            does: $does,
            practice: Reach::$p,
            link_worker: Reach::$l,
            manager: Reach::$m,
            administrator: Reach::$a,
            guardian: Reach::$g,
            lead: Reach::$lead,
            step_up: matrix!(@has step_up $($flag)*),
            about_people: matrix!(@has people $($flag)*),
        }),+];

        impl Ability {
            /// The ability's row in the table.
            #[must_use]
            pub const fn row(self) -> &'static Row {
                &MATRIX[self as usize]
            }
        }
    };
    (@has $wanted:ident) => { false };
    (@has step_up step_up $($rest:ident)*) => { true };
    (@has people people $($rest:ident)*) => { true };
    (@has $wanted:ident $other:ident $($rest:ident)*) => { matrix!(@has $wanted $($rest)*) };
}

matrix! {
    // ability, words                                                    practice link_worker manager administrator guardian | lead
    Refer "Refer somebody"                                               Practice Scheme   Scheme  Nothing Nothing Nothing people;
    SeeIdentity "See who somebody is and how to reach them"              Practice Scheme   Scheme  Nothing Glass   Assigned people;
    SeeLocation "See where somebody is whose whereabouts are sensitive"  Nothing  Assigned Nothing Nothing Glass   Assigned people step_up;
    SeeReferral "See a referral, its state and its reason"               Practice Scheme   Scheme  Nothing Glass   Assigned people;
    SeeNotes "Read notes of contacts"                                    Nothing  Assigned Scheme  Nothing Glass   Assigned people;
    WriteContact "Write down a contact"                                  Nothing  Assigned Nothing Nothing Nothing Nothing people;
    TagPeople "Put a tag on somebody, and take it off"                   Nothing  Assigned Scheme  Nothing Nothing Nothing people;
    TakeReferral "See who waits, take a referral on, send one back"      Nothing  Scheme   Scheme  Nothing Nothing Nothing people;
    AssignReferral "Give a referral to a link worker"                    Nothing  Assigned Scheme  Nothing Nothing Nothing people;
    WithdrawAgreement "Write down that somebody no longer agrees"        Practice Scheme   Scheme  Nothing Nothing Nothing people;
    SeeCaseload "See a caseload"                                         Nothing  Own      Scheme  Nothing Nothing Nothing people;
    SeeTeam "See the team's load and waits"                              Nothing  Nothing  Scheme  Nothing Nothing Nothing;
    AnswerMessages "Read and file what the service tells the practice"   Practice Nothing  Nothing Nothing Nothing Nothing people;
    RaiseConcern "Raise a safeguarding concern"                          Practice Scheme   Scheme  Own     Own     Scheme;
    HandleConcern "Acknowledge and close safeguarding concerns"          Nothing  Nothing  Nothing Nothing Nothing Scheme people;
    CountConcerns "See how many concerns there are, without names"       Nothing  Nothing  Scheme  Nothing Scheme  Scheme;
    SeeFigures "See what changed for people, in figures"                 Practice Own      Scheme  Nothing Nothing Nothing;
    SeeReach "See who is reached, and how referrals and waits go"        Practice Nothing  Scheme  Nothing Nothing Nothing;
    ImportReferrals "Bring referrals in from a file"                     Nothing  Nothing  Scheme  Nothing Nothing Nothing people;
    GatherFigures "Bring in files for the figures: GP contacts and the like" Practice Nothing  Scheme  Nothing Nothing Nothing people;
    MergePeople "Merge two records of one person, and undo it"           Nothing  Nothing  Scheme  Nothing Nothing Nothing people;
    NameRestricted "Say who may see a person, and that nobody visits them alone" Nothing  Assigned Scheme  Nothing Nothing Assigned people;
    ExportPerson "Take out one person's whole record"                    Nothing  Assigned Nothing Nothing Scheme  Nothing people step_up;
    ExportScheme "Take out all of the scheme's records"                  Nothing  Nothing  Scheme  Nothing Nothing Nothing people step_up;
    ReleaseExport "Release all of the records to whoever asked for them"  Nothing  Nothing  Scheme  Nothing Scheme  Nothing people step_up;
    BreakGlass "Open one restricted record for an hour, with a reason"   Nothing  Scheme   Scheme  Nothing Scheme  Scheme people step_up;
    ReviewBreakGlass "Review break-glass accesses"                       Nothing  Nothing  Nothing Nothing Scheme  Nothing people;
    SeeAudit "See who looked at what"                                    Own      Own      Own     Own     Scheme  Own;
    SeeAccounts "See organisations and accounts"                         Nothing  Nothing  Nothing Scheme  Scheme  Nothing;
    ManageAccounts "Invite, change and remove accounts"                  Nothing  Nothing  Nothing Scheme  Nothing Nothing step_up;
    ManageOrganisations "Add and change organisations"                   Nothing  Nothing  Nothing Scheme  Nothing Nothing;
    ManageSettings "Change the scheme's settings"                        Nothing  Nothing  Nothing Scheme  Nothing Nothing;
    SeeTechnical "See jobs and deliveries, without names"                Nothing  Nothing  Nothing Scheme  Nothing Nothing;
    OwnAccount "Look after one's own account"                            Own      Own      Own     Own     Own     Own;
}

/// The table of permissions as Markdown, for the generated reference.
#[must_use]
pub fn as_markdown() -> String {
    let mut out = String::from("| To |");
    for role in Role::ALL {
        out.push_str(&format!(" {role} |"));
    }
    out.push_str(" Safeguarding lead adds | Confirm again |\n|---|---|---|---|---|---|---|---|\n");
    for row in MATRIX {
        out.push_str(&format!("| {} |", row.does));
        for role in Role::ALL {
            out.push_str(&format!(" {} |", row.of_role(*role).label()));
        }
        let again = if row.step_up { "yes" } else { "" };
        out.push_str(&format!(" {} | {again} |\n", row.lead.label()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ability_finds_its_own_row() {
        for row in MATRIX {
            assert_eq!(row.ability.row().ability, row.ability);
        }
        assert_eq!(MATRIX.len(), Ability::OwnAccount as usize + 1);
    }

    #[test]
    fn an_administrator_never_reaches_a_person() {
        for row in MATRIX.iter().filter(|row| row.about_people) {
            assert_eq!(row.administrator, Reach::Nothing, "{}", row.does);
        }
    }

    #[test]
    fn practice_staff_never_read_notes_or_a_sensitive_place() {
        for ability in [
            Ability::SeeNotes,
            Ability::SeeLocation,
            Ability::SeeCaseload,
        ] {
            assert_eq!(ability.row().practice, Reach::Nothing);
        }
    }

    #[test]
    fn a_broken_glass_shows_and_never_writes_or_exports() {
        let opened: Vec<Ability> = MATRIX
            .iter()
            .filter(|row| row.opens_by_glass())
            .map(|row| row.ability)
            .collect();
        let looking = [
            Ability::SeeIdentity,
            Ability::SeeLocation,
            Ability::SeeReferral,
            Ability::SeeNotes,
        ];
        assert_eq!(opened, looking);
    }

    #[test]
    fn the_lead_keeps_the_further_of_both_reaches() {
        let notes = Ability::SeeNotes.row();
        assert_eq!(notes.reach(Role::Manager, true), Reach::Scheme);
        assert_eq!(notes.reach(Role::Guardian, true), Reach::Assigned);
        assert_eq!(notes.reach(Role::Guardian, false), Reach::Glass);
    }

    #[test]
    fn what_takes_records_out_or_breaks_the_glass_asks_again_who_one_is() {
        for ability in [
            Ability::SeeLocation,
            Ability::ExportPerson,
            Ability::ExportScheme,
            Ability::ReleaseExport,
            Ability::BreakGlass,
            Ability::ManageAccounts,
        ] {
            assert!(ability.row().step_up, "{ability:?}");
        }
    }

    #[test]
    fn the_printed_table_has_a_line_for_each_row() {
        assert_eq!(as_markdown().lines().count(), MATRIX.len() + 2);
    }
}
