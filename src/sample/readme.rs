//! `README.md` of a sample: what its files are, and every planted truth, from the same data that the tests use.

use std::fmt::Write;

use chrono::Datelike;

use super::Settings;
use super::calendar::drift_month;
use super::tally::{Rows, Tally};
use super::truths::{Effect, Measure, Truths, truths};

/// The text; it names the settings that make the same files again.
pub fn render(settings: &Settings, tally: &Tally) -> String {
    let truths = truths();
    [
        opening(settings),
        files(settings, tally),
        subjects(tally, &truths),
        effects(&truths),
        without_effect(&truths),
        proxy(&truths),
        leaks_and_drift(settings, tally, &truths),
        mess(tally, &truths),
    ]
    .join("\n")
}

fn opening(settings: &Settings) -> String {
    format!(
        "# Harbor Lane, the sample business\n\n\
         A neighborhood grocer that bakes, sells in three shops and delivers to the door: six districts, one of them an\n\
         island. Nobody in these files exists. They were written by\n\n\
         ```sh\ntrustrisk sample --out data --subjects {} --seed {}\n```\n\n\
         as of {}, and the same command writes the same files again. What drives whom was planted, with the sizes\n\
         below, so that anyone can check whether it is found: `trustrisk run data/trustrisk.toml`.\n",
        settings.n_subjects, settings.seed.0, settings.as_of
    )
}

fn files(settings: &Settings, tally: &Tally) -> String {
    let (year, last_year) = (settings.as_of.year(), settings.as_of.year() - 1);
    let rows = [
        (
            format!("`customers-{last_year}.csv`, `customers-{year}.csv`"),
            format!(
                "snapshots at quarter ends: {} rows of {} customers and {} rows exported twice",
                thousands(tally.customers.n_history + tally.customers.n_today),
                thousands(tally.n_customers),
                thousands(tally.n_customers_twice)
            ),
        ),
        (
            format!("`orders-{last_year}.csv.gz`, `orders-{year}.csv`"),
            format!("{} orders and {} rows exported twice", thousands(tally.n_orders), thousands(tally.n_orders_twice)),
        ),
        (
            "`support.xlsx`".to_owned(),
            format!("{} answered tickets, on the sheet `Tickets`", thousands(tally.n_tickets)),
        ),
        (
            "`surveys.ndjson`".to_owned(),
            format!("{} surveys, {} of them answered", thousands(tally.n_surveys), thousands(tally.n_answers)),
        ),
        ("`reviews.csv`".to_owned(), format!("{} reviews with stars and text", thousands(tally.n_reviews))),
        (
            "`employees.csv`".to_owned(),
            format!(
                "{} people of Harbor Lane and its sister shops, each as of one talk, nobody twice",
                thousands(tally.employees.n_history + tally.employees.n_today)
            ),
        ),
        (
            "`suppliers.csv`, `deliveries.csv`".to_owned(),
            format!(
                "{} suppliers, {} deliveries",
                tally.n_suppliers,
                thousands(tally.suppliers.n_history + tally.suppliers.n_today + tally.n_immature)
            ),
        ),
        ("`trustrisk.toml`".to_owned(), "the config that reads, joins and describes all of it".to_owned()),
    ];
    let mut text = "## Files\n\n| file | holds |\n|---|---|\n".to_owned();
    for (file, holds) in rows {
        let _ = writeln!(text, "| {file} | {holds} |");
    }
    text + "\nEvery order, ticket, answer and review is dated. The query in the config lets only those in that were known\n\
            on the day of the snapshot; a query that forgets the dates learns from the future.\n"
}

fn subjects(tally: &Tally, truths: &Truths) -> String {
    let mut text = "## Who, and how many\n\n\
                    | stakeholders | history | with the outcome | today | planted range of the rate |\n\
                    |---|--:|--:|--:|---|\n"
        .to_owned();
    let groups: [(&str, &Rows); 3] =
        [("customers", &tally.customers), ("employees", &tally.employees), ("suppliers", &tally.suppliers)];
    for (name, rows) in groups {
        let range = truths.rates.iter().find(|rate| rate.stakeholders == name);
        let _ = writeln!(
            text,
            "| {name} | {} | {} ({}) | {} | {} |",
            thousands(rows.n_history),
            thousands(rows.n_outcomes),
            rows.rate().map_or("undefined".to_owned(), |rate| format!("{:.1} %", 100.0 * rate)),
            thousands(rows.n_today),
            range.map_or(String::new(), |rate| format!("{:.0} to {:.0} %", 100.0 * rate.low, 100.0 * rate.high)),
        );
    }
    text
}

