//! A run's folder: complete or not at all, named by its inputs, held against its manifest.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use chrono::NaiveDate;
use serde_json::{Value, json};
use tempfile::TempDir;
use trustrisk::base::{Error, Result};
use trustrisk::govern::manifest::{ConfigText, SourceRecord, results_sha256};
use trustrisk::govern::{
    Bundle, Compare, Folder, Manifest, ManifestParts, Opened, Outputs, RunId, ensure_unchanged, existing, note, open,
    previous, run_id, sha256_file, sha256_text, sweep, verify,
};
use trustrisk::load::SourceFile;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn source(path: &str, sha256: &str) -> SourceFile {
    SourceFile { source: "customers".into(), path: path.into(), bytes: 3, sha256: sha256.into(), rows: 1 }
}

fn parts(settings: Value) -> ManifestParts {
    ManifestParts {
        version: "0.1.0".into(),
        seed: 7,
        compared_with: None,
        config: ConfigText::new("config"),
        sources: vec![],
        settings,
    }
}

fn run_of(as_of: &str, settings: &Value) -> RunId {
    run_id(day(as_of), "0.1.0", settings, &[], None)
}

/// Seals a small run whose scores are the given text.
fn seal(reports: &Path, as_of: &str, scores: &str) -> PathBuf {
    let run = run_of(as_of, &json!({ "scores": scores }));
    let mut bundle = Bundle::open(reports, "shop", &run).unwrap();
    bundle.write("customers/scores.csv", scores.as_bytes()).unwrap();
    bundle.rows("customers/scores.csv", 2);
    bundle.write("customers/findings.json", b"[]").unwrap();
    bundle.write("owner.pdf", b"%PDF").unwrap();
    bundle.seal(parts(json!({ "scores": scores }))).unwrap()
}

fn message(error: &Error) -> String {
    error.to_string()
}

