//! What would be needed for an answer where there is none: one thing that
//! somebody could do. The numbers are those by which the statistics refuse.

use kith_effect::stats::{
    limits::{
        CLUSTERS_MIN, EVENTS_PER_ARM_MIN, FOLLOW_UP_MIN, LINK_WORKER_SLICE_MIN, MATCHED_SHARE_MIN,
        PEOPLE_PER_ARM_MIN, XMR_POINTS_MIN,
    },
    refusal::Refusal,
};

/// What would help; none where the data are not what is wanting.
#[must_use]
pub fn for_an_answer(refusal: &Refusal) -> Option<String> {
    let words = match refusal {
        Refusal::NoComparator => {
            "Bring in the register and the GP contacts of everybody on the practice's list, also of people who were never referred.".to_owned()
        }
        Refusal::Unbalanced { .. } | Refusal::LeadAsLargeAsEffect { .. } | Refusal::LeadsDiffer { .. } => {
            "More people who were not referred to choose from: the lists of more practices.".to_owned()
        }
        Refusal::ControlsLeave { .. } => {
            "A practice where fewer people are referred, or starts so late that some wait longer.".to_owned()
        }
        Refusal::OneCluster | Refusal::TooFewClusters { .. } => {
            format!("GP contacts of at least {CLUSTERS_MIN} practices, read together for the whole service.")
        }
        Refusal::TooFewDegreesOfFreedom { .. } => {
            "More practices, of more equal size.".to_owned()
        }
        Refusal::TooFewMatched { .. } => format!(
            "For at least {:.0} of 100 people referred, somebody like them on the same practice's list.",
            MATCHED_SHARE_MIN * 100.0
        ),
        Refusal::TooFewPeople { .. } => {
            format!("At least {PEOPLE_PER_ARM_MIN} people referred, each seen for a year before and after.")
        }
        Refusal::TooFewEvents { .. } => {
            format!("At least {EVENTS_PER_ARM_MIN} GP contacts on each side.")
        }
        Refusal::FollowUpTooLow { .. } => format!(
            "A second score of at least {:.0} of every 100 people who have a first.",
            FOLLOW_UP_MIN * 100.0
        ),
        Refusal::MissingDecides | Refusal::TipsTooEasily { .. } => {
            "Second scores of more of the people who have none.".to_owned()
        }
        Refusal::NoEvents => "GP contacts of people who were referred.".to_owned(),
        Refusal::Aliased { .. } | Refusal::Separated { .. } => {
            "People who differ more: referred in several months, of different ages.".to_owned()
        }
        Refusal::TooUncertain { needed, .. } => format!("About {needed} people."),
        Refusal::DifferenceNotRuledOut { .. } => "More people, or a longer time.".to_owned(),
        Refusal::SmallNumber => "At least 8 people.".to_owned(),
        Refusal::SliceTooSmall { .. } => {
            format!("At least {LINK_WORKER_SLICE_MIN} people of this link worker.")
        }
        Refusal::Exploratory => {
            "A question fixed on its own page before the next data are brought in.".to_owned()
        }
        Refusal::DefinitionChanged { .. } => {
            "Contacts taken out of the practice's system anew, all by one definition.".to_owned()
        }
        Refusal::TooFewPoints { .. } => format!("{XMR_POINTS_MIN} whole months."),
        _ => return None,
    };
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_few_practices_says_how_many_it_takes() {
        let needed = for_an_answer(&Refusal::OneCluster).unwrap();
        assert!(
            needed.starts_with("GP contacts of at least 6 practices"),
            "{needed}"
        );
    }

    #[test]
    fn what_data_cannot_mend_promises_nothing() {
        assert_eq!(for_an_answer(&Refusal::NoGoodDirection), None);
    }
}
