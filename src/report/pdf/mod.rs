//! PDFs: a view to finished words (Rust), finished words to pages (typst, `*.typ`).
//!
//! A template gets all data as one JSON file, so that nothing a table or config says can become markup or code.

mod auditor;
mod cover;
mod group;
mod placed;
mod print;
mod rest;
mod subject;
mod world;

use rayon::prelude::*;
use serde::Serialize;
use typst_layout::PagedDocument;

pub use self::print::Printed;
use self::print::{Frame, Material};
use super::chart::Chart;
use super::tell::rich;
use super::view::{PortfolioView, PublicAudit, SubjectView};
use super::words::Words;
use crate::base::Result;

/// Shared by all templates.
const STYLE: (&str, &str) = ("style.typ", include_str!("style.typ"));
/// Typst sources, the main one first.
const OWNER: [(&str, &str); 4] = [
    ("owner.typ", include_str!("owner.typ")),
    STYLE,
    ("cover.typ", include_str!("cover.typ")),
    ("group.typ", include_str!("group.typ")),
];
/// Likewise.
const AUDITOR: [(&str, &str); 2] = [("auditor.typ", include_str!("auditor.typ")), STYLE];

/// Likewise.
const SUBJECT: [(&str, &str); 2] = [("subject.typ", include_str!("subject.typ")), STYLE];
/// Pages that are made at a time.
const WAVE: usize = 64;

/// A document: what its template places, and what stands on every page.
#[derive(Serialize)]
struct Document<T> {
    #[serde(flatten)]
    frame: Frame,
    #[serde(flatten)]
    content: T,
}

/// All that the owner's template places.
#[derive(Serialize)]
struct Owner {
    cover: cover::Cover,
    groups: Vec<group::GroupPages>,
    rest: rest::Rest,
}

/// The owner's PDF. `charts` are those of the view's groups, in their order. The same view gives the same bytes.
///
/// # Errors
/// The pages cannot be made.
pub fn owner(view: &PortfolioView, charts: &[Vec<Chart>]) -> Result<Printed> {
    let printed = print::export(&owner_pages(view, charts)?, &ident(view, "owner"), &view.version);
    print::forget();
    printed
}

/// The text of each page of the owner's PDF, one line per run of text, in the order of painting: for checks that a
/// page says what the view says. Texts inside charts are not part of it.
///
/// # Errors
/// The pages cannot be made.
pub fn owner_text(view: &PortfolioView, charts: &[Vec<Chart>]) -> Result<Vec<String>> {
    Ok(print::text(&owner_pages(view, charts)?))
}

/// A published audit: as it is read, and the bytes of its file.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditFile {
    pub audit: PublicAudit,
    pub bytes: Vec<u8>,
}

/// The auditor's PDF, which carries the published audits inside. `audits` and `charts` are those of the view's groups, in
/// their order; `None` where nothing was audited.
///
/// # Errors
/// The pages cannot be made.
pub fn auditor(view: &PortfolioView, audits: &[Option<AuditFile>], charts: &[Vec<Chart>]) -> Result<Printed> {
    let printed = print::export(&auditor_pages(view, audits, charts)?, &ident(view, "audit"), &view.version);
    print::forget();
    printed
}

/// The text of each page of the auditor's PDF, as [`owner_text`].
///
/// # Errors
/// The pages cannot be made.
pub fn auditor_text(view: &PortfolioView, audits: &[Option<AuditFile>], charts: &[Vec<Chart>]) -> Result<Vec<String>> {
    Ok(print::text(&auditor_pages(view, audits, charts)?))
}

/// A page for each of some subjects of group `at`: drawn side by side, handed out in their order.
///
/// # Errors
/// A page cannot be made, or what `take` says.
pub fn subjects(
    view: &PortfolioView,
    at: usize,
    subjects: &[&SubjectView],
    take: &mut dyn FnMut(usize, &Printed) -> Result<()>,
) -> Result<()> {
    let page = |subject: &&SubjectView| {
        let time = subject.time.map_or_else(String::new, |time| time.to_string());
        let ident = format!("{}/{}/{time}", view.groups[at].name, subject.id);
        print::export(&subject_page(view, at, subject)?, &self::ident(view, &ident), &view.version)
    };
    for (wave, subjects) in subjects.chunks(WAVE).enumerate() {
        let printed: Vec<Result<Printed>> = subjects.par_iter().map(page).collect();
        for (place, printed) in printed.into_iter().enumerate() {
            take(wave * WAVE + place, &printed?)?;
        }
        print::forget();
    }
    Ok(())
}

