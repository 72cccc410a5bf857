//! `trustrisk explain`: why subjects of a finished run have their scores.

mod bars;
mod json;
mod pictures;
mod text;

use serde_json::{Value, json};

use super::arguments::Explain;
use super::exit;
use super::files::run_folder;
use super::terminal::{Terminal, error_json};
use crate::base::Result;
use crate::pipeline::{self, Explained};

pub fn explain(arguments: &Explain, terminal: &Terminal) -> Result<u8> {
    let explained = pipeline::explain(&run_folder(&arguments.run)?, &arguments.only, &arguments.ids)?;
    let pictures = match &arguments.out {
        Some(folder) => pictures::write(folder, &explained.explanations, arguments.force)?,
        None => Vec::new(),
    };
    let exit = if explained.missing.is_some() { exit::FAILED } else { exit::FINE };
    if let Some(missing) = &explained.missing {
        terminal.tell_error(missing);
    }
    if terminal.json {
        terminal.object(&object(&explained, &pictures, exit))?;
        return Ok(exit);
    }
    terminal.data(text::text(&explained.explanations, terminal.look).as_bytes())?;
    explained.notes.iter().for_each(|note| terminal.tell(&format!("note: {note}")));
    if let Some(folder) = &arguments.out {
        let n_files: usize = pictures.iter().map(pictures::Pictures::n_files).sum();
        terminal.tell(&format!("{n_files} files written to `{}`", folder.display()));
    }
    Ok(exit)
}

fn object(explained: &Explained, pictures: &[pictures::Pictures], exit: u8) -> Value {
    let Explained { explanations, missing, notes } = explained;
    let subject = |(place, explanation)| json::subject(explanation, pictures.get(place));
    let subjects: Vec<Value> = explanations.iter().enumerate().map(subject).collect();
    let errors = missing.as_ref().map_or(json!([]), |missing| error_json(missing)["errors"].clone());
    json!({ "subjects": subjects, "notes": notes, "errors": errors, "exit": exit })
}