fn entries(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn run_id_depends_on_content_not_on_paths() {
    let settings = json!({ "b": 1, "a": { "y": 0.5, "x": [1, 2] } });
    let reordered = json!({ "a": { "x": [1, 2], "y": 0.5 }, "b": 1 });
    let as_of = day("2026-06-30");
    let one = run_id(as_of, "0.1.0", &settings, &[source("/a/b.csv", "00")], None);
    assert_eq!(one, run_id(as_of, "0.1.0", &reordered, &[source("/elsewhere/c.csv", "00")], None));
    assert!(one.as_str().starts_with("2026-06-30-") && one.as_str().len() == 19, "{one}");
    assert_eq!(RunId::parse(one.as_str()), Some(one.clone()));
    let others = [
        run_id(as_of, "0.1.1", &settings, &[source("/a/b.csv", "00")], None),
        run_id(as_of, "0.1.0", &json!({ "b": 2 }), &[source("/a/b.csv", "00")], None),
        run_id(as_of, "0.1.0", &settings, &[source("/a/b.csv", "01")], None),
        run_id(as_of, "0.1.0", &settings, &[source("/a/b.csv", "00")], Some("2026-06-29-00000000 ff")),
        run_id(day("2026-07-01"), "0.1.0", &settings, &[source("/a/b.csv", "00")], None),
    ];
    for other in others {
        assert_ne!(one, other);
    }
}

#[test]
fn only_names_of_runs_are_read_as_such() {
    for text in ["", "2026-06-30", "2026-06-30-xyz", "2026-06-30-3F9A1C20", "2026-6-30-3f9a1c20", "2026-02-30-3f9a1c20"]
    {
        assert_eq!(RunId::parse(text), None, "{text}");
    }
    assert_eq!(RunId::parse("2026-06-30-3f9a1c20").unwrap().as_of(), day("2026-06-30"));
}

#[test]
fn dropped_bundle_leaves_nothing() {
    let reports = TempDir::new().unwrap();
    let run = run_of("2026-06-30", &json!({}));
    let mut bundle = Bundle::open(reports.path(), "shop", &run).unwrap();
    bundle.write("customers/scores.csv", b"id\n").unwrap();
    assert!(bundle.temp_path().join("customers/scores.csv").is_file());
    drop(bundle);
    assert!(entries(&reports.path().join("shop")).is_empty());
}

#[test]
fn sealed_bundle_holds_what_was_written() {
    let reports = TempDir::new().unwrap();
    let path = seal(reports.path(), "2026-06-30", "id,score\na,1\nb,2\n");
    assert_eq!(entries(&reports.path().join("shop")), [path.file_name().unwrap().to_str().unwrap()]);
    assert_eq!(entries(&path), ["customers", "manifest.json", "owner.pdf"]);
    let manifest = Manifest::read(&path).unwrap();
    let paths: Vec<&str> = manifest.outputs.iter().map(|output| output.path.as_str()).collect();
    assert_eq!(paths, ["customers/findings.json", "customers/scores.csv", "owner.pdf"]);
    let scores = &manifest.outputs[1];
    assert_eq!((scores.bytes, scores.rows), (17, Some(2)));
    assert_eq!(scores.sha256, sha256_text("id,score\na,1\nb,2\n"));
    assert_eq!(manifest.results_sha256, sha256_text(&format!("{}  customers/scores.csv\n", scores.sha256)));
    let json: Value = serde_json::from_str(&fs::read_to_string(path.join("manifest.json")).unwrap()).unwrap();
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    let expected = [
        "run",
        "results_sha256",
        "version",
        "as_of",
        "seed",
        "compared_with",
        "config",
        "sources",
        "outputs",
        "settings",
    ];
    assert_eq!(keys, expected);
}

#[test]
fn results_hash_is_known_before_pages_and_unmoved_by_them() {
    let reports = TempDir::new().unwrap();
    let mut bundle = Bundle::open(reports.path(), "shop", &run_of("2026-06-30", &json!({}))).unwrap();
    bundle.write("customers/model.json", b"{}").unwrap();
    bundle.write("customers/scores.csv", b"id\n").unwrap();
    let before = bundle.results_sha256();
    bundle.write("audit.pdf", before.as_bytes()).unwrap();
    bundle.write("customers/audit_public.json", b"{}").unwrap();
    bundle.write("customers/charts/scores.png", b"png").unwrap();
    assert_eq!(bundle.results_sha256(), before);
    let path = bundle.seal(parts(json!({ "seed": 7 }))).unwrap();
    assert_eq!(Manifest::read(&path).unwrap().results_sha256, before);
    assert_ne!(results_sha256([("customers/audit.json", "00")]), results_sha256([]));
}

#[test]
fn big_files_are_hashed_as_they_stream() {
    let reports = TempDir::new().unwrap();
    let mut bundle = Bundle::open(reports.path(), "shop", &run_of("2026-06-30", &json!({}))).unwrap();
    let mut file = bundle.create("customers/scores.csv").unwrap();
    for i in 0..200_000u32 {
        writeln!(file, "{i}").unwrap();
    }
    drop(file);
    let path = bundle.seal(parts(json!({ "seed": 7 }))).unwrap();
    let (bytes, sha256) = sha256_file(&path.join("customers/scores.csv")).unwrap();
    let output = Manifest::read(&path).unwrap().outputs.remove(0);
    assert_eq!((output.bytes, output.sha256), (bytes, sha256));
}

#[test]
fn several_files_are_written_side_by_side_and_none_is_sealed_half() {
    let reports = TempDir::new().unwrap();
    let run = run_of("2026-06-30", &json!({}));
    let mut bundle = Bundle::open(reports.path(), "shop", &run).unwrap();
    let mut scores = bundle.create("customers/scores.csv").unwrap();
    let mut attributions = bundle.create("customers/attributions.csv").unwrap();
    writeln!(attributions, "id,age").unwrap();
    writeln!(scores, "id,score").unwrap();
    drop(attributions);
    let error = bundle.seal(parts(json!({ "seed": 7 }))).unwrap_err();
    assert_eq!(message(&error), "`customers/scores.csv` is still being written, expected a finished file");
    drop(scores);
    assert!(entries(&reports.path().join("shop")).is_empty());
}

#[test]
fn same_inputs_give_the_same_bytes() {
    let (one, two) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let paths = [&one, &two].map(|reports| seal(reports.path(), "2026-06-30", "id\n"));
    let manifests = paths.map(|path| fs::read(path.join("manifest.json")).unwrap());
    assert_eq!(manifests[0], manifests[1]);
}

#[test]
fn paths_stay_inside() {
    let reports = TempDir::new().unwrap();
    let run = run_of("2026-06-30", &json!({}));
    let mut bundle = Bundle::open(reports.path(), "shop", &run).unwrap();
    for path in ["", "/etc/x", "../x", "a/../../x", "a/", "./a", "a//b", "manifest.json", "timings.json", "a\\b"] {
        assert!(bundle.write(path, b"").is_err(), "{path}");
    }
    bundle.write("a", b"").unwrap();
    assert_eq!(message(&bundle.write("a", b"").unwrap_err()), "`a` was written before in this run");
    for portfolio in ["", "..", "a/b", "/a"] {
        assert!(Bundle::open(reports.path(), portfolio, &run).is_err(), "{portfolio}");
    }
}

#[test]
fn a_second_writer_of_the_same_run_is_told() {
    let reports = TempDir::new().unwrap();
    let run = run_of("2026-06-30", &json!({}));
    let _bundle = Bundle::open(reports.path(), "shop", &run).unwrap();
    let error = Bundle::open(reports.path(), "shop", &run).unwrap_err();
    assert!(message(&error).contains("is being written by somebody else"), "{error}");
}

#[test]
fn existing_run_is_found_and_checked() {
    let reports = TempDir::new().unwrap();
    let path = seal(reports.path(), "2026-06-30", "id\n");
    let run = RunId::parse(path.file_name().unwrap().to_str().unwrap()).unwrap();
    assert_eq!(existing(reports.path(), "shop", &run).unwrap(), Some(path.clone()));
    assert!(matches!(open(reports.path(), "shop", &run).unwrap(), Opened::Existing(found) if found == path));
    assert_eq!(existing(reports.path(), "shop", &run_of("2026-06-30", &json!(1))).unwrap(), None);
    fs::write(path.join("owner.pdf"), "%PDG").unwrap();
    let error = existing(reports.path(), "shop", &run).unwrap_err();
    assert!(message(&error).contains("is not what was sealed: `owner.pdf` has changed"), "{error}");
    assert!(error.problems[0].hint.as_ref().unwrap().contains("mv "), "{error}");
}

#[test]
fn the_second_of_two_that_sealed_the_same_run_yields() {
    let (reports, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let first = seal(elsewhere.path(), "2026-06-30", "id\n");
    let run = RunId::parse(first.file_name().unwrap().to_str().unwrap()).unwrap();
    let mut second = Bundle::open(reports.path(), "shop", &run).unwrap();
    second.write("owner.pdf", b"late").unwrap();
    let place = reports.path().join("shop").join(run.as_str());
    fs::rename(first, &place).unwrap();
    assert_eq!(second.seal(parts(json!({ "seed": 7 }))).unwrap(), place);
    assert_eq!(fs::read(place.join("owner.pdf")).unwrap(), b"%PDF");
    assert_eq!(entries(&reports.path().join("shop")), [run.as_str()]);
}

#[test]
fn verify_tells_changed_missing_and_extra_files() {
    let reports = TempDir::new().unwrap();
    let path = seal(reports.path(), "2026-06-30", "id,score\na,1\n");
    note(&path, "timings.json", b"{}").unwrap();
    assert!(note(&path, "scores.csv", b"").is_err());
    assert_eq!(verify(&path).unwrap(), Vec::<String>::new());
    fs::write(path.join("customers/scores.csv"), "id,score\na,2\n").unwrap();
    fs::remove_file(path.join("owner.pdf")).unwrap();
    fs::write(path.join("customers/note.txt"), "").unwrap();
    let found = verify(&path).unwrap();
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].starts_with("`customers/scores.csv` has changed: sealed as sha256 "), "{found:?}");
    assert_eq!(found[1..], ["`owner.pdf` is missing", "`customers/note.txt` is not in the manifest"]);
}