/// The text of a subject's page, as [`owner_text`].
///
/// # Errors
/// The page cannot be made.
pub fn subject_text(view: &PortfolioView, at: usize, subject: &SubjectView) -> Result<Vec<String>> {
    Ok(print::text(&subject_page(view, at, subject)?))
}

fn subject_page(view: &PortfolioView, at: usize, subject: &SubjectView) -> Result<PagedDocument> {
    let words = Words::new(&view.locale, &view.currency);
    let group = &view.groups[at];
    let content = subject::subject(group, subject, &words);
    let what = format!("one {}’s score", rich::safe(&group.subject, 30));
    let mut frame = frame(view, &what, &words);
    frame.title = format!("{}: {}", frame.title, rich::safe(&subject.id, 48));
    let time = subject.time.map_or_else(String::new, |time| format!(", {}", words.date(time)));
    frame.head.2 = format!("{}{time}", rich::safe(&subject.id, 48));
    print::compile(Material { sources: &SUBJECT, data: &Document { frame, content }, files: Vec::new() })
}

fn owner_pages(view: &PortfolioView, charts: &[Vec<Chart>]) -> Result<PagedDocument> {
    let words = Words::new(&view.locale, &view.currency);
    let content = Owner {
        cover: cover::cover(view, charts, &words),
        groups: group::pages(view, charts, &words),
        rest: rest::rest(view, &words),
    };
    let data = Document { frame: frame(view, "trust at risk", &words), content };
    print::compile(Material { sources: &OWNER, data: &data, files: files(charts) })
}

fn auditor_pages(view: &PortfolioView, audits: &[Option<AuditFile>], charts: &[Vec<Chart>]) -> Result<PagedDocument> {
    let words = Words::new(&view.locale, &view.currency);
    let read: Vec<Option<PublicAudit>> = audits.iter().map(|of| of.as_ref().map(|of| of.audit.clone())).collect();
    let content = auditor::auditor(view, &read, charts, &words);
    let data = Document { frame: frame(view, "bias audit and model card", &words), content };
    let mut files = files(charts);
    let attached = audits.iter().enumerate().filter_map(|(at, of)| Some((at, of.as_ref()?)));
    files.extend(attached.map(|(at, of)| (auditor::attached(at), of.bytes.clone())));
    print::compile(Material { sources: &AUDITOR, data: &data, files })
}

/// The charts of all groups under the names by which pages find them.
fn files(charts: &[Vec<Chart>]) -> Vec<(String, Vec<u8>)> {
    let of_group = |(at, charts): (usize, &Vec<Chart>)| -> Vec<(String, Vec<u8>)> {
        charts.iter().map(|chart| (placed::file_name(at, &chart.name), chart.svg.clone().into_bytes())).collect()
    };
    charts.iter().enumerate().flat_map(of_group).collect()
}

fn ident(view: &PortfolioView, document: &str) -> String {
    format!("{}/{}/{document}", view.name, view.run)
}

fn frame(view: &PortfolioView, what: &str, words: &Words) -> Frame {
    let title = rich::safe(&view.title, 60);
    Frame {
        language: words.language.clone(),
        title: format!("{title}: {what}, {}", words.date(view.as_of)),
        author: title.clone(),
        date: print::date(view.as_of),
        head: (title.clone(), what.to_owned(), words.day(view.as_of)),
        foot: (
            format!("{title} · data to {} · run {}", words.date(view.as_of), rich::safe(&view.run, 40)),
            format!("results {} · trustrisk {}", rich::safe(&view.results_sha256, 64), rich::safe(&view.version, 20)),
        ),
    }
}
