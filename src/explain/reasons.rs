//! Reasons: the largest attributions of a subject as sentences, with the subject's own values and what is usual.

use super::words::{self, humanize};
use super::{ColumnWords, Norms, Plan, Settings};
use crate::base::design::{Design, Feature, FeatureKind, Value, Values};

/// One reason of one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// Index of the feature in the design: of several that are told together, the one with the largest share.
    pub feature: usize,
    /// Of all that are told together.
    pub points: f64,
    /// "Contract is month-to-month (usually one year): raises the score by 11.2 points".
    pub sentence: String,
}

/// How the features of one design are worded, made once.
pub struct Wording<'a> {
    design: &'a Design,
    features: Vec<FeatureWording>,
    /// Features that are told together.
    groups: Vec<Vec<usize>>,
}

struct FeatureWording {
    label: String,
    unit: Option<String>,
    /// The beginning of the sentence for each level.
    levels: Vec<String>,
    usual: Option<Value>,
    /// "usually one year".
    usually: Option<String>,
    /// What must not be left unsaid.
    notes: Vec<String>,
}

impl FeatureWording {
    fn new(feature: &Feature, usual: Option<&Value>, settings: &Settings) -> Self {
        let given = ColumnWords::default();
        let given = settings.words.get(&feature.name).unwrap_or(&given);
        let label = given.label.clone().unwrap_or_else(|| humanize(&feature.name));
        let levels = match &feature.values {
            Values::Levels { levels, .. } => levels.iter().map(|level| words::level(&label, level)).collect(),
            Values::Numbers { .. } => Vec::new(),
        };
        let usually = usual.map(|usual| match usual {
            Value::Missing => words::usually_unknown(),
            Value::Level(level) => words::usually(&words::level_alone(level)),
            // the unit stands beside the subject's own number
            Value::Number(number) => words::usually(&words::number_alone(feature.kind, None, *number)),
        });
        let called = |name: &String| {
            let label = settings.words.get(name).and_then(|words| words.label.clone());
            label.unwrap_or_else(|| humanize(name))
        };
        let sensitive = settings.sensitive.contains(&feature.name).then(words::sensitive);
        let proxy = settings.proxies.get(&feature.name).map(|of| words::stands_in(&called(of)));
        Self {
            label,
            unit: given.unit.clone(),
            levels,
            usual: usual.cloned(),
            usually,
            notes: sensitive.into_iter().chain(proxy).collect(),
        }
    }
}

impl<'a> Wording<'a> {
    pub fn new(design: &'a Design, norms: &Norms, settings: &Settings) -> Self {
        let wording = |(place, feature): (usize, &Feature)| {
            FeatureWording::new(feature, norms.usual.get(place).and_then(Option::as_ref), settings)
        };
        let mut groups: Vec<Vec<usize>> = vec![Vec::new(); design.features.len()];
        (0..design.features.len()).for_each(|feature| {
            groups[norms.alike.get(feature).copied().unwrap_or(feature)].push(feature);
        });
        groups.retain(|group| !group.is_empty());
        Self { design, features: design.features.iter().enumerate().map(wording).collect(), groups }
    }

    /// Features that are told together, as one reason.
    pub fn groups(&self) -> impl Iterator<Item = &Vec<usize>> {
        self.groups.iter()
    }

    /// "Contract is month-to-month".
    fn phrase(&self, feature: usize, row: usize) -> String {
        let (source, of) = (&self.design.features[feature], &self.features[feature]);
        match &source.values {
            values if values.is_missing(row) => words::unknown(&of.label),
            Values::Levels { codes, .. } => of.levels[codes[row] as usize].clone(),
            Values::Numbers { values, .. } => words::number(&of.label, source.kind, of.unit.as_deref(), values[row]),
        }
    }

    /// "usually one year", where the subject's value is another.
    fn usually(&self, feature: usize, row: usize) -> Option<&String> {
        let (source, of) = (&self.design.features[feature], &self.features[feature]);
        let is_usual = match (&source.values, of.usual.as_ref()?) {
            (values, Value::Missing) => values.is_missing(row),
            (values, Value::Level(level)) => values.level(row) == Some(level),
            (values, Value::Number(usual)) => values.number(row).is_some_and(|number| {
                // numbers that read alike are alike
                let alone = |number| words::number_alone(FeatureKind::Number, None, number);
                number == *usual || alone(number) == alone(*usual)
            }),
        };
        of.usually.as_ref().filter(|_| !is_usual)
    }

