//! What customers of the sample business write.

use super::draw::Draws;

/// What a review speaks of.
#[derive(Debug, Clone, Copy)]
pub struct Experience {
    pub days_late: u32,
    pub wrong_items: u32,
    pub days_waiting: u32,
    /// 1 to 5.
    pub stars: u32,
}

const PRAISE: [&str; 8] = [
    "Fresh bread on the doorstep before seven, as always.",
    "The driver knows my kids by name. Friendly and on time!",
    "Great vegetables, fair prices, no complaints at all.",
    "They forgot the eggs once, called within the hour and brought them. That is how it should be.",
    "Best rye loaf in town & they never let me down.",
    "Reliable. I recommend them to the whole street.",
    "Lovely people at the Quay shop, they always help.",
    "Told me \"we will credit it\", and the credit was there the next day.",
];
const SO_SO: [&str; 5] = [
    "Okay, nothing special.\nThe apples were a bit soft.",
    "Good bread, but the app is clumsy.",
    "Fine most of the time. Not cheap.",
    "Delivery window is too wide for people who work.",
    "Not bad, not great; the cheese counter is still closed.",
];
const ANGER: [&str; 5] = [
    "Prices went up and nobody said a word. I do not trust them any more.",
    "I asked twice for a refund and was told \"company policy\". Never again.",
    "Rude on the phone, and nobody called back.",
    "Disappointed. It used to be so much better.",
    "Half of the salad was spoiled.\n\nI sent a photo, no answer.",
];
const CLOSINGS: [&str; 4] = ["", " Please do better.", "\nSad, really.", " :("];

/// The text of a review.
pub fn review(experience: Experience, draws: &mut Draws) -> String {
    if experience.stars >= 4 {
        return draws.one_of(&PRAISE).to_owned();
    }
    if experience.stars == 3 {
        return draws.one_of(&SO_SO).to_owned();
    }
    let complaint = complaint(experience, draws);
    format!("{complaint}{}", draws.one_of(&CLOSINGS))
}

fn complaint(experience: Experience, draws: &mut Draws) -> String {
    if experience.days_late >= 2 {
        return format!("My box came {} days late, \"van trouble\" they said.", experience.days_late);
    }
    if experience.days_waiting >= 5 {
        return format!("Waited {} days for an answer.\nNobody seems to read the mail.", experience.days_waiting);
    }
    if experience.wrong_items >= 1 {
        return "Wrong items again: I ordered oat milk, not cream!".to_owned();
    }
    draws.one_of(&ANGER).to_owned()
}

pub const TOPICS: [&str; 4] = ["late delivery", "wrong item", "billing", "other"];
pub const CLOSED_REASONS: [&str; 5] = ["late deliveries", "prices", "moved away", "other shop", "service"];
pub const COUPONS: [&str; 4] = ["HARBOR10", "QUAY5", "BREAD4YOU", "SPRING"];
