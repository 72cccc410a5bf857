//! The config: what is accepted, what it becomes, and the exact words with which it is refused.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use trustrisk::base::Severity;
use trustrisk::base::units::{Band, Effect, Family, Pillar};
use trustrisk::config::plan::{Change, Direction};
use trustrisk::config::{self, Compare, FailOn, Plan, TrainPolicy};
use trustrisk::load::{ColumnKind, Duplicates, Format};
use trustrisk::{audit, score};

use crate::support::root;

const SMALL: &str = r#"
[portfolio]
name = "harbor-lane"

[[stakeholders]]
name = "customers"
outcome = { column = "left", adverse = ["yes"] }
sources = { customers = "customers.csv" }
"#;

const WHOLE: &str = r#"#:schema ../../docs/config.schema.json
fail_on = ["disparity", "warning", "warning"]

[severities]
blank-values = "warning"
leak = "error"

[portfolio]
name = "harbor-lane"
title = "Harbor Lane"
as_of = 2026-06-30
currency = "CHF"
locale = "en"
seed = 11
reports = "../../reports"
compare = "2026-05-31-3f9a1c20"
train = "models/model.json"

[[stakeholders]]
name = "customers"
subject = "guest"
id = "customer_id"
time = "snapshot"
entity = "household_id"
outcome = { column = "left", adverse = ["yes", 1, true], favorable = ["no"], horizon = "6 months", verb = "leave" }
value = "yearly_revenue"
sensitive = ["gender", { column = "age", bins = [30, 45, 60], use = true }]
crossings = 2
exclude = ["surname"]
model = "logistic"
duplicates = "drop"
bands = { costs = { intervention = 20, success = 0.3 } }
selection = { from = "high", effect = "burden" }
use = { purpose = "retention calls", decides = "store manager", contact = "trust@harborlane.example" }
actions_max = 100
sql = """
select c.*, o.days_late
from customers c
left join (select customer_id, max(days_late) as days_late from orders group by customer_id) o using (customer_id)
"""

[stakeholders.sources]
customers = ["customers-2025.csv", "customers-2026.csv"]
orders = { path = "orders.parquet" }
tickets = { path = "support.xlsx", sheet = "Tickets", skip = 2, format = "xlsx" }
staff = { paths = ["staff-*.csv"], delimiter = ";", quote = "'", decimal = ",", date_format = "%d.%m.%Y", header = true, encoding = "windows-1252", missing = ["?"], rename = { "Vorname" = "first_name" } }

[stakeholders.columns.days_late]
label = "Days late, last two orders"
pillar = "reliability"
direction = "increasing"
missing = ["n/a", "-"]
kind = "number"
keep = true
actionable = { may = "decrease", min = 0, step = 1, cost = 5 }
unit = "days"

[stakeholders.severities]
leak = "info"

[audit]
reference = "F"
significance = 0.01
correction = "benjamini-hochberg"
min_group = 10
control = ["region"]
[audit.limits]
selection_rate = 0.9
"#;

fn read(text: &str) -> Result<Plan, String> {
    let today = NaiveDate::from_ymd_opt(2026, 11, 21).expect("a date");
    config::read(text, Path::new("/configs/here"), today).map_err(|error| error.to_string())
}

fn refused(text: &str) -> String {
    read(text).expect_err("this config should be refused")
}

/// The small config with a line put in behind `[[stakeholders]]`.
fn with(line: &str) -> String {
    SMALL.replace("[[stakeholders]]\n", &format!("[[stakeholders]]\n{line}\n"))
}

#[test]
fn defaults_are_filled_in() {
    let plan = read(SMALL).expect("a plan");
    let portfolio = &plan.portfolio;
    assert_eq!((portfolio.title.as_str(), portfolio.currency.as_str(), portfolio.seed.0), ("harbor-lane", "EUR", 7));
    assert_eq!(portfolio.as_of.to_string(), "2026-11-21");
    assert_eq!(portfolio.reports, PathBuf::from("/configs/here/reports"));
    assert_eq!((&portfolio.compare, &portfolio.train), (&Compare::Last, &TrainPolicy::Always));
    assert!(plan.fail_on.is_empty());

    let group = &plan.stakeholders[0];
    assert_eq!((group.subject.as_str(), group.actions_max), ("customer", 10_000));
    assert_eq!(group.load.duplicates, Duplicates::Together);
    assert_eq!((group.features.crossings, group.train.rare_below, group.train.levels_max), (2, 20, 50));
    assert_eq!((group.explain.n_reasons, group.explain.points_min), (5, 0.5));
    assert_eq!(group.score.bands, score::Bands::Limits { elevated: 0.2, high: 0.5, critical: 0.8 });
    assert_eq!((group.score.selected_from, group.score.effect), (Band::High, Effect::Benefit));
    assert_eq!((&group.audit.reference, group.audit.significance), (&audit::Reference::Largest, 0.05));
    assert_eq!((group.audit.correction, group.audit.min_group), (audit::Correction::Holm, 5));
    let limits: Vec<(&str, f64)> = group.audit.limits.iter().map(|(metric, limit)| (metric.as_str(), *limit)).collect();
    assert_eq!(limits, [("false_positive_rate", 0.8), ("selection_rate", 0.8), ("true_positive_rate", 0.8)]);
}

