//! The pages of a run from the outside: PDFs, subject pages, workbook and screen, held against the run's own tables.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use calamine::{Data, Reader, Xlsx};
use serde_json::Value;
use trustrisk::base::units::Band;
use trustrisk::load::{Value as Cell, lookup};
use trustrisk::report::view::{SheetRow, SheetView};
use trustrisk::report::workbook::workbook;

use crate::report::fixture;
use crate::support::{self, run_small, small_business, tool, trustrisk};

const MORE: &str = r#"
model = "additive"
subject_pages = "critical"

[stakeholders.columns.late]
label = "Days late"
unit = "days"
pillar = "reliability"
actionable = { may = "decrease", min = 0, step = 1, cost = 5 }

[stakeholders.columns.plan]
label = "Contract"
"#;

/// A small run with subject pages and actions.
pub fn run() -> &'static (tempfile::TempDir, PathBuf) {
    static RUN: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    RUN.get_or_init(|| {
        let folder = small_business(1200);
        let config = format!("{}{MORE}", support::SMALL_CONFIG);
        fs::write(folder.path().join("trustrisk.toml"), config).unwrap();
        let sealed = run_small(folder.path()).unwrap();
        (folder, sealed.path)
    })
}

fn view() -> Value {
    serde_json::from_slice(&fs::read(run().1.join("view.json")).unwrap()).unwrap()
}

/// The text of a PDF as another program reads it, without line ends.
pub fn text_of(pdf: &Path) -> String {
    let read =
        Command::new(tool("pdftotext")).args(["-layout".as_ref(), pdf.as_os_str(), "-".as_ref()]).output().unwrap();
    assert!(read.status.success());
    let text = String::from_utf8(read.stdout).unwrap().replace('\u{200b}', "");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub fn subject_pages(folder: &Path) -> BTreeSet<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".pdf")).collect()
}

#[test]
fn every_pdf_is_sound_archival_and_accessible() {
    let run = &run().1;
    let mut pdfs = vec![run.join("owner.pdf"), run.join("audit.pdf")];
    let subjects = run.join("customers/subjects");
    pdfs.extend(subject_pages(&subjects).iter().take(2).map(|name| subjects.join(name)));
    assert_eq!(pdfs.len(), 4);
    for pdf in pdfs {
        let checked = Command::new(tool("qpdf")).arg("--check").arg(&pdf).output().unwrap();
        assert!(checked.status.success(), "{}: {}", pdf.display(), String::from_utf8_lossy(&checked.stderr));
        let shown =
            Command::new(tool("qpdf")).args(["--qdf", "--object-streams=disable"]).arg(&pdf).arg("-").output().unwrap();
        let plain = String::from_utf8_lossy(&shown.stdout).into_owned();
        for part in [
            "<pdfaid:part>3</pdfaid:part>",
            "<pdfaid:conformance>A</pdfaid:conformance>",
            "<pdfuaid:part>1</pdfuaid:part>",
            "/StructTreeRoot",
            "/Lang (en)",
            "/MarkInfo",
            "/DisplayDocTitle true",
        ] {
            assert!(plain.contains(part), "{}: {part} is missing", pdf.display());
        }
    }
    let findings = fs::read_to_string(run.join("findings.json")).unwrap();
    assert!(!findings.contains("plain-pdf"), "{findings}");
}

#[test]
fn the_audit_carries_the_published_table_inside() {
    let run = &run().1;
    let folder = tempfile::tempdir().unwrap();
    let detached = Command::new(tool("pdfdetach"))
        .arg("-saveall")
        .arg("-o")
        .arg(folder.path())
        .arg(run.join("audit.pdf"))
        .status()
        .unwrap();
    assert!(detached.success());
    let inside = fs::read(folder.path().join("customers-audit_public.json")).unwrap();
    assert!(inside == fs::read(run.join("customers/audit_public.json")).unwrap());
}

