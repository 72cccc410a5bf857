//! The owner's PDF: a view to finished words (Rust), finished words to pages (typst, `*.typ`).
//!
//! The template gets all data as one JSON file, so that nothing a table or config says can become markup or code.

mod cover;
mod fairness;
mod group;
mod rest;
mod rich;
mod tell;
mod world;

use std::collections::BTreeMap;

use chrono::Datelike;
use serde::Serialize;
use typst::diag::SourceDiagnostic;
use typst::foundations::Smart;
use typst::layout::{Frame, FrameItem};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

use self::world::Pages;
use super::chart::Chart;
use super::view::PortfolioView;
use super::words::Words;
use crate::base::{Error, Result};

/// Typst sources, the main one first.
const TEMPLATE: [(&str, &str); 4] = [
    ("owner.typ", include_str!("owner.typ")),
    ("style.typ", include_str!("style.typ")),
    ("cover.typ", include_str!("cover.typ")),
    ("group.typ", include_str!("group.typ")),
];

/// All that the template places.
#[derive(Serialize)]
struct Document {
    language: String,
    title: String,
    author: String,
    /// Year, month, day.
    date: (i32, u32, u32),
    /// Left of the line on top of each page, and right of it.
    head: (String, String),
    /// Two lines at the foot of each page.
    foot: (String, String),
    cover: cover::Cover,
    groups: Vec<group::GroupPages>,
    rest: rest::Rest,
}

/// The owner's PDF. `charts` are those of the view's groups, in their order. The same view gives the same bytes.
pub fn owner(view: &PortfolioView, charts: &[Vec<Chart>]) -> Result<Vec<u8>> {
    let document = compile(view, charts)?;
    let options = PdfOptions {
        ident: Smart::Custom(format!("{}/{}/owner", view.name, view.run)),
        creator: Smart::Custom(Some(format!("trustrisk {}", view.version))),
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&document, &options).map_err(|problems| failed(&problems))
}

/// The text of each page of the owner's PDF, one line per run of text, in the order of painting: for checks that a
/// page says what the view says. Texts inside charts are not part of it.
pub fn owner_text(view: &PortfolioView, charts: &[Vec<Chart>]) -> Result<Vec<String>> {
    let document = compile(view, charts)?;
    Ok(document.pages().iter().map(|page| text_of(&page.frame)).collect())
}

fn text_of(frame: &Frame) -> String {
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

fn compile(view: &PortfolioView, charts: &[Vec<Chart>]) -> Result<PagedDocument> {
    let document = document(view, charts);
    let data = serde_json::to_vec(&document).map_err(|e| Error::new(format!("the pages could not be filled: {e}")))?;
    let mut files = vec![("data.json".to_owned(), data)];
    for (i, charts) in charts.iter().enumerate() {
        files.extend(charts.iter().map(|chart| (rich::file_name(i, &chart.name), chart.svg.clone().into_bytes())));
    }
    let world = Pages::new(&TEMPLATE, files)?;
    let compiled = typst::compile::<PagedDocument>(&world).output.map_err(|problems| failed(&problems));
    // what was remembered of this document serves no other
    typst::comemo::evict(0);
    compiled
}

fn document(view: &PortfolioView, charts: &[Vec<Chart>]) -> Document {
    let words = Words::new(&view.locale, &view.currency);
    let title = rich::safe(&view.title, 60);
    Document {
        language: words.language.clone(),
        title: format!("{title}: trust at risk, {}", words.date(view.as_of)),
        author: title.clone(),
        date: (view.as_of.year(), view.as_of.month(), view.as_of.day()),
        head: (title.clone(), words.day(view.as_of)),
        foot: (
            format!("{title} · data to {} · run {}", words.date(view.as_of), rich::safe(&view.run, 40)),
            format!("results {} · trustrisk {}", rich::safe(&view.results_sha256, 64), rich::safe(&view.version, 20)),
        ),
        cover: cover::cover(view, charts, &words),
        groups: group::pages(view, charts, &words),
        rest: rest::rest(view, &words),
    }
}

fn failed(problems: &[SourceDiagnostic]) -> Error {
    let told: Vec<String> = problems.iter().map(|problem| problem.message.to_string()).collect();
    Error::new(format!("the pages could not be made: {}", told.join("; ")))
}