#[test]
fn every_key_reaches_the_plan() {
    let plan = read(WHOLE).expect("a plan");
    assert_eq!(plan.fail_on, [FailOn::Warning, FailOn::Disparity]);
    let portfolio = &plan.portfolio;
    assert_eq!(portfolio.as_of.to_string(), "2026-06-30");
    assert_eq!(portfolio.compare, Compare::Run("2026-05-31-3f9a1c20".to_owned()));
    assert_eq!(portfolio.train, TrainPolicy::Model(PathBuf::from("/configs/here/models/model.json")));

    let group = &plan.stakeholders[0];
    assert_eq!(group.subject, "guest");
    assert_eq!(group.words.horizon.as_deref(), Some("6 months"));
    assert_eq!(group.purpose.as_ref().map(|purpose| purpose.decides.as_str()), Some("store manager"));
    let outcome = group.load.outcome.as_ref().expect("an outcome");
    assert_eq!(outcome.adverse, ["yes", "1", "true"]);
    assert_eq!(outcome.horizon_days, Some(183));
    assert_eq!(group.load.sensitive, ["gender", "age"]);
    assert_eq!(group.features.sensitive[1].bins, [30.0, 45.0, 60.0]);
    assert!(group.features.sensitive[1].used && !group.features.sensitive[0].used);
    assert_eq!(group.train.family, Some(Family::Logistic));
    assert_eq!(
        group.score.bands,
        score::Bands::Costs(score::Costs { intervention: 20.0, success: 0.3, outcome: None })
    );
    assert_eq!(group.audit.reference, audit::Reference::Named("F".to_owned()));
    assert_eq!(group.audit.limits.len(), 1);
    assert_eq!(group.load.severities["leak"], Severity::Info);
    assert_eq!(group.load.severities["blank-values"], Severity::Warning);

    let names: Vec<&str> = group.load.sources.iter().map(|source| source.name.as_str()).collect();
    assert_eq!(names, ["customers", "orders", "staff", "tickets"]);
    let staff = &group.load.sources[2];
    assert_eq!(staff.paths, [PathBuf::from("/configs/here/staff-*.csv")]);
    assert_eq!((staff.options.delimiter, staff.options.decimal), (Some(';'), Some(',')));
    assert_eq!(staff.options.rename["Vorname"], "first_name");
    assert_eq!(group.load.sources[3].options.format, Some(Format::Xlsx));

    let column = &group.columns["days_late"];
    assert_eq!((column.pillar, column.direction), (Some(Pillar::Reliability), Some(Direction::Increasing)));
    assert_eq!(column.actionable.as_ref().map(|actionable| actionable.may), Some(Change::Decrease));
    assert_eq!(group.load.columns["days_late"].kind, Some(ColumnKind::Number));
    assert!(group.load.columns["days_late"].keep);
    assert_eq!(group.explain.words["days_late"].unit.as_deref(), Some("days"));
}

#[test]
fn settings_hold_every_default_and_no_reports_folder() {
    let settings = read(SMALL).expect("a plan").settings;
    assert_eq!(settings["portfolio"]["as_of"], "2026-11-21");
    assert_eq!(settings["portfolio"]["title"], "harbor-lane");
    assert!(settings["portfolio"].get("reports").is_none());
    assert_eq!(settings["stakeholders"][0]["sources"]["customers"], "customers.csv");
    assert_eq!(settings["stakeholders"][0]["bands"]["high"], 0.5);
    assert_eq!(settings["audit"]["limits"]["selection_rate"], 0.8);
    assert_eq!(settings["fixed"]["n_folds"], 5);
    let elsewhere = SMALL.replace("name = \"harbor-lane\"", "name = \"harbor-lane\"\nreports = \"/elsewhere\"");
    assert_eq!(read(&elsewhere).expect("a plan").settings, settings);
}

