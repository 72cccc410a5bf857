//! An invented business as the pages see it. Unit tests of the library use this file too, so it names the library
//! through its parent module.

use chrono::NaiveDate;

use super::base::design::FeatureKind;
use super::base::population::Population;
use super::base::units::{Band, Effect, Estimate, Family, Pillar};
use super::base::verdicts::Verdicts;
use super::base::{Finding, Severity};
use super::report::view::*;

/// Customers, employees and suppliers of Harbor Lane.
pub fn harbor_lane() -> PortfolioView {
    PortfolioView {
        title: "Harbor Lane".into(),
        name: "harbor-lane".into(),
        as_of: day(2026, 6, 30),
        currency: "EUR".into(),
        locale: "en".into(),
        run: "2026-06-30-3f9a1c20".into(),
        results_sha256: "9b0c5d1e2f3a4b5c6d7e8f90112233445566778899aabbccddeeff0011223344".into(),
        version: "0.1.0".into(),
        compared: Some(ComparedView { run: "2026-06-23-77aa01bc".into(), as_of: day(2026, 6, 23) }),
        groups: vec![customers(), employees(), suppliers()],
        findings: vec![Finding::new("encoding-guessed", "`staff.csv` is not UTF-8 and was read as Windows-1252")],
    }
}

/// The same business without a run to compare with and with one group only.
pub fn alone(group: GroupView) -> PortfolioView {
    PortfolioView {
        compared: None,
        groups: vec![GroupView { change: None, ..group }],
        findings: vec![],
        ..harbor_lane()
    }
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day")
}

const FEATURES: [(&str, Option<Pillar>, f64, f64); 14] = [
    ("Days late, last two orders", Some(Pillar::Reliability), 7.9, 16.2),
    ("Contract", Some(Pillar::Transparency), 6.1, 8.3),
    ("Days waiting for an answer", Some(Pillar::Empathy), 5.2, 9.7),
    ("Price changes in the last year", Some(Pillar::Transparency), 3.4, 3.1),
    ("Missing items per order", Some(Pillar::Reliability), 3.3, 5.1),
    ("Refunds honored", Some(Pillar::Integrity), 2.4, -1.6),
    ("Tickets without follow-up", Some(Pillar::Empathy), 2.2, 2.7),
    ("Wrong items per order", Some(Pillar::Competence), 1.9, 1.9),
    ("Years with us", None, 1.8, 1.3),
    ("Paperless billing", None, 0.9, 0.7),
    ("Orders in the last quarter", None, 0.6, -0.9),
    ("Payment method", None, 0.4, 0.2),
    ("Newsletter", None, 0.2, 0.0),
    ("Shop", None, 0.1, 0.0),
];

