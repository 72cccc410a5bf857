//! What page one says, on paper and on the screen: the business in a sentence, what changed, what to do first, and whether it
//! is fair.

use serde::Serialize;

use super::Teller;
use super::fairness::{disparity_in_short, n_found};
use super::rich::{Rich, safe};
use crate::base::verdicts::Verdicts;
use crate::report::view::{Change, ChangePart, ChangeParts, GroupView, PortfolioView, SubjectView, TodoView};
use crate::report::words::{Words, capitalized, ellipsized, printable};

/// Labels that fit into a headline, in characters.
const HEADLINE_LABEL: usize = 44;
/// Things to do first.
const N_FIRST: usize = 3;

/// The group that the cover speaks of: most money at stake, then most subjects at risk.
pub fn lead(groups: &[GroupView]) -> usize {
    let weight = |group: &GroupView| (group.value_at_stake.unwrap_or(0.0), group.n_selected);
    let mut best = 0;
    for (i, group) in groups.iter().enumerate() {
        let (money, n) = weight(group);
        let (best_money, best_n) = groups.get(best).map_or((0.0, 0), weight);
        if money > best_money || (money >= best_money && n > best_n) {
            best = i;
        }
    }
    best
}

/// What most sets those at risk apart, where something does; it names a sign, never a cause.
pub fn headline(group: &GroupView, words: &Words) -> String {
    let teller = Teller { group, words };
    if group.n_selected == 0 {
        let who = if teller.is_past() { "Nobody scored" } else { "Nobody is" };
        return format!("{who} {}.", teller.at_risk());
    }
    let whose = if teller.is_past() { "sets past" } else { "sets your" };
    let named = group.drivers.iter().filter(|driver| driver.pillar.is_some());
    let top = named.max_by(|a, b| a.points.total_cmp(&b.points));
    let unassigned =
        group.drivers.iter().filter(|driver| driver.label == "unassigned").map(|driver| driver.points).sum::<f64>();
    if let Some(top) = top.filter(|top| top.points > 0.0 && top.points >= unassigned) {
        return format!("{} {whose} {} at risk apart.", capitalized(&top.label), group.plural);
    }
    let driven = group.features.iter().filter(|feature| feature.drive.is_some_and(|drive| drive > 0.0));
    let feature = driven.max_by(|a, b| a.drive.unwrap_or(0.0).total_cmp(&b.drive.unwrap_or(0.0)));
    match feature.filter(|feature| feature.label.chars().count() <= HEADLINE_LABEL) {
        Some(feature) => format!("“{}” {whose} {} at risk apart.", printable(&feature.label), group.plural),
        None if teller.is_past() => {
            format!("{} past {} scored {}.", words.count(group.n_selected), group.plural, teller.at_risk())
        }
        None => {
            let are = if group.n_selected == 1 { "is" } else { "are" };
            let who = words.counted(group.n_selected, &group.subject, &group.plural);
            format!("{who} {are} {}.", teller.at_risk())
        }
    }
}

/// "Where the change comes from, in customers and in money at stake: +18 new (+€1,240), −9 gone (−€700), +30 from what is now
/// known of the others (+€2,020), +2 from the model (+€95), 0 from where “at high risk” begins (−€12)."
pub fn causes(teller: &Teller) -> Option<String> {
    let (group, words) = (teller.group, teller.words);
    let ChangeParts { came, left, data, model, cut } = group.change?.parts?;
    let line = format!("from where “{}” begins", teller.at_risk());
    let named = [
        (Some(came), "new"),
        (Some(left), "gone"),
        (Some(data), "from what is now known of the others"),
        (Some(model), if cut.is_some() { "from the model" } else { "from the model or its cut" }),
        (cut, line.as_str()),
    ];
    let signed = |is_more: bool, text: String| format!("{}{text}", if is_more { "+" } else { "" });
    let part = |(part, what): (Option<ChangePart>, &str)| {
        let part = part?;
        let money = part.value_at_stake.map(f64::round).filter(|money| *money != 0.0);
        let money = money.map(|money| signed(money > 0.0, words.money(money)));
        let n = signed(part.n > 0, words.number(part.n as f64, 0));
        let is_told = part.n != 0 || money.is_some();
        is_told.then(|| format!("{n} {what}{}", money.map_or_else(String::new, |money| format!(" ({money})"))))
    };
    let told: Vec<String> = named.into_iter().filter_map(part).collect();
    let has_money = [came, left, data, model].iter().any(|part| part.value_at_stake.is_some());
    let of_what =
        if has_money { format!(", in {} and in money at stake", safe(&group.plural, 40)) } else { String::new() };
    (!told.is_empty()).then(|| format!("Where the change comes from{of_what}: {}.", told.join(", ")))
}