#[test]
fn unknown_keys_are_all_told_with_the_nearest_known_one() {
    let text =
        SMALL.replace("sources", "sorces").replace("[[stakeholders]]", "[[stakeholders]]\nsensitiv = []\nxyz = 1");
    let told = refused(&text);
    assert!(
        told.contains("line 6, column 1: unknown key `stakeholders.sensitiv`\nhint: did you mean `sensitive`?"),
        "{told}"
    );
    assert!(
        told.contains("line 7, column 1: unknown key `stakeholders.xyz`\nhint: known keys here: name, subject,"),
        "{told}"
    );
    assert!(
        told.contains("line 10, column 1: unknown key `stakeholders.sorces`\nhint: did you mean `sources`?"),
        "{told}"
    );
    assert!(!told.contains("has no `sources`"), "{told}");

    let told = refused(&format!("{SMALL}[stakeholders.columns.\"Reached.on.Time\"]\nlable = \"Late\"\n"));
    assert_eq!(
        told,
        "line 10, column 1: unknown key `stakeholders.columns.\"Reached.on.Time\".lable`\nhint: did you mean `label`?"
    );
}

#[test]
fn a_key_in_the_wrong_table_is_sent_home() {
    let hint = "hint: move `fail_on` to the top of the file, above the first `[…]`";
    for table in ["audit", "audit.limits"] {
        let told = refused(&format!("{SMALL}[{table}]\nfail_on = []\n"));
        assert_eq!(told, format!("line 10, column 1: unknown key `{table}.fail_on`\n{hint}"));
    }
    let told = refused(&with("currency = \"EUR\""));
    assert!(told.ends_with("hint: move `currency` under `[portfolio]`, above any table that follows it"), "{told}");
}

#[test]
fn wrong_types_are_told_with_place_key_given_and_expected() {
    let cases = [
        (
            "crossings = \"two\"",
            "line 6, column 13: `stakeholders.crossings` is the text \"two\", expected a whole number from 1 to 3",
        ),
        (
            "crossings = 4",
            "line 6, column 13: `stakeholders.crossings` is the number 4, expected a whole number from 1 to 3",
        ),
        ("id = 5", "line 6, column 6: `stakeholders.id` is the number 5, expected text\nhint: write \"5\""),
        (
            "exclude = \"surname\"",
            "line 6, column 11: `stakeholders.exclude` is the text \"surname\", expected a list of text",
        ),
        (
            "duplicates = \"togehter\"",
            "line 6, column 14: `stakeholders.duplicates` is the text \"togehter\", expected \"together\", \"drop\" or \"keep\"\n\
             hint: did you mean \"together\"?",
        ),
        (
            "bands = { elevated = 0.2, hihg = 0.5, critical = 0.8 }",
            "line 6, column 27: unknown key `stakeholders.bands.hihg`\nhint: did you mean `high`?",
        ),
        (
            "bands = 3",
            "line 6, column 9: `stakeholders.bands` is the number 3, expected a table with `elevated`, `high` and `critical`, \
             a table with `capacity` or a table with `costs`",
        ),
        (
            "sensitive = [{ colum = \"age\" }]",
            "line 6, column 16: unknown key `stakeholders.sensitive.colum`\nhint: did you mean `column`?",
        ),
        (
            "sensitive = [1]",
            "line 6, column 14: `stakeholders.sensitive` is the number 1, expected text or a table with `column`\nhint: write \"1\"",
        ),
        (
            "use = { purpose = \"calls\", decides = \"boss\" }",
            "line 6, column 7: `stakeholders.use` has no `contact`, expected text that is not empty\nhint: add `contact = …`",
        ),
    ];
    for (line, expected) in cases {
        assert_eq!(refused(&with(line)), expected);
    }
    let told = refused(
        &SMALL.replace("name = \"harbor-lane\"", "name = \"harbor-lane\"\nas_of = \"yesterday\"\ncurrency = \"Euro\""),
    );
    assert_eq!(
        told,
        "line 4, column 9: `portfolio.as_of` is the text \"yesterday\", expected \"today\" or a date\n\
         line 5, column 12: `portfolio.currency` is the text \"Euro\", expected three capital letters"
    );
    let told = refused(&format!("{SMALL}[severities]\nleek = \"error\"\n"));
    assert_eq!(told, "line 10, column 1: unknown key `severities.leek`\nhint: did you mean `leak`?");
    let told = refused(&format!("{SMALL}[audit.limits]\nselection_rate = 1.2\n"));
    assert_eq!(
        told,
        "line 10, column 18: `audit.limits.selection_rate` is the number 1.2, expected a number above 0, at most 1"
    );
}

