//! `trustrisk subjects`: a page for each of some subjects of a finished run.

use serde_json::json;

use super::arguments::SubjectPages;
use super::exit;
use super::files::{ensure_unsealed, run_folder};
use super::terminal::{Terminal, error_json, finding_line};
use crate::base::Result;
use crate::govern::Folder;
use crate::pipeline::{self, Wanted};

pub fn subject_pages(arguments: &SubjectPages, terminal: &Terminal) -> Result<u8> {
    let run = run_folder(&arguments.run)?;
    ensure_unsealed(&arguments.out)?;
    let wanted = Wanted { ids: &arguments.ids, from: arguments.band, only: &arguments.only };
    let mut folder = Folder::new(&arguments.out);
    let printed = pipeline::subjects(&run, &wanted, &mut folder, &*terminal.progress())?;
    let exit = if printed.missing.is_some() { exit::FAILED } else { exit::FINE };
    if let Some(missing) = &printed.missing {
        terminal.tell_error(missing);
    }
    let path = super::run::shown(&arguments.out);
    if terminal.json {
        let errors = printed.missing.as_ref().map_or(json!([]), |missing| error_json(missing)["errors"].clone());
        let (n_pages, findings) = (printed.n_pages, &printed.findings);
        terminal
            .object(&json!({ "path": path, "pages": n_pages, "findings": findings, "errors": errors, "exit": exit }))?;
        return Ok(exit);
    }
    printed.findings.iter().for_each(|finding| terminal.tell(&finding_line(finding, false)));
    let pages = if printed.n_pages == 1 { "page" } else { "pages" };
    terminal.tell(&format!("{} {pages} written to `{path}`", printed.n_pages));
    Ok(exit)
}