/// What to do first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct First {
    pub heading: String,
    pub rows: Vec<FirstRow>,
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FirstRow {
    pub title: Rich,
    pub detail: String,
    pub amount: String,
    pub unit: String,
}

/// The changes that would take most of what is at stake away, of all groups; where nothing can be changed, the first
/// subjects of the group that the cover speaks of. `None` where nobody is at risk, or only the past is told.
pub fn first(view: &PortfolioView, words: &Words) -> Option<First> {
    let mut all: Vec<(Teller, &TodoView)> = view
        .groups
        .iter()
        .flat_map(|group| group.todo.iter().map(move |todo| (Teller { group, words }, todo)))
        .collect();
    let weight = |todo: &TodoView| (todo.value_less.unwrap_or(0.0), todo.outcomes_fewer);
    all.sort_by(|(_, a), (_, b)| {
        let ((money_a, n_a), (money_b, n_b)) = (weight(a), weight(b));
        money_b.total_cmp(&money_a).then(n_b.total_cmp(&n_a))
    });
    if all.is_empty() {
        return subjects_first(&Teller { group: view.groups.get(lead(&view.groups))?, words });
    }
    let note = "How much less would be at stake is what the model says of the same subjects after the change, risk times value, \
                added up: a what-if, no promise.";
    Some(First {
        heading: "Do first".to_owned(),
        rows: all.iter().take(N_FIRST).map(|(teller, todo)| todo_row(teller, todo)).collect(),
        note: note.to_owned(),
    })
}

fn todo_row(teller: &Teller, todo: &TodoView) -> FirstRow {
    let (group, words) = (teller.group, teller.words);
    let label = ellipsized(&safe(&todo.label, 60), 50);
    let who = words.counted(todo.n, &group.subject, &group.plural);
    let what = match &todo.change {
        Change::Down => format!("Bring “{label}” down"),
        Change::Up => format!("Raise “{label}”"),
        Change::To(level) => format!("Change “{label}” to {}", ellipsized(&safe(level, 40), 30)),
    };
    let unit = todo.unit.as_deref().map_or_else(String::new, |unit| format!(" {}", safe(unit, 20)));
    let from = match (todo.from, todo.to) {
        (Some(from), Some(to)) => {
            let [from, to] = [from, to].map(|number| words.plain((10.0 * number).round() / 10.0));
            if from == to {
                String::new()
            } else {
                format!("{}rom {from} to {to}{unit}. ", if todo.n == 1 { "F" } else { "For example f" })
            }
        }
        _ => String::new(),
    };
    let scores = if todo.n == 1 { "The score" } else { "Their scores" };
    let detail = format!(
        "{from}{scores} would fall from {} to {}{}.",
        words.score(todo.score_before),
        words.score(todo.score_after),
        if todo.n == 1 { "" } else { " on average" }
    );
    let (amount, unit) = match todo.value_less {
        Some(money) => (words.money(money.round()), "less at stake".to_owned()),
        None => (words.number(todo.outcomes_fewer, 1), "fewer expected".to_owned()),
    };
    FirstRow { title: Rich::default().strong(format!("{what} for {who}")), detail, amount, unit }
}

