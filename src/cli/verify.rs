//! `trustrisk verify`: whether a finished run is still what was sealed.

use serde_json::json;

use super::arguments::Verify;
use super::exit;
use super::files::run_folder;
use super::terminal::Terminal;
use crate::base::Result;
use crate::govern::{self, Manifest};

pub fn verify(arguments: &Verify, terminal: &Terminal) -> Result<u8> {
    let run = run_folder(&arguments.run)?;
    let differences = govern::verify(&run)?;
    let manifest = Manifest::read(&run)?;
    let exit = if differences.is_empty() { exit::FINE } else { exit::FOUND };
    if terminal.json {
        let results = &manifest.results_sha256;
        terminal.object(&json!({
            "run": manifest.run, "results_sha256": results, "differences": differences, "exit": exit,
        }))?;
        return Ok(exit);
    }
    terminal.data(differences.iter().map(|difference| format!("{difference}\n")).collect::<String>().as_bytes())?;
    if differences.is_empty() {
        let n = manifest.outputs.len();
        terminal.tell(&format!("run `{}` is intact: {n} files, results {}", manifest.run, manifest.results_sha256));
    }
    Ok(exit)
}
