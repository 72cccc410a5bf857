//! Finished words to a PDF: one template, one file of data, charts and attachments, all in memory.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use typst::diag::SourceDiagnostic;
use typst::foundations::Smart;
use typst::layout::{Frame as Layout, FrameItem};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use super::world::Pages;
use crate::base::{Error, Result};

/// What all documents are held to: archival with attachments (ISO 19005-3, level A), and accessible (ISO 14289-1).
const STANDARDS: [PdfStandard; 2] = [PdfStandard::A_3a, PdfStandard::Ua_1];

/// Pages as bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    pub bytes: Vec<u8>,
    /// Why it keeps the promises of neither PDF/A nor PDF/UA, where it does not.
    pub plain_because: Option<String>,
}

/// What stands on every page, and what a PDF says of itself.
#[derive(Debug, Clone, Serialize)]
pub struct Frame {
    pub language: String,
    pub title: String,
    pub author: String,
    /// Year, month, day.
    pub date: (i32, u32, u32),
    /// On top of each page: whose, what of it, and at the right side.
    pub head: (String, String, String),
    /// Two lines at the foot of each page.
    pub foot: (String, String),
}

/// A day as the template takes it.
pub fn date(day: NaiveDate) -> (i32, u32, u32) {
    (day.year(), day.month(), day.day())
}

/// What a template is made of: its sources (the main one first), its data, and the files that it names.
pub struct Material<'a, T> {
    pub sources: &'a [(&'a str, &'a str)],
    pub data: &'a T,
    pub files: Vec<(String, Vec<u8>)>,
}

/// Lays the pages out.
///
/// # Errors
/// The template does not fit its data, which is a fault of this program.
pub fn compile<T: Serialize>(material: Material<'_, T>) -> Result<PagedDocument> {
    let data = serde_json::to_vec(material.data)
        .map_err(|error| Error::new(format!("the pages could not be filled: {error}")))?;
    let mut files = vec![("data.json".to_owned(), data)];
    files.extend(material.files);
    let world = Pages::new(material.sources, files)?;
    typst::compile::<PagedDocument>(&world).output.map_err(|problems| failed(&problems))
}

/// Lets go of what was remembered of earlier documents: it serves no other.
pub fn forget() {
    typst::comemo::evict(0);
}

/// The pages as a PDF by [`STANDARDS`]; where that cannot be done (a letter that no font has), as a plain one that says why.
/// The same pages and `ident` give the same bytes.
///
/// # Errors
/// Not even a plain PDF can be written.
pub fn export(document: &PagedDocument, ident: &str, version: &str) -> Result<Printed> {
    let options = |standards: PdfStandards| PdfOptions {
        ident: Smart::Custom(ident.to_owned()),
        creator: Smart::Custom(Some(format!("trustrisk {version}"))),
        standards,
        ..PdfOptions::default()
    };
    let standards =
        PdfStandards::new(&STANDARDS).map_err(|error| Error::new(format!("no such PDF: {}", error.message())))?;
    match typst_pdf::pdf(document, &options(standards)) {
        Ok(bytes) => Ok(Printed { bytes, plain_because: None }),
        Err(problems) => {
            let bytes = typst_pdf::pdf(document, &options(PdfStandards::default())).map_err(|of| failed(&of))?;
            Ok(Printed { bytes, plain_because: Some(told(&problems)) })
        }
    }
}

/// The text of each page, one line per run of text, in the order of painting. Texts inside charts are not part of it.
pub fn text(document: &PagedDocument) -> Vec<String> {
    document.pages().iter().map(|page| text_of(&page.frame)).collect()
}

fn text_of(frame: &Layout) -> String {
    let mut lines: BTreeMap<usize, String> = BTreeMap::new();
    for (i, (_, item)) in frame.items().enumerate() {
        let text = match item {
            FrameItem::Group(group) => text_of(&group.frame),
            FrameItem::Text(text) => text.text.as_str().replace('\u{200b}', ""),
            _ => continue,
        };
        lines.insert(i, text);
    }
    lines.into_values().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn failed(problems: &[SourceDiagnostic]) -> Error {
    Error::new(format!("the pages could not be made: {}", told(problems)))
}

/// Each problem once.
fn told(problems: &[SourceDiagnostic]) -> String {
    let mut told: Vec<String> = problems.iter().map(|problem| problem.message.to_string()).collect();
    told.dedup();
    told.join("; ")
}