pub fn customers() -> GroupView {
    let drivers = vec![
        driver("transparency", Some(Pillar::Transparency), 11.4),
        driver("reliability", Some(Pillar::Reliability), 21.3),
        driver("integrity", Some(Pillar::Integrity), -1.6),
        driver("competence", Some(Pillar::Competence), 1.9),
        driver("empathy", Some(Pillar::Empathy), 12.4),
        driver("unassigned", None, 1.3),
    ];
    let lift: f64 = drivers.iter().map(|driver| driver.points).sum();
    GroupView {
        name: "customers".into(),
        subject: "customer".into(),
        plural: "customers".into(),
        verb: Some("leave".into()),
        horizon: Some("90 days".into()),
        population: Population::Today,
        n_today: 4180,
        n_history: 11_902,
        n_outcomes: 3154,
        n_columns: 20,
        n_sources: 1,
        n_audited: Some(120),
        verdicts: Verdicts::default(),
        binding: std::collections::BTreeMap::new(),
        n_reported: 4180,
        bands: vec![
            band(Band::Low, 0.0, 2900, 21_900.0),
            band(Band::Elevated, 20.0, 968, 60_100.0),
            band(Band::High, 50.0, 254, 36_500.0),
            band(Band::Critical, 80.0, 58, 9_700.0),
        ],
        n_selected: 312,
        selected_from: Band::High,
        effect: Effect::Benefit,
        value_at_stake: Some(46_200.0),
        value_total: Some(1_618_300.0),
        mean_score: Some(21.6),
        mean_score_at_risk: Some(21.6 + lift),
        features: features(),
        top: (0..12).map(subject).collect(),
        todo: todo(),
        columns: columns(),
        labels: [("gender", "Gender"), ("age", "Age")].map(|(name, label)| (name.into(), label.into())).into(),
        card: card(),
        profit: profit(),
        profit_at_cut: profit().get(2).copied(),
        frontier: vec![frontier()],
        terms: terms(),
        dependence: dependence(),
        swarm: swarm(),
        interactions: interactions(),
        profiles: profiles(&drivers),
        cohorts: cohorts(),
        drivers,
        validation: validation(3154),
        precision: Some(RateView { numerator: 611, denominator: 873, low: 0.62, high: 0.78 }),
        recall: Some(RateView { numerator: 1892, denominator: 3154, low: 0.57, high: 0.63 }),
        reliability: reliability(),
        isotonic: isotonic(),
        score_counts: (0..100)
            .map(|i| (2900.0 * (-f64::from(i) / 9.0).exp() / 8.0) as u64 + u64::from(i % 7 < 5))
            .collect(),
        audit: audit(),
        purpose: Some(PurposeView {
            purpose: "retention calls".into(),
            decides: Some("store manager".into()),
            contact: Some("trust@harborlane.example".into()),
        }),
        change: Some(ChangeView {
            n_selected_before: 271,
            value_at_stake_before: Some(40_100.0),
            parts: Some(parts()),
        }),
        changed_verdicts: Vec::new(),
        limits: vec!["Customers of the Quay shop joined in May and have no history of their own yet.".into()],
        findings: vec![
            Finding::new("mostly-missing", "column `coupon_code` is blank in 91 % of rows").count(10_831).first_row(2),
            Finding::new("numbers-in-text", "column `total` of `orders.csv` holds text").count(3).first_row(17),
            Finding::new("duplicate-rows", "rows equal another in all columns but the key").count(40),
        ],
    }
}

pub fn employees() -> GroupView {
    GroupView {
        name: "employees".into(),
        subject: "employee".into(),
        plural: "employees".into(),
        horizon: Some("a year".into()),
        n_today: 84,
        n_history: 412,
        n_outcomes: 77,
        n_columns: 20,
        n_sources: 1,
        n_audited: Some(120),
        verdicts: Verdicts::default(),
        binding: std::collections::BTreeMap::new(),
        n_reported: 84,
        bands: vec![
            band(Band::Low, 0.0, 61, 60_000.0),
            band(Band::Elevated, 20.0, 17, 41_000.0),
            band(Band::High, 50.0, 6, 38_000.0),
            band(Band::Critical, 80.0, 0, 0.0),
        ],
        n_selected: 6,
        effect: Effect::Burden,
        value_at_stake: Some(38_000.0),
        value_total: Some(2_900_000.0),
        score_counts: (0..100).map(|i| if i < 60 { 2 * u64::from(i % 3 == 0) } else { 0 }).collect(),
        change: Some(ChangeView { n_selected_before: 6, value_at_stake_before: None, parts: None }),
        changed_verdicts: Vec::new(),
        todo: vec![],
        limits: vec![],
        findings: vec![
            Finding::new("few-outcomes", "77 outcomes are few for firm figures").severity(Severity::Warning),
        ],
        ..customers()
    }
}