fn effects(truths: &Truths) -> String {
    let mut text = "## What drives whom\n\n\
                    Log-odds add up; e to their power is the odds ratio. The names are those of the table that the\n\
                    config's query makes.\n"
        .to_owned();
    for (stakeholders, outcome) in [
        ("customers", "leaving within 90 days"),
        ("employees", "leaving within 180 days"),
        ("suppliers", "a late delivery"),
    ] {
        let _ = writeln!(
            text,
            "\n### {stakeholders}: {outcome}\n\n| column | per | pillar | log-odds | odds ratio |\n|---|---|---|--:|--:|"
        );
        for effect in truths.effects.iter().filter(|effect| effect.stakeholders == stakeholders) {
            let _ = writeln!(text, "{}", effect_row(effect));
        }
    }
    text + "\nDeliveries also carry something of the supplier's own: normal, with a standard deviation of 0.25.\n"
}

fn effect_row(effect: &Effect) -> String {
    let digits = if matches!(effect.measure, Measure::DaysBefore) { 5 } else { 3 };
    format!(
        "| `{}` | {} | {} | {:+.digits$} | {:.3} |",
        effect.column,
        effect.per,
        effect.pillar.map_or("none", |pillar| pillar.name()),
        effect.log_odds,
        effect.log_odds.exp()
    )
}

fn without_effect(truths: &Truths) -> String {
    let mut text = "## What does nothing\n\nGiven the effects above, the outcome does not depend on:\n\n".to_owned();
    for none in &truths.without_effect {
        let columns: Vec<String> = none.columns.iter().map(|column| format!("`{column}`")).collect();
        let _ = writeln!(text, "- {}: {}", none.stakeholders, columns.join(", "));
    }
    text + "\n`nps` and `review_stars` go with satisfaction, so they predict a little without driving anything. Nothing\n\
            depends on gender or age at all, neither directly nor through something else.\n"
}

fn proxy(truths: &Truths) -> String {
    let proxy = &truths.proxy;
    let percent = |share: f64| format!("{:.0} %", 100.0 * share);
    format!(
        "## A group that fares worse through a proxy\n\n\
         `{}` has no effect. But {} of the households of {} speak {}, against {} elsewhere,\n\
         and the ferry makes orders late there: {} of them, {:.0} days on average, against {} and {:.0} days. The outcome\n\
         depends on `{}` alone. So {}-speaking customers leave more often and are scored higher,\n\
         without the column and even without `{}`.\n",
        proxy.sensitive,
        percent(proxy.share_inside),
        proxy.level,
        proxy.group,
        percent(proxy.share_outside),
        percent(proxy.late_inside),
        proxy.days_inside,
        percent(proxy.late_outside),
        proxy.days_outside,
        proxy.cause,
        proxy.group,
        proxy.through,
    )
}

fn leaks_and_drift(settings: &Settings, tally: &Tally, truths: &Truths) -> String {
    let mut text = "## Leaks\n\n".to_owned();
    let counts = [tally.n_leaks, tally.n_exit_interviews];
    for (leak, count) in truths.leaks.iter().zip(counts) {
        let _ = writeln!(
            text,
            "- `{}` of {} is filled in {} rows: about {:.0} % of those with\n  \
             the outcome, and no others. It is known only afterwards.",
            leak.column,
            leak.stakeholders,
            thousands(count),
            100.0 * leak.filled
        );
    }
    let (first, last) = drift_month(settings.as_of);
    let _ = write!(
        text,
        "\n## Drift\n\nA van was being repaired: orders from {first} to {last} came late {:.1} times\n\
         as often as in other months. It touches `{}` of today's customers and no history: the run must say so.\n",
        truths.drift.factor, truths.drift.column
    );
    text
}

fn mess(tally: &Tally, truths: &Truths) -> String {
    let mut text = "## Mess, on purpose\n\n".to_owned();
    for mess in &truths.mess {
        let _ = writeln!(text, "- `{}`: {}", mess.file, mess.what);
    }
    let n_rows = tally.customers.n_history + tally.customers.n_today;
    let _ = write!(
        text,
        "\nExactly: {} customer rows and {} orders stand twice; `coupon_code` is blank in {} of {} distinct customer rows;\n\
         {} deliveries were entered twice; {} deliveries are too early to be history.\n",
        tally.n_customers_twice,
        tally.n_orders_twice,
        thousands(n_rows - tally.n_coupons),
        thousands(n_rows),
        tally.n_deliveries_twice,
        tally.n_immature
    );
    text
}

/// `12,345`
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (idx, digit) in digits.chars().enumerate() {
        if idx > 0 && (digits.len() - idx).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