#[test]
fn verify_tells_an_edited_manifest() {
    let reports = TempDir::new().unwrap();
    let path = seal(reports.path(), "2026-06-30", "id\n");
    let manifest = path.join("manifest.json");
    let forged = "id,score\nx,0\n";
    fs::write(path.join("customers/scores.csv"), forged).unwrap();
    let text = fs::read_to_string(&manifest).unwrap();
    let text = text.replace(&sha256_text("id\n"), &sha256_text(forged)).replace("\"bytes\": 3,", "\"bytes\": 13,");
    fs::write(&manifest, text).unwrap();
    let found = verify(&path).unwrap();
    assert!(found.len() == 1 && found[0].starts_with("`manifest.json` was edited: `results_sha256` is"), "{found:?}");
    assert!(verify(reports.path()).unwrap_err().problems[0].hint.is_some());
}

#[test]
fn a_manifest_that_was_edited_is_told() {
    let edits = [
        ("\"as_of\": \"2026-06-30\"", "\"as_of\": \"2020-01-01\""),
        ("\"version\": \"0.1.0\"", "\"version\": \"9.9.9\""),
        ("\"scores\": \"id\\n\"", "\"scores\": \"other\""),
        (
            "\"compared_with\": null",
            "\"compared_with\": { \"run\": \"2026-06-29-00000000\", \"results_sha256\": \"ff\" }",
        ),
        (
            "\"sources\": []",
            "\"sources\": [{ \"name\": \"x\", \"path\": \"x.csv\", \"bytes\": 1, \"sha256\": \"00\", \"rows\": 1 }]",
        ),
    ];
    for (from, to) in edits {
        let reports = TempDir::new().unwrap();
        let path = seal(reports.path(), "2026-06-30", "id\n");
        assert!(verify(&path).unwrap().is_empty());
        let manifest = path.join("manifest.json");
        let text = fs::read_to_string(&manifest).unwrap();
        assert!(text.contains(from), "{from} in {text}");
        fs::write(&manifest, text.replace(from, to)).unwrap();
        let found = verify(&path).unwrap();
        assert!(
            found.len() == 1 && found[0].contains("its date, version, settings and sources give"),
            "{from}: {found:?}"
        );
    }
}