/// A group without money, verb and sensitive features, in which nobody is at risk.
pub fn suppliers() -> GroupView {
    let mut top: Vec<SubjectView> = (0..3).map(subject).collect();
    for subject in &mut top {
        subject.band = Band::Low;
        subject.value = None;
        subject.value_at_stake = None;
    }
    GroupView {
        name: "suppliers".into(),
        subject: "supplier".into(),
        plural: "suppliers".into(),
        verb: None,
        n_today: 23,
        n_history: 140,
        n_outcomes: 12,
        n_columns: 20,
        n_sources: 1,
        n_audited: Some(120),
        verdicts: Verdicts::default(),
        binding: std::collections::BTreeMap::new(),
        n_reported: 23,
        bands: vec![
            BandView { band: Band::Low, from: 0.0, n: 23, value_at_stake: None },
            BandView { band: Band::High, from: 62.5, n: 0, value_at_stake: None },
        ],
        n_selected: 0,
        value_at_stake: None,
        value_total: None,
        mean_score_at_risk: None,
        drivers: vec![],
        dependence: vec![],
        swarm: vec![],
        interactions: vec![],
        profiles: profiles(&[]).into_iter().take(1).collect(),
        cohorts: vec![],
        features: features().into_iter().map(|feature| FeatureView { drive: None, ..feature }).collect(),
        top,
        todo: vec![],
        precision: None,
        recall: Some(RateView { numerator: 0, denominator: 12, low: 0.0, high: 0.24 }),
        score_counts: (0..100).map(|i| u64::from(i < 23)).collect(),
        audit: vec![],
        purpose: None,
        change: Some(ChangeView { n_selected_before: 1, value_at_stake_before: None, parts: None }),
        changed_verdicts: Vec::new(),
        limits: vec![],
        findings: vec![Finding::new("no-sensitive", "no sensitive feature is declared, so nothing was audited")],
        ..customers()
    }
}

/// Employees of whom the table knows history only.
pub fn history_only() -> GroupView {
    let mut group = GroupView { n_today: 0, n_history: 1470, n_reported: 1470, n_selected: 237, ..employees() };
    group.population = Population::History;
    for line in &mut group.audit {
        line.population = Population::History;
    }
    group
}

/// Everything that could break a page, in one group.
pub fn hostile() -> GroupView {
    let long = "Label ".repeat(50);
    let mut group = customers();
    group.name = "#customers *bold* $x$ <script>".into();
    group.plural.clone_from(&group.name);
    group.subject = "#panic(\"no\")".into();
    group.verb = Some("leave \\ #sys.version".into());
    for (i, feature) in group.features.iter_mut().enumerate() {
        feature.label = match i {
            0 => long.clone(),
            1 => "Unbroken".repeat(40),
            2 => "عقد العميل \u{202e} 🦀".into(),
            _ => format!("#let x = 1 <b>&amp;</b> \"{i}\" \u{0}\u{b}"),
        };
    }
    for of in &mut group.dependence {
        of.label.clone_from(&long);
        of.unit = Some("Unbroken".repeat(40));
        of.bins.iter_mut().filter_map(|bin| bin.level.as_mut()).for_each(|level| level.clone_from(&long));
    }
    for of in &mut group.swarm {
        of.label.clone_from(&long);
    }
    group.interactions[0].labels = [long.clone(), "Unbroken".repeat(40)];
    for (name, _) in group.profiles.iter_mut().flat_map(|of| &mut of.shares) {
        name.clone_from(&long);
    }
    for reason in group.cohorts.iter_mut().flat_map(|cohort| &mut cohort.reasons) {
        reason.label.clone_from(&long);
        reason.usual = Some("Unbroken".repeat(40));
    }
    for (i, subject) in group.top.iter_mut().enumerate() {
        subject.id = match i {
            0 => "../x".into(),
            1 => "C-".repeat(150),
            2 => "=cmd|' /C calc'!A0".into(),
            _ => format!("<img src=x onerror=alert(1)> #eval(\"1\") {i}"),
        };
        for reason in &mut subject.reasons {
            reason.label.clone_from(&long);
            reason.sentence = format!("{long}: raises the score by 11.2 points");
        }
    }
    for line in &mut group.audit {
        line.feature.clone_from(&long);
        line.group = format!("{}{}", line.group, "Ä".repeat(200));
    }
    group.limits = vec![long.clone(), "[#x](y) @ref <label> // no".into()];
    group.findings = vec![Finding::new("leak", format!("column `{long}` nearly repeats `#outcome`"))];
    group.purpose = Some(PurposeView { purpose: long.clone(), decides: Some(long.clone()), contact: Some(long) });
    group
}