#[test]
fn pages_tell_the_figures_of_the_bundle() {
    let run = &run().1;
    let (view, owner, audit) = (view(), text_of(&run.join("owner.pdf")), text_of(&run.join("audit.pdf")));
    let group = &view["groups"][0];
    let n = group["n_selected"].as_u64().unwrap();
    let stake = group["value_at_stake"].as_f64().unwrap();
    let money = format!("€{}", grouped(stake.round() as u64));
    assert!(owner.contains(&format!("{n} of your {}", group["n_reported"])), "{n}: {owner}");
    assert!(owner.contains(&money) && audit.contains(&money), "{money}");
    let at_risk: f64 = scores().iter().filter(|row| row.selected).map(|row| row.risk * row.value).sum();
    assert!((at_risk - stake).abs() < 1e-9 * stake, "Σ risk × value of those at risk");
    let manifest: Value = serde_json::from_slice(&fs::read(run.join("manifest.json")).unwrap()).unwrap();
    for (pdf, text) in [("owner.pdf", &owner), ("audit.pdf", &audit)] {
        let n_pages = text.matches("page 1 of ").count();
        assert_eq!(n_pages, 1, "{pdf}");
        let n: usize = text.split("page 1 of ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        let hash = manifest["results_sha256"].as_str().unwrap();
        assert!(text.matches(&format!("results {hash}")).count() >= n, "the hash stands on every page of {pdf}");
        assert!(text.matches(&format!("run {}", manifest["run"].as_str().unwrap())).count() >= n, "{pdf}");
    }
    let source = &manifest["sources"][0];
    assert!(audit.contains(source["sha256"].as_str().unwrap()) && audit.contains("customers.csv"));
    let rows: Value = serde_json::from_slice(&fs::read(run.join("customers/audit_public.json")).unwrap()).unwrap();
    assert!(audit.contains("Foretold less actual"));
    for row in rows["rows"].as_array().unwrap() {
        let is_told = row["metric"] == "calibration_in_the_large" && row["feature"] == "gender";
        if let Some(value) = row["value"].as_f64().filter(|_| is_told) {
            // foretold less actual, in points of 100
            let of = |metric: &str| {
                let same = |other: &&Value| {
                    other["metric"] == metric
                        && other["group"] == row["group"]
                        && other["feature"] == "gender"
                        && other["population"] == "history"
                };
                rows["rows"].as_array().unwrap().iter().find(same).unwrap()["value"].as_f64().unwrap()
            };
            assert!((of("mean_risk") - of("base_rate") - value).abs() < 1e-9);
            let sign = if value > 0.0 { "+" } else { "−" };
            assert!(audit.contains(&format!("{sign}{:.1} (", 100.0 * value.abs())), "{value}: {audit}");
        }
    }
    let judged = rows["rows"].as_array().unwrap().iter().filter(|row| row["verdict"].is_string());
    for row in judged {
        let counts = format!("{} of {}", row["numerator"], row["denominator"]);
        assert!(audit.contains(&counts) && audit.contains(row["verdict"].as_str().unwrap()), "{counts}: {audit}");
    }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut parts: Vec<&str> = digits.as_bytes().rchunks(3).map(|part| std::str::from_utf8(part).unwrap()).collect();
    parts.reverse();
    parts.join(",")
}

struct Scored {
    id: String,
    risk: f64,
    value: f64,
    selected: bool,
    band: String,
}

/// Today's subjects of `scores.csv`.
fn scores() -> Vec<Scored> {
    let text = fs::read_to_string(run().1.join("customers/scores.csv")).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let head: Vec<String> = lines.next().unwrap().iter().map(|name| (*name).to_owned()).collect();
    let at = |name: &str| head.iter().position(|known| known == name).unwrap();
    let [id, history, risk, value, selected, band] = ["id", "history", "risk", "value", "selected", "band"].map(at);
    lines
        .filter(|cells| cells[history] == "false")
        .map(|cells| Scored {
            id: cells[id].to_owned(),
            risk: cells[risk].parse().unwrap(),
            value: cells[value].parse().unwrap(),
            selected: cells[selected] == "true",
            band: cells[band].to_owned(),
        })
        .collect()
}

#[test]
fn a_page_for_each_subject_of_the_band_and_the_same_when_asked_for_later() {
    let (folder, run) = run();
    let subjects = run.join("customers/subjects");
    let index = fs::read_to_string(subjects.join("index.csv")).unwrap();
    let wanted: BTreeSet<String> =
        scores().iter().filter(|row| row.band == "critical").map(|row| row.id.clone()).collect();
    let mut lines = index.lines();
    assert_eq!(lines.next().unwrap(), "id,score,band,file");
    let listed: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    assert!(!wanted.is_empty());
    assert_eq!(listed.iter().map(|line| line[0].to_owned()).collect::<BTreeSet<_>>(), wanted);
    assert_eq!(listed.iter().map(|line| line[3].to_owned()).collect::<BTreeSet<_>>(), subject_pages(&subjects));
    let out = folder.path().join("asked");
    let asked = trustrisk(
        folder.path(),
        &["subjects", &run.display().to_string(), "--band", "critical", "--out", &out.display().to_string()],
    );
    assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
    let again = out.join("customers/subjects");
    assert_eq!(fs::read_to_string(again.join("index.csv")).unwrap(), index);
    for name in subject_pages(&subjects) {
        assert!(fs::read(subjects.join(&name)).unwrap() == fs::read(again.join(&name)).unwrap(), "{name}");
    }
    let first = &listed[0];
    let page = text_of(&subjects.join(first[3]));
    for part in [first[0], "Starting point", "This customer", "Days late: ", "Who decides", "page 1 of 1"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let one = trustrisk(
        folder.path(),
        &[
            "subjects",
            &run.display().to_string(),
            first[0],
            "C99999",
            "--out",
            &folder.path().join("one").display().to_string(),
        ],
    );
    assert_eq!(one.status.code(), Some(2));
    let told = String::from_utf8_lossy(&one.stderr).into_owned();
    assert!(told.contains("no subject with a score has the id `C99999`") && told.contains("1 page written"), "{told}");
    assert!(folder.path().join("one/customers/subjects").join(first[3]).is_file());
}

#[test]
fn pages_printed_again_are_the_same_bytes() {
    let (folder, run) = run();
    let out = folder.path().join("again");
    let printed =
        trustrisk(folder.path(), &["report", &run.display().to_string(), "--out", &out.display().to_string()]);
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    for page in [
        "owner.pdf",
        "audit.pdf",
        "report.html",
        "report.xlsx",
        "customers/charts/drivers.svg",
        "customers/charts/drivers.png",
    ] {
        assert!(fs::read(run.join(page)).unwrap() == fs::read(out.join(page)).unwrap(), "{page} is another");
    }
}

#[test]
fn what_models_read_gives_the_printed_scores_again() {
    let (folder, run) = run();
    let model = run.join("customers/model.json").display().to_string();
    let features = run.join("customers/features.parquet").display().to_string();
    let out = folder.path().join("scored.csv");
    let scored = trustrisk(folder.path(), &["score", &model, &features, "--out", &out.display().to_string()]);
    assert!(scored.status.success(), "{}", String::from_utf8_lossy(&scored.stderr));
    let text = fs::read_to_string(out).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let at = lines.next().unwrap().iter().position(|name| name == "score").unwrap();
    let mut n = 0;
    for cells in lines {
        let printed = lookup(&run.join("customers/scores.parquet"), &cells[0]).unwrap();
        let score = printed[0].iter().find(|(name, _)| name == "score").map(|(_, score)| score.clone());
        if let Some(Cell::Number(score)) = score {
            assert!((score - cells[at].parse::<f64>().unwrap()).abs() < 1e-9, "{}", cells[0]);
            n += 1;
        }
        if n > 60 {
            break;
        }
    }
    assert!(n > 50, "{n}");
}

#[test]
fn the_workbook_lists_scores_audit_and_words() {
    let run = &run().1;
    let mut book: Xlsx<_> = calamine::open_workbook(run.join("report.xlsx")).unwrap();
    assert_eq!(book.sheet_names(), ["Overview", "Customers", "Customers audit", "Data dictionary", "Words"]);
    let sheet = book.worksheet_range("Customers").unwrap();
    let head: Vec<String> = (0..sheet.width()).map(|column| sheet.get((3, column)).unwrap().to_string()).collect();
    assert_eq!(&head[..5], ["Id", "Rank", "Score", "Calibration range, low", "Calibration range, high"]);
    let today = scores();
    assert_eq!(sheet.height() - 4, today.len());
    for line in 4..sheet.height() {
        let Some(Data::String(id)) = sheet.get((line, 0)) else { panic!("an id is text") };
        let Some(Data::Float(score)) = sheet.get((line, 2)) else { panic!("a score is a number") };
        let of = today.iter().find(|row| row.id == *id).unwrap();
        assert!((score - 100.0 * of.risk).abs() < 1e-9);
        assert!(
            matches!(sheet.get((line, 1)), Some(Data::Float(rank)) if *rank == (line - 3) as f64),
            "in order of rank"
        );
    }
    let audit = book.worksheet_range("Customers audit").unwrap();
    let public: Value = serde_json::from_slice(&fs::read(run.join("customers/audit_public.json")).unwrap()).unwrap();
    assert_eq!(audit.height() - 4, public["rows"].as_array().unwrap().len());
}

#[test]
fn names_on_pages_can_be_others_than_in_tables() {
    let real = |folder: &Path| fs::read_to_string(folder.join("customers/scores.csv")).unwrap();
    for (ids, sign) in [("pseudonym", None), ("none", Some("customer 1"))] {
        let folder = small_business(1200);
        let config = format!("{}{MORE}", support::SMALL_CONFIG.replace("as_of", &format!("ids = \"{ids}\"\nas_of")));
        // findings of a query name ids
        let config = config.replace(
            "model =",
            "sql = \"select c.*, case when id > 'C01090' then 1.0 end as coupon from customers c\"\nmodel =",
        );
        fs::write(folder.path().join("trustrisk.toml"), config).unwrap();
        let run = run_small(folder.path()).unwrap().path;
        let table = real(&run);
        let findings = fs::read_to_string(run.join("customers/findings.json")).unwrap();
        assert!(holds_id(&findings), "a finding of a table of a query names an id: {findings}");
        assert!(table.contains("C00009,") && table.contains("page_name"), "tables keep their ids");
        let subjects = run.join("customers/subjects");
        let mut pages = vec![run.join("owner.pdf"), run.join("audit.pdf")];
        pages.extend(subject_pages(&subjects).iter().map(|name| subjects.join(name)));
        for page in &pages {
            let text = text_of(page);
            assert!(!holds_id(&text), "{}", page.display());
        }
        assert!(subject_pages(&subjects).iter().all(|name| !holds_id(&name.to_uppercase())));
        for page in ["report.html", "view.json"] {
            let text = fs::read_to_string(run.join(page)).unwrap();
            assert!(!holds_id(&text), "{page}");
            assert!(sign.is_none_or(|sign| text.contains(sign)), "{page}");
        }
        let mut book: Xlsx<_> = calamine::open_workbook(run.join("report.xlsx")).unwrap();
        for (name, sheet) in book.worksheets() {
            let ids: Vec<String> =
                sheet.used_cells().map(|cell| cell.2.to_string()).filter(|text| holds_id(text)).collect();
            assert!(ids.is_empty(), "sheet {name}: {ids:?}");
        }
        for chart in fs::read_dir(run.join("customers/charts")).unwrap() {
            let chart = chart.unwrap().path();
            let is_svg = chart.extension().is_some_and(|ending| ending == "svg");
            assert!(!is_svg || !holds_id(&fs::read_to_string(&chart).unwrap()), "{}", chart.display());
        }
    }
}

#[test]
fn a_sheet_that_leaves_subjects_out_says_so() {
    let view = fixture::alone(fixture::customers());
    let row = |rank: u32| SheetRow {
        id: format!("=cmd{rank}"),
        time: None,
        rank: Some(rank),
        score: 90.0,
        risk_low: None,
        risk_high: None,
        band: Band::Critical,
        selected: true,
        value: None,
        reasons: Vec::new(),
        action: None,
    };
    let sheet = SheetView { rows: (1..=3).map(row).collect(), n_left_out: 99_997 };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.xlsx");
    fs::write(&path, workbook(&view, &[sheet], &[None]).unwrap()).unwrap();
    let mut book: Xlsx<_> = calamine::open_workbook(&path).unwrap();
    let sheet = book.worksheet_range("Customers").unwrap();
    let note = sheet.get_value((1, 0)).unwrap().to_string();
    assert_eq!(note, "The first 3 by rank; 99,997 more stand in customers/scores.csv.");
    assert_eq!(sheet.get_value((4, 0)), Some(&Data::String("=cmd1".to_owned())), "text, not a formula");
}

/// Whether a text holds an id of the small table: `C` and five digits, but no color.
fn holds_id(text: &str) -> bool {
    let is_id = |seven: &[u8]| {
        seven[0] != b'#' && seven[1] == b'C' && seven[2] == b'0' && seven[2..].iter().all(u8::is_ascii_digit)
    };
    format!(" {text}").as_bytes().windows(7).any(is_id)
}