#[test]
fn a_run_of_one_group_does_not_hide_the_whole_one() {
    let reports = TempDir::new().unwrap();
    let groups = ["customers".to_owned(), "staff".to_owned()];
    let seal_of = |as_of: &str, of: &[String], settings: Value| {
        let mut bundle = Bundle::open(reports.path(), "shop", &run_of(as_of, &settings)).unwrap();
        of.iter().for_each(|group| bundle.write(&format!("{group}/scores.parquet"), group.as_bytes()).unwrap());
        bundle.seal(parts(settings)).unwrap()
    };
    let seal = |as_of: &str, of: &[String]| {
        let mut settings = json!({ "of": of, "as_of": as_of });
        if of.len() < 2 {
            settings["only"] = json!(of);
        }
        seal_of(as_of, of, settings)
    };
    let last = || previous(reports.path(), "shop", day("2026-07-01"), &groups, &Compare::Last).unwrap().unwrap().path;
    let partial = seal("2026-06-28", &groups[1..]);
    assert_eq!(last(), partial, "better than none");
    let whole = seal("2026-06-27", &groups);
    seal("2026-06-30", &groups[..1]);
    seal("2026-06-30", &groups[1..]);
    assert_eq!(last(), whole);
    let failed = seal_of("2026-06-29", &groups[..1], json!({ "as_of": "2026-06-29" }));
    assert_eq!(last(), failed, "a group that could not be done does not make the run one of another day");
}