fn features() -> Vec<FeatureView> {
    let feature = |(label, pillar, importance, drive): &(&str, Option<Pillar>, f64, f64)| FeatureView {
        label: (*label).into(),
        pillar: *pillar,
        importance: *importance,
        drive: Some(*drive),
    };
    FEATURES.iter().map(feature).collect()
}

fn driver(label: &str, pillar: Option<Pillar>, points: f64) -> DriverView {
    DriverView { label: label.into(), pillar, points }
}

fn band(band: Band, from: f64, n: usize, money: f64) -> BandView {
    BandView { band, from, n, value_at_stake: Some(money) }
}

/// A subject whose points add up.
fn subject(i: usize) -> SubjectView {
    let points = [21.4 - i as f64, 14.2, 11.2, 6.3, -7.2];
    let labels =
        ["Days late, last two orders", "Days waiting for an answer", "Contract", "Price changes", "Years with us"];
    let values = ["is 4 and 6", "is 9 days", "is month-to-month", "is 2", "is 6"];
    let reasons: Vec<ReasonView> = (0..5)
        .map(|k| ReasonView {
            sentence: format!(
                "{} {}: {} the score by {:.1} points",
                labels[k],
                values[k],
                if points[k] > 0.0 { "raises" } else { "lowers" },
                points[k].abs()
            ),
            label: labels[k].into(),
            points: points[k],
        })
        .collect();
    let (base_score, rest_points) = (22.0, 18.6);
    let score = base_score + points.iter().sum::<f64>() + rest_points;
    let value = 1200.0 + 37.0 * i as f64;
    SubjectView {
        id: format!("C-{}", 20_417 + 131 * i),
        time: Some(day(2026, 6, 30)),
        rank: u32::try_from(i + 1).ok(),
        selected: true,
        selected_because: None,
        actions: actions(score),
        points: points.iter().copied().chain([rest_points]).collect(),
        values: vec![
            ValueView::Number(6.0),
            ValueView::Number(9.0),
            ValueView::Level("month-to-month".into()),
            ValueView::Number(2.0),
            ValueView::Number(6.0),
            ValueView::Missing(()),
        ],
        scorer: 5,
        score,
        risk_low: Some(score / 100.0 - 0.09),
        risk_high: Some((score / 100.0 + 0.07).min(1.0)),
        band: if score >= 80.0 { Band::Critical } else { Band::High },
        value: Some(value),
        value_at_stake: Some(value * score / 100.0),
        base_score,
        reasons,
        rest_points,
    }
}

/// The columns of [`subject`]'s points, and one that is mostly missing.
fn columns() -> Vec<ColumnView> {
    let number = |label: &str, unit: &str, pillar, high| ColumnView {
        name: label.to_lowercase().replace([' ', ','], "_"),
        label: label.into(),
        unit: Some(unit.into()),
        pillar,
        kind: FeatureKind::Number,
        low: Some(0.0),
        high: Some(high),
        levels: vec![],
        n_missing_history: 0,
        n_missing_today: 0,
    };
    let levels = ["month-to-month", "one year", "two years"].map(str::to_owned).to_vec();
    let contract = number("Contract", "", Some(Pillar::Transparency), 0.0);
    let rare = number("Coupons used", "coupons", None, 4.0);
    vec![
        number("Days late, last two orders", "days", Some(Pillar::Reliability), 9.0),
        number("Days waiting for an answer", "days", Some(Pillar::Empathy), 30.0),
        ColumnView { kind: FeatureKind::Level, unit: None, low: None, high: None, levels, ..contract },
        number("Price changes", "changes", Some(Pillar::Transparency), 5.0),
        number("Years with us", "years", None, 30.0),
        ColumnView { n_missing_history: 10_831, n_missing_today: 3802, ..rare },
    ]
}

fn actions(score: f64) -> Vec<ActionView> {
    let action = |sentence: &str, less: f64, cost| ActionView {
        sentence: format!("{sentence}: the score would be {:.0} instead of {score:.0}", score - less),
        score: score - less,
        cost,
        proof: "optimal".into(),
    };
    vec![
        action("Set days waiting for an answer to 0 days", 14.2, 9.0),
        action("Set days waiting for an answer to 0 days and days late to 0 days", 35.6, 29.0),
    ]
}