#[test]
fn what_is_not_toml_is_told_by_line_and_column() {
    let told = refused("[portfolio]\nname = harbor\n");
    assert_eq!(
        told,
        "line 2, column 8: string values must be quoted, expected literal string, in `name = harbor`\nhint: write `name = \"harbor\"`"
    );
    let told = refused("[portfolio]\nname = \"a\"\nname = \"b\"\n");
    assert_eq!(told, "line 3, column 1: duplicate key, in `name = \"b\"`\nhint: keep one of the two lines");
    let told = refused("[portfolio]\nname =\ntitle = Harbor Lane\n");
    assert!(told.starts_with("line 2, column 7: "), "{told}");
    assert!(told.contains("\nline 3, column 9: "), "{told}");
}

#[test]
fn an_empty_config_says_what_to_write() {
    assert_eq!(
        refused(""),
        "line 1, column 1: the config has no `portfolio`, expected a table with `name`\n\
         hint: add `[portfolio]` with `name = \"my-business\"`\n\
         line 1, column 1: the config has no `stakeholders`, expected a list of tables\n\
         hint: add `[[stakeholders]]` with `name`, `outcome` and `sources`"
    );
}

#[test]
fn a_single_table_of_stakeholders_is_told_how_to_be_a_list() {
    let told = refused(&SMALL.replace("[[stakeholders]]", "[stakeholders]"));
    assert!(
        told.contains("`stakeholders` is a table, expected a list of tables\nhint: write `[[stakeholders]]`"),
        "{told}"
    );
}

#[test]
fn contradictions_are_told_all_at_once() {
    let text = r#"
[portfolio]
name = "Harbor Lane"
train = "weekly"

[[stakeholders]]
name = "employees"
id = "id"
outcome = { column = "left", adverse = ["yes"], favorable = ["yes"], horizon = "3 moons" }
sensitive = ["gender", { column = "age", bins = [45, 30] }, "gender", "left"]
exclude = ["gender", "id"]
model = "boosted"
edits = [{ term = "age" }, { term = "pay", cap = [0.1, 0.5] }]
bands = { elevated = 0.5, high = 0.4, critical = 0.8 }
selection = { from = "low" }
[stakeholders.sources]
a = "a.csv"
b = []

[[stakeholders]]
name = "employees"
outcome = { column = "left", adverse = [] }
bands = { capacity = 20 }
selection = { from = "critical" }
use = { purpose = "talks", decides = "lead", contact = "hr" }
sources = {}
"#;
    let expected = [
        "`portfolio.name` is \"Harbor Lane\", expected lower-case letters, digits and single `-` between them\nhint: write `name = \"harbor-lane\"`",
        "`portfolio.train` is \"weekly\", expected \"always\", \"monthly\" or the path of a `model.json` or of the folder of a run\nhint: write `train = \"always\"`, or remove the line",
        "two stakeholder groups have the name `employees`, expected a name for each\nhint: write `name = \"employees-2\"` in one of them",
        "in `employees`: `use` is missing, but scores of employees need a declared purpose\nhint: add `use = { purpose = \"stay interviews\", decides = \"team lead\", contact = \"hr@example.com\" }`",
        "in `employees`: column `id` is the id and also in `exclude`, expected one of the two\nhint: remove `id` from `exclude`",
        "in `employees`: column `left` is the outcome and also in `sensitive`, expected one of the two\nhint: remove `left` from `sensitive`",
        "in `employees`: column `gender` is both in `sensitive` and in `exclude`, expected one of the two\nhint: leave it in `sensitive` only: it is audited, and enters no model unless `use = true`",
        "in `employees`: column `gender` stands twice in `sensitive`\nhint: keep one of the two",
        "in `employees`: `sql` is missing, but there are 2 sources to join\nhint: add `sql = \"select * from a left join b using (id)\"`",
        "in `employees`: source `b` names no file\nhint: write `b = \"b.csv\"`",
        "in `employees`: level `yes` of the outcome is both adverse and favorable, expected one of the two\nhint: remove `yes` from `adverse` or from `favorable`",
        "in `employees`: `outcome.horizon` is \"3 moons\", expected a number of days, weeks, months or years\nhint: write `horizon = \"90 days\"`",
        "in `employees`: `bins` of sensitive column `age` are not ascending\nhint: write `bins = [30.0, 45.0]`",
        "in `employees`: `edits` change terms, which only additive models and logistic regression have\nhint: write `model = \"additive\"`, or remove `edits`",
        "in `employees`: the edit of `age` makes 0 changes, expected one of `remove`, `cap` and `monotonize`\nhint: write `remove = true`, `cap = [-0.5, 0.5]` or `monotonize = \"increasing\"`",
        "in `employees`: `cap` of the edit of `pay` does not hold 0, expected the lower limit first\nhint: write `cap = [-0.5, 0.5]`",
        "in `employees`: `bands` are 0.5, 0.4 and 0.8, expected them to ascend\nhint: write `bands = { elevated = 0.2, high = 0.5, critical = 0.8 }`",
        "in `employees`: `selection.from` is \"low\", expected elevated, high or critical: `low` selects everybody\nhint: write `selection = { from = \"high\" }`",
        "in `employees`: `outcome.adverse` is empty, expected at least one level\nhint: write `adverse = [\"yes\"]`",
        "in `employees`: `selection.from` is \"critical\", expected high: bands by capacity or costs have one cut, named `high`\nhint: write `selection = { from = \"high\" }`",
        "in `employees`: `sources` is empty, expected at least one file\nhint: write `employees = \"employees.csv\"` under `[stakeholders.sources]`",
    ];
    let told = refused(text);
    for problem in expected {
        assert!(told.contains(problem), "{problem}\n--- is not in ---\n{told}");
    }
    assert_eq!(told.matches("\nhint: ").count(), expected.len(), "{told}");
}

