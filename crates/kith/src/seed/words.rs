//! What made-up people and their link workers say. Each line is short and
//! plain, as notes are.

use kith_casework::referral::Need;

/// What a practice writes beside the need.
pub fn why(need: Need) -> &'static str {
    match need {
        Need::Loneliness => "Has hardly been out since moving here",
        Need::Money => "Behind with the rent, letters unopened",
        Need::Housing => "Damp flat, three children",
        Need::Mood => "Low since losing the job",
        Need::Caring => "Looks after both parents, no time of their own",
        Need::Activity => "Would like to move more, nervous of the gym",
        Need::Grief => "Lost her husband in the spring",
        Need::Work => "Would like to work again, does not know how to begin",
        Need::Abuse => "Asked to talk to somebody outside the house",
        Need::Other => "Would like somebody to talk things through with",
    }
}

/// What matters, in the person's own words.
pub fn matters(need: Need) -> &'static str {
    match need {
        Need::Loneliness => "I want to hear somebody say my name now and then.",
        Need::Money => "I want to open the post without my stomach turning over.",
        Need::Housing => "A dry room for the children. That is all.",
        Need::Mood => "To get up and have a reason to.",
        Need::Caring => "An hour on a Thursday that is mine.",
        Need::Activity => "To walk to the shop and back without stopping.",
        Need::Grief => "Somewhere I can talk about him without people looking at the floor.",
        Need::Work => "To be useful again.",
        Need::Abuse => "To feel safe in my own kitchen.",
        Need::Other => "To have somebody on my side.",
    }
}

/// Local services that do not exist.
pub const SERVICES: &[&str] = &[
    "the Tuesday table at the Boathouse",
    "Harbour debt advice",
    "the walking group from the library",
    "the carers' circle",
    "the community garden at Osier Close",
    "the men's shed on the quay",
    "the bereavement café",
    "the housing advice desk",
];

/// What was talked about.
pub const TALKED: &[&str] = &[
    "Talked about the week. Managed the shop twice.",
    "Listened. Not ready to go anywhere yet and said so.",
    "Looked at the letters together and put them in order.",
    "Cheerful today. The neighbour has begun to knock.",
    "Hard day. Sat with it. Will ring again on Friday.",
    "Went through what there is nearby; likes the sound of the garden.",
    "Filled in the form together.",
    "Has been twice now and would like to go on alone.",
];

/// What changed, in the person's words.
pub const CHANGED: &[&str] = &[
    "I have somewhere to be on Tuesdays now.",
    "The letters are in a folder and nobody is shouting.",
    "I still miss him. But I laugh again.",
    "I know whom to ring.",
    "My daughter says I sound like myself.",
];

/// Why a contact did not come about.
pub const NOT_MET: &[&str] = &[
    "Telephone rang out",
    "Forgot, sorry about it",
    "Bus did not come",
    "Did not feel up to it",
];