fn parts() -> ChangeParts {
    let part = |n, value| ChangePart { n, value_at_stake: Some(value) };
    ChangeParts {
        came: part(18, 2_900.0),
        left: part(-9, -1_400.0),
        data: part(30, 4_300.0),
        model: part(0, 200.0),
        cut: Some(part(2, 100.0)),
    }
}

fn todo() -> Vec<TodoView> {
    let todo = |label: &str, unit: Option<&str>, change, n, value| TodoView {
        label: label.into(),
        unit: unit.map(str::to_owned),
        from: (change != Change::To("two years".into())).then_some(9.0),
        to: (change != Change::To("two years".into())).then_some(1.0),
        change,
        n,
        score_before: 68.2,
        score_after: 41.7,
        outcomes_fewer: 0.265 * n as f64,
        value_less: Some(value),
    };
    vec![
        todo("Days late, last two orders", Some("days"), Change::Down, 58, 6_100.0),
        todo("Days waiting for an answer", Some("days"), Change::Down, 22, 2_300.0),
        todo("Contract", None, Change::To("two years".into()), 3, 410.0),
    ]
}

fn card() -> CardView {
    let estimate =
        |value: f64, half: f64| Estimate { value: Some(value), low: Some(value - half), high: Some(value + half) };
    let family = |family, log_loss| FamilyView {
        family,
        log_loss: estimate(log_loss, 0.02),
        auc: estimate(0.8, 0.01),
        calibration_slope: estimate(1.01, 0.06),
        refused: None,
    };
    let source = |path: &str, rows| SourceView {
        name: "customers".into(),
        path: path.into(),
        rows,
        bytes: 100 * rows,
        sha256: "9b0c5d1e2f3a4b5c6d7e8f90112233445566778899aabbccddeeff0011223344".into(),
    };
    CardView {
        sources: vec![source("customers-2025.csv", 11_902), source("customers-2026.csv", 4_180)],
        is_queried: true,
        rows: RowsView {
            without_own_key: 3,
            duplicates: 41,
            table: 16_200,
            history: 11_902,
            history_scored: 9_100,
            today: 4_180,
            immature: 96,
            superseded: 22,
        },
        history: Some((day(2024, 3, 31), day(2026, 3, 31))),
        today: Some((day(2026, 6, 30), day(2026, 6, 30))),
        families: vec![
            family(Family::Logistic, 0.412),
            family(Family::Additive, 0.401),
            FamilyView { refused: Some("it is slower than its limit".into()), ..family(Family::Forest, 0.5) },
        ],
        choice: Some("additive model: the simplest to read that is not clearly worse than the best".into()),
        calibrator: Some("beta".into()),
        n_folds: 5,
        is_forward: true,
        model_as_of: None,
    }
}

/// What acting on growing shares would have brought.
/// Ways that lie close together, so that their labels must keep apart.
fn frontier() -> FrontierView {
    let point = |gap: f64, gain: f64| FrontierPointView { gap, gain };
    let long = "residualizing Days late over the last two orders, Satisfaction, Longest wait for an answer";
    let others =
        [("reweighing", 0.031, 3.1), ("dropping District", 0.029, 3.08), (long, 0.05, 3.12), ("flattening", 0.04, 2.4)];
    FrontierView {
        feature: "Mother tongue".to_owned(),
        is_money: true,
        as_is: point(0.066, 3.16),
        way: (0..=8).map(|step| point(0.066 - 0.0078 * f64::from(step), 3.16 - 0.02 * f64::from(step))).collect(),
        others: others.map(|(name, gap, gain)| (name.to_owned(), point(gap, gain))).to_vec(),
    }
}

fn profit() -> Vec<ProfitPointView> {
    let point = |place: i32| {
        let share = f64::from(place) / 10.0;
        let profit = 30.0 * share * (1.1 - share) - 2.0;
        ProfitPointView { share, profit, low: profit - 1.0 - share, high: profit + 1.0 + share }
    };
    (1..=10).map(point).collect()
}