#[test]
fn comparison_is_with_a_strictly_earlier_day() {
    let reports = TempDir::new().unwrap();
    let last = |as_of: &str| previous(reports.path(), "shop", day(as_of), &[], &Compare::Last).unwrap();
    assert_eq!(last("2026-06-30"), None);
    let may = seal(reports.path(), "2026-05-31", "a\n");
    let june = seal(reports.path(), "2026-06-30", "a\n");
    let other = seal(reports.path(), "2026-06-30", "b\n");
    assert_eq!(last("2026-05-31"), None);
    assert_eq!(last("2026-06-30").unwrap().path, may);
    let hash = |path: &Path| Manifest::read(path).unwrap().results_sha256;
    let highest = if hash(&june) > hash(&other) { &june } else { &other };
    assert_eq!(&last("2026-07-01").unwrap().path, highest);
    assert_eq!(previous(reports.path(), "shop", day("2026-07-01"), &[], &Compare::None).unwrap(), None);
    let name = may.file_name().unwrap().to_str().unwrap();
    let named = previous(reports.path(), "shop", day("2026-07-01"), &[], &Compare::parse(name)).unwrap().unwrap();
    assert_eq!((named.run.as_str(), named.as_of), (name, day("2026-05-31")));
}

#[test]
fn comparison_with_an_unknown_or_damaged_run_stops() {
    let reports = TempDir::new().unwrap();
    let error = previous(reports.path(), "shop", day("2026-07-01"), &[], &Compare::parse("x")).unwrap_err();
    assert!(
        message(&error).starts_with("run `x` of `shop` does not exist: the portfolio has no finished run"),
        "{error}"
    );
    let may = seal(reports.path(), "2026-05-31", "a\n");
    let name = may.file_name().unwrap().to_str().unwrap().to_owned();
    let error = previous(reports.path(), "shop", day("2026-07-01"), &[], &Compare::parse(&name[..17])).unwrap_err();
    assert!(message(&error).contains(&format!("expected one of `{name}`\nhint: `--compare {name}`")), "{error}");
    fs::write(may.join("owner.pdf"), "").unwrap();
    let error = previous(reports.path(), "shop", day("2026-07-01"), &[], &Compare::Last).unwrap_err();
    assert!(message(&error).contains("is not what was sealed: `owner.pdf` has changed"), "{error}");
}

#[test]
fn sweep_takes_what_the_dead_left_and_nothing_else() {
    let reports = TempDir::new().unwrap();
    let sealed = seal(reports.path(), "2026-05-31", "a\n");
    let mut bundle = Bundle::open(reports.path(), "shop", &run_of("2026-06-30", &json!({}))).unwrap();
    let stale = reports.path().join("shop/.tmp-2026-06-30-00000000-1");
    fs::create_dir_all(stale.join("customers")).unwrap();
    fs::write(stale.join("customers/scores.csv"), "id\n").unwrap();
    let now = SystemTime::now() + Duration::from_secs(1);
    assert_eq!(sweep(reports.path(), "shop", now), [stale]);
    assert!(sealed.is_dir());
    bundle.write("owner.pdf", b"%PDF").unwrap();
    bundle.seal(parts(json!({ "seed": 7 }))).unwrap();
    assert!(sweep(reports.path(), "none", now).is_empty());
}

#[test]
fn a_killed_run_with_our_process_id_is_no_hindrance() {
    let reports = TempDir::new().unwrap();
    let run = run_of("2026-06-30", &json!({}));
    let left = reports.path().join(format!("shop/.tmp-{run}-{}", std::process::id()));
    fs::create_dir_all(&left).unwrap();
    fs::write(left.join("owner.pdf"), "half").unwrap();
    let mut bundle = Bundle::open(reports.path(), "shop", &run).unwrap();
    bundle.write("owner.pdf", b"%PDF").unwrap();
    assert_eq!(fs::read(bundle.seal(parts(json!({ "seed": 7 }))).unwrap().join("owner.pdf")).unwrap(), b"%PDF");
}

#[test]
fn a_source_that_changes_during_the_run_is_told() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("customers.csv");
    fs::write(&path, "id\n1\n").unwrap();
    let (bytes, sha256) = sha256_file(&path).unwrap();
    let file = SourceFile { source: "customers".into(), path: path.clone(), bytes, sha256: sha256.clone(), rows: 1 };
    ensure_unchanged(std::slice::from_ref(&file)).unwrap();
    fs::write(&path, "id\n1\n2\n").unwrap();
    let now = sha256_file(&path).unwrap().1;
    let expected = format!(
        "`{}` changed during the run: sha256 was {}…, is {}…\nhint: run again when the export has finished",
        path.display(),
        &sha256[..12],
        &now[..12]
    );
    assert_eq!(message(&ensure_unchanged(std::slice::from_ref(&file)).unwrap_err()), expected);
    fs::remove_file(&path).unwrap();
    assert!(message(&ensure_unchanged(&[file]).unwrap_err()).contains("has gone during the run"));
}