    /// A value by itself: "3 days", "not known".
    fn alone(&self, feature: usize, value: &Value) -> String {
        match value {
            Value::Missing => words::unknown_alone(),
            Value::Level(level) => words::level_alone(level),
            Value::Number(number) => {
                let (kind, unit) = (self.design.features[feature].kind, self.features[feature].unit.as_deref());
                words::number_alone(kind, unit, *number)
            }
        }
    }

    /// What is usual in a cohort: "usually 6 days (of all 2 days)".
    pub fn usual_of(&self, feature: usize, usual: &Value) -> String {
        let of_all = self.features[feature].usual.as_ref().map(|usual| self.alone(feature, usual));
        words::usual_of(&self.alone(feature, usual), of_all.as_deref())
    }

    /// What sets a cohort apart, where `usual` is usual.
    pub fn cohort(&self, feature: usize, usual: Option<&str>, points: f64, difference: f64) -> String {
        let of = &self.features[feature];
        let notes = if of.notes.is_empty() { String::new() } else { format!(" ({})", of.notes.join("; ")) };
        words::cohort(&format!("{}{notes}", of.label), usual, points, difference)
    }

    /// A plan as a sentence about the model's score, which is `score` now.
    pub fn action(&self, row: usize, score: f64, plan: &Plan, settings: &Settings) -> String {
        let own = |feature: usize| {
            let values = &self.design.features[feature].values;
            let level = || values.level(row).map_or(Value::Missing, |level| Value::Level(level.to_owned()));
            values.number(row).map_or_else(level, Value::Number)
        };
        let change = |(feature, to): &(usize, Value)| {
            let (mut before, mut after) = (self.alone(*feature, &own(*feature)), self.alone(*feature, to));
            if let (true, Value::Number(from), Value::Number(to)) = (before == after, own(*feature), to) {
                // so near that rounded they read alike
                (before, after) = (from.to_string(), to.to_string());
            }
            (self.features[*feature].label.as_str(), before, after)
        };
        let changes: Vec<(&str, String, String)> = plan.changes.iter().map(change).collect();
        let is_priced = |(feature, _): &(usize, Value)| {
            settings.actionable.get(&self.design.features[*feature].name).is_some_and(|how| how.is_priced)
        };
        let cost = plan.changes.iter().all(is_priced).then_some((plan.cost, settings.currency.as_str()));
        words::action(&changes, score, plan.score, cost)
    }

    fn sentence(&self, leader: usize, others: &[usize], row: usize, points: f64) -> String {
        let labels: Vec<&str> = others.iter().map(|other| self.features[*other].label.as_str()).collect();
        let mut notes: Vec<String> = Vec::new();
        if !labels.is_empty() {
            notes.push(words::together(&labels));
        }
        notes.extend(self.usually(leader, row).cloned());
        notes.extend(self.features[leader].notes.iter().cloned());
        for other in others.iter().map(|other| &self.features[*other]) {
            notes.extend(other.notes.iter().map(|note| words::note_of(&other.label, note)));
        }
        words::reason(&self.phrase(leader, row), &notes, points)
    }
}

/// At most `settings.n_reasons` reasons, by |points|, raising and lowering both, each at least `settings.points_min`;
/// ties by the order of the columns. Columns that say nearly the same ([`super::norms`]) are one reason with the sum of
/// their points, so that they do not contradict one another.
pub fn reasons(points: &[f64], row: usize, wording: &Wording<'_>, settings: &Settings) -> Vec<Reason> {
    let sum = |group: &Vec<usize>| group.iter().map(|feature| points[*feature]).sum::<f64>();
    let mut told: Vec<(f64, &Vec<usize>)> = wording.groups.iter().map(|group| (sum(group), group)).collect();
    told.retain(|(points, _)| points.abs() >= settings.points_min);
    told.sort_by(|(a, first), (b, second)| b.abs().total_cmp(&a.abs()).then(first[0].cmp(&second[0])));
    told.truncate(settings.n_reasons);
    let reason = |(sum, group): (f64, &Vec<usize>)| {
        // the one that pulls most in the direction of all
        let pull = |feature: &usize| points[*feature] * sum.signum();
        let leader = group.iter().rev().copied().max_by(|a, b| pull(a).total_cmp(&pull(b))).unwrap_or(group[0]);
        let others: Vec<usize> =
            group.iter().copied().filter(|feature| *feature != leader && points[*feature] != 0.0).collect();
        Reason { feature: leader, points: sum, sentence: wording.sentence(leader, &others, row, sum) }
    };
    told.into_iter().map(reason).collect()
}