/// A column of numbers that some do not have, and one of levels.
fn dependence() -> Vec<DependenceView> {
    let bin = |range, level: Option<&str>, n, points: f64| DependenceBinView {
        range,
        level: level.map(str::to_owned),
        n,
        points,
        low: points - 3.0,
        high: points + 2.0,
    };
    let late = |day: f64| bin(Some((day, day)), None, 900 - 100 * day as usize, 4.0 * day - 6.0);
    vec![
        DependenceView {
            label: "Days late, last two orders".into(),
            unit: Some("days".into()),
            bins: (0..8).map(|day| late(f64::from(day))).chain([bin(None, None, 60, -1.0)]).collect(),
            effects: (0..8).map(|day| (f64::from(day), 3.5 * f64::from(day) - 6.0)).collect(),
        },
        DependenceView {
            label: "Contract".into(),
            unit: None,
            bins: vec![
                bin(None, Some("Month-to-month"), 2200, 6.0),
                bin(None, Some("One year"), 1400, -4.0),
                bin(None, Some("Two years"), 500, -9.0),
                bin(None, None, 80, 0.5),
            ],
            effects: vec![],
        },
    ]
}

/// A column of numbers and one of levels, of which nobody knows how high they are.
fn swarm() -> Vec<SwarmView> {
    let dots = |size: f64, known: bool| {
        let dot = |i: u32| {
            let share = f64::from(i * 37 % 200) / 200.0;
            (size * (share - 0.4), known.then_some(share))
        };
        (0..200).map(dot).collect()
    };
    let swarm = |label: &str, size, known| SwarmView { label: label.into(), dots: dots(size, known) };
    vec![swarm("Days late, last two orders", 30.0, true), swarm("Contract", -12.0, false)]
}

fn interactions() -> Vec<InteractionView> {
    let pair = |first: &str, second: &str, points| InteractionView { labels: [first.into(), second.into()], points };
    vec![pair("Contract", "Years with us", 2.4), pair("Days late, last two orders", "Price changes", 0.3)]
}

/// Of the four bands; `drivers` give the shares their names and their direction.
fn profiles(drivers: &[DriverView]) -> Vec<ProfileView> {
    let profile = |(band, n, size): (Band, usize, f64)| {
        let shares: Vec<(String, f64)> =
            drivers.iter().map(|driver| (driver.label.clone(), size * driver.points)).collect();
        let score = 18.0 + shares.iter().map(|(_, points)| points).sum::<f64>();
        ProfileView { band, n, score, base_score: 18.0, shares }
    };
    let all = [(Band::Low, 2900, -0.2), (Band::Elevated, 968, 0.3), (Band::High, 254, 0.8), (Band::Critical, 58, 1.4)];
    all.into_iter().map(profile).collect()
}

fn cohorts() -> Vec<CohortView> {
    let reason = |label: &str, usual: &str, points, difference| CohortReasonView {
        label: label.into(),
        usual: Some(usual.into()),
        points,
        difference,
    };
    let cohort = |n: usize, reasons| CohortView {
        n,
        share: n as f64 / 312.0,
        score: 64.0,
        value_at_stake: Some(148.0 * n as f64),
        reasons,
    };
    vec![
        cohort(
            190,
            vec![
                reason("Days late, last two orders", "usually 6 days (of all 1 day)", 21.0, 8.4),
                reason("Days waiting for an answer", "usually 0 days", -0.4, -5.2),
            ],
        ),
        cohort(122, vec![reason("Days waiting for an answer", "usually 9 days (of all 0 days)", 18.0, 11.0)]),
    ]
}