#[test]
fn horizons_become_days() {
    for (horizon, days) in [("90 days", 90), ("1 day", 1), ("12 weeks", 84), ("6 months", 183), ("1 year", 365)] {
        let text = SMALL.replace("[\"yes\"] }", &format!("[\"yes\"], horizon = \"{horizon}\" }}"));
        let plan = read(&text).expect("a plan");
        assert_eq!(plan.stakeholders[0].load.outcome.as_ref().and_then(|outcome| outcome.horizon_days), Some(days));
    }
    for horizon in ["0 days", "days", "90days", "-3 days"] {
        let text = SMALL.replace("[\"yes\"] }", &format!("[\"yes\"], horizon = \"{horizon}\" }}"));
        assert!(refused(&text).contains("expected a number of days, weeks, months or years"));
    }
}

/// What is generated is committed, and stale is red.
fn committed(name: &str, fresh: &str) {
    let path = root().join("docs").join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, fresh).expect("docs/ can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == fresh, "docs/{name} is stale: run `UPDATE=1 cargo test --test it config::` and commit it");
}

#[test]
fn the_committed_schema_is_that_of_the_code() {
    committed("config.schema.json", &config::schema::schema());
}

#[test]
fn the_committed_reference_is_that_of_the_code() {
    committed("config.md", &config::schema::markdown());
}

#[test]
fn every_key_has_a_description() {
    fn walk(path: &str, schema: &serde_json::Value, bare: &mut Vec<String>) {
        let properties = schema.get("properties").and_then(serde_json::Value::as_object);
        for (key, schema) in properties.into_iter().flatten() {
            let path = format!("{path}.{key}");
            if schema.get("description").is_none() {
                bare.push(path.clone());
            }
            walk(&path, schema, bare);
        }
        for inner in ["items", "additionalProperties"] {
            if let Some(schema) = schema.get(inner) {
                walk(path, schema, bare);
            }
        }
        for one in schema.get("anyOf").and_then(serde_json::Value::as_array).into_iter().flatten() {
            walk(path, one, bare);
        }
    }
    let mut bare = Vec::new();
    walk("", &config::schema::tree(), &mut bare);
    assert!(bare.is_empty(), "{bare:?}");
}

#[test]
fn the_scoring_rate_is_for_employees() {
    let asked = "\n[audit]\nscoring_rate = true\n";
    assert!(refused(&format!("{SMALL}{asked}")).contains("`audit.scoring_rate` is set"));
    let employees = "subject = \"employee\"\nuse = { purpose = \"talks\", decides = \"lead\", contact = \"hr\" }";
    let plan = read(&format!("{}{asked}", with(employees))).expect("a plan");
    assert!(plan.stakeholders[0].audit.scoring_rate);
    assert!(!read(SMALL).expect("a plan").stakeholders[0].audit.scoring_rate);
}
