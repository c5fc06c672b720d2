//! What a referral says: what the person's trouble is about, what they were
//! told, and whether they agreed. The chips a practice presses.

use kith_base::words;

words! {
    /// What the trouble is about; the first that is chosen is the main need.
    pub enum Need {
        Loneliness = "loneliness" / "Loneliness",
        Money = "money" / "Money or debt",
        Housing = "housing" / "Housing",
        Mood = "mood" / "Low mood or worry",
        Caring = "caring" / "Caring for somebody",
        Activity = "activity" / "Being more active",
        Grief = "grief" / "Grief or loss",
        Work = "work" / "Work or learning",
        Abuse = "abuse" / "Safety at home",
        Other = "other" / "Something else",
    }
}

words! {
    /// What the person was told about link working before they were referred.
    pub enum Told {
        Talked = "talked" / "We talked about what a link worker does",
        Leaflet = "leaflet" / "I gave them the leaflet",
        Mentioned = "mentioned" / "I only mentioned it",
        Nothing = "nothing" / "They do not know yet",
        SelfReferred = "self" / "They asked for it themselves",
    }
}

words! {
    /// Whether the person agreed to be referred.
    pub enum Agreed {
        Yes = "yes" / "Yes",
        YesTextSafe = "yes_text_safe" / "Yes, and texts are safe",
        No = "no" / "No",
    }
}

words! {
    /// Whether the person's practice may hear of a referral it did not send.
    pub enum PracticeTold {
        Yes = "yes" / "Yes",
        No = "no" / "No, the person does not want that",
    }
}

words! {
    /// Which door a referral came through.
    pub enum Source {
        Practice = "practice" / "Practice",
        Itself = "self" / "The person",
        File = "file" / "A file",
        Other = "other" / "Another agency",
    }
}