/// A curve with a band, and levels.
fn terms() -> Vec<TermView> {
    let point = |at: f64| {
        let points = 4.0 * at - 6.0;
        TermPointView { at, points, low: Some(points - 1.5), high: Some(points + 1.5) }
    };
    let level = |name: &str, points: f64| TermLevelView {
        level: name.to_owned(),
        points,
        low: Some(points - 1.0),
        high: Some(points + 1.0),
    };
    vec![
        TermView {
            column: "days_late".to_owned(),
            label: "Days late, last two orders".to_owned(),
            unit: Some("days".to_owned()),
            curve: [0.0, 1.0, 1.0, 2.5, 2.5, 4.0].map(point).to_vec(),
            levels: Vec::new(),
            truth: vec![(0.0, -5.0), (4.0, 9.0)],
        },
        TermView {
            column: "contract".to_owned(),
            label: "Contract".to_owned(),
            unit: None,
            curve: Vec::new(),
            levels: vec![level("month-to-month", 7.0), level("yearly", -5.0), level("pay as you go", 0.5)],
            truth: Vec::new(),
        },
    ]
}

fn validation(n_outcomes: usize) -> ValidationView {
    let estimate = |value: f64, low: f64, high: f64| Estimate { value: Some(value), low: Some(low), high: Some(high) };
    ValidationView {
        family: Family::Logistic,
        best_family: Some(Family::Logistic),
        n_families: 6,
        fold_families: Vec::new(),
        more_history: Some(false),
        n: 11_902,
        n_outcomes,
        auc: estimate(0.846, 0.836, 0.856),
        average_precision: estimate(0.66, 0.64, 0.68),
        brier: estimate(0.136, 0.131, 0.141),
        log_loss: estimate(0.415, 0.40, 0.43),
        ece: estimate(0.012, 0.008, 0.02),
        calibration_slope: estimate(1.01, 0.96, 1.06),
        calibration_intercept: estimate(0.0, -0.05, 0.05),
    }
}

fn isotonic() -> Vec<(f64, f64)> {
    let steps = [(0.0, 0.05, 0.0), (0.06, 0.13, 0.07), (0.14, 0.33, 0.2), (0.35, 0.6, 0.45), (0.61, 0.97, 0.71)];
    let step = |(low, high, rate): (f64, f64, f64)| [(low, rate), (high, rate)];
    steps.into_iter().flat_map(step).collect()
}

fn reliability() -> Vec<ReliabilityBinView> {
    let observed = [0.02, 0.06, 0.09, 0.17, 0.24, 0.37, 0.44, 0.58, 0.63, 0.79];
    let bin = |(i, observed): (usize, &f64)| ReliabilityBinView {
        n: 1190,
        predicted: 0.02 + 0.085 * i as f64,
        observed: *observed,
        low: (observed - 0.04).max(0.0),
        high: observed + 0.045,
    };
    observed.iter().enumerate().map(bin).collect()
}

fn audit() -> Vec<AuditLine> {
    let line = |feature: &str, group: &str, numerator: u64, denominator: u64| {
        let value = numerator as f64 / denominator as f64;
        AuditLine {
            feature: feature.into(),
            n_columns: 1 + usize::from(feature.contains('×')),
            group: group.into(),
            metric: "selection_rate".into(),
            population: Population::Today,
            n: Some(denominator),
            numerator: Some(numerator),
            denominator: Some(denominator),
            value: Some(value),
            low: Some((value - 0.9 / (denominator as f64).sqrt()).max(0.0)),
            high: Some((value + 1.0 / (denominator as f64).sqrt()).min(1.0)),
            ratio: Some(1.0),
            ratio_low: Some(0.9),
            ratio_high: Some(1.1),
            verdict: Some("none found".into()),
            disadvantaged: None,
            drivers: None,
            reference: Some("F".into()),
            suppressed: false,
        }
    };
    let suppressed = AuditLine {
        group: "X".into(),
        n: None,
        numerator: None,
        denominator: None,
        value: None,
        low: None,
        high: None,
        ratio: None,
        ratio_low: None,
        ratio_high: None,
        verdict: None,
        suppressed: true,
        ..line("Gender", "X", 1, 3)
    };
    vec![
        line("Gender", "F", 160, 2105),
        line("Gender", "M", 151, 2072),
        suppressed,
        line("Age", "<30", 84, 790),
        line("Age", "30–44", 101, 1344),
        line("Age", "45–59", 88, 1270),
        line("Age", "60+", 39, 776),
        line("Gender × Age", "F × <30", 40, 400),
    ]
}