/// The first of the top subjects; only of today's, since nobody can act on the past.
fn subjects_first(teller: &Teller) -> Option<First> {
    let group = teller.group;
    if teller.is_past() || group.n_selected == 0 || group.top.is_empty() {
        return None;
    }
    let at_risk = group.top.iter().filter(|subject| subject.selected);
    let rows: Vec<FirstRow> = at_risk.take(N_FIRST).map(|subject| subject_row(teller, subject)).collect();
    let who = if rows.len() == 1 {
        format!("this {}", group.subject)
    } else {
        format!("these {} {}", teller.words.spelled(rows.len()), group.plural)
    };
    (!rows.is_empty()).then(|| First { heading: format!("Start with {who}"), rows, note: String::new() })
}

fn subject_row(teller: &Teller, subject: &SubjectView) -> FirstRow {
    let words = teller.words;
    let (amount, unit) = match subject.value_at_stake {
        Some(money) => (words.money(money), "at stake".to_owned()),
        None => (words.score(subject.score), "score".to_owned()),
    };
    let title = Rich::default().strong(safe(&subject.id, 48));
    let title = if subject.value_at_stake.is_some() {
        title.muted(format!("   score {}", words.score(subject.score)))
    } else {
        title
    };
    let detail = subject.reasons.first().map_or(String::new(), |reason| safe(&reason.sentence, 110));
    FirstRow { title, detail, amount, unit }
}

/// A sentence with its mark.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Marked {
    pub mark: &'static str,
    pub tone: &'static str,
    pub text: Rich,
}

/// Whether it is fair, over some groups, in a sentence for each answer.
pub fn fair(groups: &[GroupView], words: &Words) -> Vec<Marked> {
    let marked = |mark, tone, text: Rich| Marked { mark, tone, text };
    let mut total = Verdicts::total(groups.iter().map(|group| group.verdicts));
    total.disparity = groups.iter().map(n_found).sum();
    let is_undeclared = |group: &&GroupView| group.findings.iter().any(|finding| finding.code == "no-sensitive");
    let undeclared: Vec<String> = groups.iter().filter(is_undeclared).map(|group| group.plural.clone()).collect();
    if !groups.is_empty() && undeclared.len() == groups.len() {
        let none = "No sensitive feature is declared, so this report cannot tell whether groups are treated alike.";
        return vec![marked("?", "caution", Rich::new(none))];
    }
    let spelled = |n: usize| capitalized(&words.spelled(n));
    let mut told = Vec::new();
    if total.disparity > 0 {
        let (show, more) =
            if total.disparity == 1 { ("comparison shows", "") } else { ("comparisons show", ", first") };
        let n = spelled(total.disparity);
        let lead = Rich::default().strong(format!("{n} {show} a difference beyond chance"));
        let first = groups.iter().find_map(|group| {
            let teller = Teller { group, words };
            let whose = if groups.len() > 1 { format!("{}, ", group.plural) } else { String::new() };
            disparity_in_short(&teller).map(|first| format!("{whose}{first}"))
        });
        told.push(marked(
            "▲",
            "risk",
            match first {
                Some(first) => lead.plain(format!("{more}: {first}.")),
                None => lead.plain(": of groups that are told in the audit’s table only."),
            },
        ));
    }
    if total.none_found > 0 {
        let show = if total.none_found == 1 { "comparison shows" } else { "comparisons show" };
        let text = format!(
            "{} {show} no difference beyond the limits, as far as the numbers can tell.",
            spelled(total.none_found)
        );
        told.push(marked("✓", "good", Rich::new(text)));
    }
    let open = total.insufficient_evidence + total.undefined;
    if open > 0 {
        let (are, so) = if open == 1 { ("comparison", "it is") } else { ("comparisons", "they are") };
        let text = format!(
            "{} {are} cannot be judged: too few people, too close to the limits, or nothing to divide by; {so} no sign of fairness.",
            spelled(open)
        );
        told.push(marked("?", "caution", Rich::new(text)));
    }
    if !undeclared.is_empty() {
        let text = format!("For {} no sensitive feature is declared, so nothing is known.", words.list(&undeclared));
        told.push(marked("?", "caution", Rich::new(text)));
    }
    if told.is_empty() {
        let text = if groups.iter().all(|group| group.binding.is_empty()) {
            "No limit is set: figures of groups are told, and none is judged."
        } else {
            "Groups are too small to be judged without pointing at single people."
        };
        told.push(marked("?", "caution", Rich::new(text)));
    }
    told
}
