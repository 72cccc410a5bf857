//! What is committed is what this version makes.

use std::fs;

use trustrisk::base::progress::Silent;
use trustrisk::config;
use trustrisk::govern::{self, Opened, RunId};
use trustrisk::pipeline::{self, Options};

use crate::mixed::hold_printed_again;
use crate::support::root;

#[test]
fn the_committed_sample_run_is_intact_and_of_this_version_and_data() {
    let folder = root().join("data");
    let text = fs::read_to_string(folder.join("trustrisk.toml")).unwrap();
    let plan = config::read(&text, &folder, chrono::NaiveDate::from_ymd_opt(2026, 6, 30).unwrap()).unwrap();
    let reports = root().join("reports");
    let runs: Vec<_> = fs::read_dir(reports.join("harbor-lane")).unwrap().flatten().map(|entry| entry.path()).collect();
    assert_eq!(runs.len(), 1, "one sample run is committed");
    assert_eq!(govern::verify(&runs[0]).unwrap(), Vec::<String>::new());
    let expected = runs[0].file_name().unwrap().to_string_lossy().into_owned();
    let mut open = |run: &RunId| {
        assert_eq!(
            run.as_str(),
            expected,
            "stale: `rm -r reports/harbor-lane && cargo run -- run data/trustrisk.toml`"
        );
        Ok(Opened::Existing(runs[0].clone()))
    };
    let options = Options { only: &[], config_folder: &folder, config_text: &text };
    assert!(pipeline::run(&plan, &options, &mut open, &Silent).unwrap().already_there);
    // its pages are those that are printed now
    let printed = tempfile::tempdir().unwrap();
    assert!(hold_printed_again(printed.path(), &runs[0]) > 60);
}
