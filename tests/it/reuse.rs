//! Models of earlier runs: when they score, and when they must not.

use std::path::Path;

use trustrisk::base::progress::Silent;
use trustrisk::base::saved::FORMAT;

use crate::support::{SMALL_CONFIG, Sealed, column, error_of, run_in, run_small, scores, small_business};

const PORTFOLIO: &str = "name = \"small\"\nas_of = 2026-06-30";
const MONTHLY: &str = "name = \"small\"\nas_of = 2026-07-02\ntrain = \"monthly\"";

fn by_path(model: &Path) -> String {
    format!("name = \"small\"\nas_of = 2026-07-01\ntrain = {model:?}")
}

fn run(folder: &Path, portfolio: &str, edit: impl Fn(String) -> String) -> trustrisk::base::Result<Sealed> {
    let text = edit(SMALL_CONFIG.replace(PORTFOLIO, portfolio));
    run_in(&text, folder, &folder.join("reports"), &Silent)
}

fn has(run: &Sealed, code: &str) -> bool {
    run.findings.iter().any(|finding| finding.code == code)
}

#[test]
fn an_earlier_model_scores_in_place_of_a_new_one() {
    let folder = small_business(500);
    let first = run_small(folder.path()).unwrap();
    let second = run(folder.path(), &by_path(&first.path), |text| text).unwrap();
    let (one, two) = (scores(&first.path, "customers"), scores(&second.path, "customers"));
    for name in ["fold", "margin", "score", "rank", "reason_1"] {
        assert_eq!(column(&one, name), column(&two, name));
    }
    assert!(has(&second, "reused-model") && !has(&first, "reused-model"));
    let third = run(folder.path(), MONTHLY, |text| text).unwrap();
    assert!(has(&third, "reused-model"), "the run of 1 July has a model");
    assert_eq!(column(&one, "score"), column(&scores(&third.path, "customers"), "score"));
}

#[test]
fn a_model_that_foretells_something_else_does_not_score() {
    let folder = small_business(500);
    let first = run_small(folder.path()).unwrap();
    let reversed = |text: String| {
        text.replace("[\"yes\"]", "[\"?\"]").replace("[\"no\"]", "[\"yes\"]").replace("[\"?\"]", "[\"no\"]")
    };
    let error = error_of(run(folder.path(), &by_path(&first.path), reversed)).to_string();
    let expected = "the model of 2026-06-30 cannot score `customers`: it foretells `left` = yes within 90 days, the config asks for `left` = no within 90 days\nhint: `train = \"always\"` trains a new one";
    assert_eq!(error, expected);
    run(folder.path(), &PORTFOLIO.replace("06-30", "07-01"), |text| text).unwrap();
    let second = run(folder.path(), MONTHLY, reversed).unwrap();
    assert!(has(&second, "model-outgrown") && !has(&second, "reused-model"));
}

#[test]
fn a_model_whose_columns_are_gone_is_trained_anew_monthly_and_refused_by_path() {
    let folder = small_business(500);
    let first = run(folder.path(), &PORTFOLIO.replace("06-30", "07-01"), |text| text).unwrap();
    let without = |text: String| text.replace("value =", "exclude = [\"late\"]\nvalue =");
    let second = run(folder.path(), MONTHLY, without).unwrap();
    let told = second.findings.iter().find(|finding| finding.code == "model-outgrown").unwrap();
    let reason = "the model needs column `late`, which the table does not have or the config keeps out";
    assert_eq!(told.message, format!("the model of 2026-07-01 no longer fits, so a new one was trained: {reason}"));
    let error = error_of(run(folder.path(), &by_path(&first.path), without)).to_string();
    assert!(error.contains(reason), "{error}");
}