#[test]
fn sources_are_told_from_the_config_folder() {
    let record = |path: &str| SourceRecord::new(&source(path, "00"), Path::new("/shop/config")).path;
    assert_eq!(record("/shop/config/data/a.csv"), "data/a.csv");
    assert_eq!(record("/shop/exports/a.csv"), "../exports/a.csv");
}

#[test]
fn a_file_in_the_way_of_reports_is_told() {
    let folder = TempDir::new().unwrap();
    let reports = folder.path().join("reports");
    fs::write(&reports, "").unwrap();
    let error = Bundle::open(&reports, "shop", &run_of("2026-06-30", &json!({}))).unwrap_err();
    let place = reports.join("shop");
    let expected = format!("`{}` cannot be written: a file stands where a folder is expected\nhint: ", place.display());
    assert!(message(&error).starts_with(&expected), "{error}");
}

#[test]
fn unwritable_reports_are_told() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(folder.path().join("probe"), "").is_ok() {
        eprintln!("skipped: this user may write everywhere");
        return;
    }
    let error = Bundle::open(folder.path(), "shop", &run_of("2026-06-30", &json!({}))).unwrap_err();
    assert!(message(&error).contains("cannot be written: permission denied\nhint: `chmod u+rwx "), "{error}");
}

/// A small file system in memory, unmounted when dropped.
pub struct Mounted(pub TempDir);

impl Mounted {
    pub fn new(options: &str) -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let status = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(folder.path()).output();
        if status.is_ok_and(|output| output.status.success()) {
            return Some(Self(folder));
        }
        eprintln!("skipped: mounting a tmpfs is not permitted here");
        None
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[test]
fn a_full_disk_is_told_and_leaves_nothing() {
    let Some(disk) = Mounted::new("size=64k") else { return };
    let mut bundle = Bundle::open(disk.0.path(), "shop", &run_of("2026-06-30", &json!({}))).unwrap();
    let place = bundle.temp_path().join("customers/scores.csv");
    let error = bundle.write("customers/scores.csv", &vec![b'x'; 1_000_000]).unwrap_err();
    assert!(
        message(&error).starts_with(&format!("the disk is full: `{}` needs at least ", place.display())),
        "{error}"
    );
    assert!(message(&error).ends_with("hint: free space, or write elsewhere with `--reports DIR`"), "{error}");
    assert_eq!(message(&bundle.seal(parts(json!({ "seed": 7 }))).unwrap_err()), message(&error));
    assert!(entries(&disk.0.path().join("shop")).is_empty());
}

#[test]
fn a_full_disk_is_told_though_the_writer_hides_it() {
    let Some(disk) = Mounted::new("size=64k") else { return };
    let mut bundle = Bundle::open(disk.0.path(), "shop", &run_of("2026-06-30", &json!({}))).unwrap();
    let hidden = |file: &mut (dyn Write + Send)| -> Result<()> {
        let _ = file.write_all(&[b'x'; 200_000]);
        Ok(())
    };
    let error = bundle.fill("customers/scores.parquet", &mut { hidden }).unwrap_err();
    assert!(message(&error).starts_with("the disk is full"), "{error}");
    let error = Folder::new(disk.0.path()).write("model.json", &vec![0; 200_000]).unwrap_err();
    assert!(message(&error).starts_with("the disk is full"), "{error}");
}

#[test]
fn a_read_only_disk_is_told() {
    let Some(disk) = Mounted::new("size=64k,ro") else { return };
    let error = Bundle::open(disk.0.path(), "shop", &run_of("2026-06-30", &json!({}))).unwrap_err();
    assert!(message(&error).contains("it lies on a read-only file system"), "{error}");
}
