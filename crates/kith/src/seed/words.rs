//! What made-up people and their link workers say. Each line is short and
//! plain, as notes are. Nothing in a line says whether it is about a woman or
//! a man, or which day it is.

use kith_casework::{contact::Purpose, referral::Need};

/// What a practice writes beside the need.
pub const fn why(need: Need) -> &'static [&'static str] {
    match need {
        Need::Loneliness => &[
            "Has hardly been out since moving here",
            "Lives alone, family in Canada. Comes to us for the company",
            "Stopped driving in the summer and now sees nobody",
            "Third appointment this month, mostly to talk",
        ],
        Need::Money => &[
            "Behind with the rent, letters unopened",
            "Benefit stopped in the autumn, choosing between food and heating",
            "Catalogue debts, ashamed to tell the family",
        ],
        Need::Housing => &[
            "Damp flat, three children, the youngest with asthma",
            "Sleeping on a friend's sofa since the notice ran out",
            "Cannot manage the stairs any more, landlord will not answer",
        ],
        Need::Mood => &[
            "Low since losing the job, does not want tablets",
            "Anxious about going out, sleep poor, no risk found today",
            "On the list for talking therapy, would like something before then",
        ],
        Need::Caring => &[
            "Looks after both parents, no time of their own",
            "Partner has dementia, up three times a night",
        ],
        Need::Activity => &[
            "Would like to move more, nervous of the gym",
            "Blood sugar rising, keen to walk but not alone",
        ],
        Need::Grief => &[
            "Widowed in the spring, no family near",
            "Lost a brother last year, has not spoken about it until today",
        ],
        Need::Work => &[
            "Would like to work again, does not know how to begin",
            "Six months off after the operation, worried about the interview",
        ],
        Need::Abuse => &["Asked to talk to somebody outside the house"],
        Need::Other => &["Would like somebody to talk things through with"],
    }
}

/// What matters, in the person's own words.
pub const fn matters(need: Need) -> &'static [&'static str] {
    match need {
        Need::Loneliness => &[
            "I want to hear somebody say my name now and then.",
            "A reason to put my coat on.",
            "Somebody to have a laugh with, like I used to at work.",
            "Not to dread Sundays.",
        ],
        Need::Money => &[
            "I want to open the post without my stomach turning over.",
            "To get to the end of the month with the heating on.",
            "To sort it out before my daughter hears of it.",
        ],
        Need::Housing => &[
            "A dry room for the children. That is all.",
            "My own front door.",
            "To stay near my church, wherever they put me.",
        ],
        Need::Mood => &[
            "To get up and have a reason to.",
            "To sit on the bus without counting the stops.",
            "I would like to feel like myself in the mornings.",
        ],
        Need::Caring => &[
            "An hour a week that is mine.",
            "To sleep through one night.",
        ],
        Need::Activity => &[
            "To walk to the shop and back without stopping.",
            "To pick up my grandson.",
        ],
        Need::Grief => &[
            "Somewhere I can talk without people looking at the floor.",
            "To go into the back room again.",
        ],
        Need::Work => &[
            "To be useful again.",
            "To have something to say when people ask what I do.",
        ],
        Need::Abuse => &["To feel safe in my own kitchen."],
        Need::Other => &["To have somebody on my side."],
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
    "the repair café at St Brannoc's",
    "the chair exercise class at the Ropewalk",
    "the conversation group at the library",
    "the food pantry on Kiln Terrace",
];

/// What was talked about.
pub const TALKED: &[&str] = &[
    "Talked about the week. Managed the shop twice.",
    "Listened. Not ready to go anywhere yet and said so.",
    "Looked at the letters together and put them in order.",
    "Cheerful today. The neighbour has begun to knock.",
    "Hard day. Sat with it. Will ring again this week.",
    "Went through what there is nearby; likes the sound of the garden.",
    "Filled in the form together.",
    "Has been twice now and would like to go on alone.",
    "Went for a walk along the quay while we talked.",
    "Had a hospital letter and did not follow it. Read it together.",
    "Short call. Tired after a bad night, asked for another day.",
    "Brought the photographs. Spoke about the years on the boats.",
    "Worried about the boiler. Rang the landlord together.",
    "Slept better. Has started to cook again.",
    "Anxious about the bus. We looked up the route and rode two stops.",
    "Daughter there too. Agreed who does what.",
    "Likes the group but not the room, too loud. Will try the other day.",
    "Waiting for the hospital date. Wanted to talk about what is at home.",
    "Angry with the council, with reason. Wrote down what was promised.",
    "Has not been out since we last met. Did not push.",
];

/// What was talked about at the first meeting.
pub const FIRST: &[&str] = &[
    "First meeting. Told me how it has been since last year, mostly I listened.",
    "Met at the surgery. Unsure at first, talked a long while once we began.",
    "Rang. Was glad somebody had. Would like to meet in person.",
    "First visit. Showed me the garden, the talk came by itself there.",
    "Met at the library café. Knows what would help, not where to ask.",
    "First call. Asked what this is and who sees it; said so plainly.",
];

/// What was talked about at the last.
pub const LAST: &[&str] = &[
    "Looked back over what we did. Would like to go on alone, knows where we are.",
    "Last visit. Goes to the group without me now.",
    "Said goodbye. Has the numbers on the fridge.",
    "Agreed we are done for now. Will ring if the winter is hard.",
];

/// The next step, after a meeting with this purpose.
pub const fn steps(after: Purpose) -> &'static [&'static str] {
    match after {
        Purpose::Assess => &[
            "Meet and make a plan",
            "Meet at home to make a plan",
            "Ring when the daughter is there",
            "Meet at the library and look at what there is",
        ],
        Purpose::Holding => &[
            "Ring and hear how the week was",
            "Ring after the hospital appointment",
            "Sit down together again",
        ],
        Purpose::Plan => &[
            "Send the plan and ask what is missing",
            "Ring the housing desk together",
            "Bring the forms and fill them in together",
            "Find out what the garden costs",
        ],
        Purpose::Connect => &[
            "Go along to the first session",
            "Ring after the first visit",
            "Ask the service whether they have been in touch",
        ],
        Purpose::FollowUp => &[
            "Ring and see how it is going",
            "See whether it still suits",
            "Ring once more before closing",
        ],
        Purpose::Close => &["Write to the practice and close"],
    }
}

/// What changed, in the person's words.
pub const CHANGED: &[&str] = &[
    "I have somewhere to be on Tuesdays now.",
    "The letters are in a folder and nobody is shouting.",
    "I still miss them. But I laugh again.",
    "I know whom to ring.",
    "My daughter says I sound like myself.",
    "We have the keys. The children have a room.",
    "I walk to the shop and back. I do not even think about it.",
    "I cook for two again, my neighbour comes up.",
    "I start on Monday.",
];

/// Why a contact did not come about.
pub const NOT_MET: &[&str] = &[
    "Telephone rang out",
    "Forgot, sorry about it",
    "Bus did not come",
    "Did not feel up to it",
    "At the hospital with their mother",
    "Nobody at the door, left a card",
];