#[test]
fn a_model_under_another_mitigation_does_not_score() {
    let folder = small_business(500);
    let asked = |more: &'static str| {
        let keys = format!("model = \"logistic\"\nmitigate = {{ price = \"always\"{more} }}\nvalue =");
        move |text: String| text.replace("value =", &keys)
    };
    let dropping = ", columns = [\"late\"], apply = \"dropping\"";
    let mitigated = run(folder.path(), PORTFOLIO, asked(dropping)).unwrap();
    let plain = run(folder.path(), &PORTFOLIO.replace("06-30", "07-01"), asked("")).unwrap();
    let refused = |model: &Sealed, more| error_of(run(folder.path(), &by_path(&model.path), asked(more))).to_string();
    let reason = "it is mitigated, which the config does not ask for: it does not see `late`";
    assert!(refused(&mitigated, "").contains(reason), "{}", refused(&mitigated, ""));
    let reason = "it is not mitigated, as the config asks for: it does not see `late`";
    assert!(refused(&plain, dropping).contains(reason), "{}", refused(&plain, dropping));
    let other = ", columns = [\"plan\"], apply = \"dropping\"";
    let reason =
        "it is mitigated in another way (it does not see `late`) than the config asks for (it does not see `plan`)";
    assert!(refused(&mitigated, other).contains(reason), "{}", refused(&mitigated, other));
    // cuts by group act after the model
    let thresholds = ", features = [\"gender\"], apply = \"thresholds\"";
    assert!(has(&run(folder.path(), &by_path(&plain.path), asked(thresholds)).unwrap(), "reused-model"));
    // what the model would be without is not known where none is trained
    let again = run(folder.path(), &by_path(&mitigated.path), asked(dropping)).unwrap();
    assert!(has(&again, "reused-model") && has(&again, "mitigated-model"));
    let audit = std::fs::read_to_string(again.path.join("customers/audit.json")).unwrap();
    let audit: serde_json::Value = serde_json::from_str(&audit).unwrap();
    let priced = |name: &str| {
        audit["mitigations"].as_array().unwrap().iter().find(|row| row["mitigation"] == name).unwrap().clone()
    };
    let (none, dropped, cuts) = (priced("none"), priced("dropping"), priced("thresholds, equal selection rates"));
    for unknown in [&none, &cuts] {
        assert!(
            unknown["available"] == false && unknown["reason"].is_string() && unknown["auc"].is_null(),
            "{unknown}"
        );
        assert!(unknown["groups"] == serde_json::json!([]) && unknown["applied"] == false, "{unknown}");
    }
    assert!(dropped["applied"] == true && dropped["available"] == true && dropped["auc"].is_f64(), "{dropped}");
}

#[test]
fn the_model_of_another_group_and_rows_without_a_name_are_refused() {
    let folder = small_business(500);
    let first = run_small(folder.path()).unwrap();
    let model = first.path.join("customers/model.json");
    let renamed = |text: String| text.replace("name = \"customers\"", "name = \"guests\"");
    let error = error_of(run(folder.path(), &by_path(&model), renamed)).to_string();
    assert!(error.contains("is the model of `customers`, not of `guests`"), "{error}");
    let nameless = |text: String| text.replace("id = \"id\"", "exclude = [\"id\"]");
    let error = error_of(run(folder.path(), &by_path(&model), nameless)).to_string();
    assert!(error.contains("without an `id` nobody can tell which rows it was trained on"), "{error}");
}

#[test]
fn a_model_of_an_older_format_is_told_and_trained_anew_monthly() {
    let folder = small_business(500);
    let first = run(folder.path(), &PORTFOLIO.replace("06-30", "07-01"), |text| text).unwrap();
    let model = first.path.join("customers/model.json");
    let text = std::fs::read_to_string(&model).unwrap();
    std::fs::write(&model, text.replace(&format!("\"format\": {FORMAT}"), "\"format\": 1")).unwrap();
    let error = error_of(run(folder.path(), &by_path(&model), |text| text)).to_string();
    let expected = format!("the model has format 1, expected {FORMAT}: it was written by an older version");
    assert!(error.starts_with(&expected), "{error}");
    let second = run(folder.path(), &format!("{MONTHLY}\ncompare = \"none\""), |text| text).unwrap();
    assert!(has(&second, "model-outgrown") && !has(&second, "reused-model"));
}

#[test]
fn a_reused_model_whose_scores_have_turned_round_is_stopped() {
    let folder = small_business(500);
    let first = run_small(folder.path()).unwrap();
    let table = folder.path().join("customers.csv");
    let swapped: String = std::fs::read_to_string(&table)
        .unwrap()
        .lines()
        .map(|line| match line.rsplit_once(',') {
            Some((rest, "yes")) => format!("{rest},no\n"),
            Some((rest, "no")) => format!("{rest},yes\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    std::fs::write(&table, swapped).unwrap();
    let error = error_of(run(folder.path(), &by_path(&first.path), |text| text)).to_string();
    assert!(
        error.starts_with("higher scores of the reused model do not go with a higher rate of the outcome"),
        "{error}"
    );
}

#[test]
fn a_reused_model_is_saved_with_the_cuts_of_its_run() {
    let folder = small_business(500);
    let first = run_small(folder.path()).unwrap();
    let few = |text: String| text.replace("value =", "bands = { capacity = 7 }\nvalue =");
    let second = run(folder.path(), &by_path(&first.path), few).unwrap();
    let text = std::fs::read_to_string(second.path.join("customers/model.json")).unwrap();
    let model = trustrisk::base::saved::SavedModel::parse(&text).unwrap();
    let selected: Vec<f64> = {
        let scores = scores(&second.path, "customers");
        let flags = column(&scores, "selected");
        let risks = column(&scores, "risk");
        let today = column(&scores, "history");
        let rows = flags.iter().zip(&risks).zip(&today);
        rows.filter(|((flag, _), history)| *flag == "true" && *history == "false")
            .map(|((_, risk), _)| risk.parse().unwrap())
            .collect()
    };
    let lowest = selected.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(selected.len() <= 7 && !selected.is_empty());
    assert_eq!(model.cuts.from(model.selected_from), lowest);
}
