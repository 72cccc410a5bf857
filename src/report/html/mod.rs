//! The screen: one file with all that it needs inside, that asks no network.
//!
//! The page gets all data as one block of JSON and writes it as text, so that nothing a table or config says can become
//! markup or code; its content-security policy lets only its own style and script run, by their hashes.

mod group;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use self::group::Group;
use super::tell::Teller;
use super::tell::cover::{First, causes, first, headline, lead};
use super::tell::findings::{finding_line, noticed};
use super::tell::rich::Rich;
use super::view::{GroupView, PortfolioView};
use super::words::Words;
use crate::audit::metrics::{self, Kind};
use crate::audit::verdict;
use crate::base::units::Band;
use crate::base::{Error, Finding, Result};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
/// In the order in which they build on one another.
const SCRIPTS: [&str; 14] = [
    include_str!("words.js"),
    include_str!("model.js"),
    include_str!("dom.js"),
    include_str!("data.js"),
    include_str!("bars.js"),
    include_str!("plots.js"),
    include_str!("explore.js"),
    include_str!("overview.js"),
    include_str!("subjects.js"),
    include_str!("subject.js"),
    include_str!("whatif.js"),
    include_str!("effects.js"),
    include_str!("audit.js"),
    include_str!("main.js"),
];

/// All that the page gets.
#[derive(Serialize)]
struct Data<'a> {
    title: &'a str,
    as_of: String,
    as_of_words: String,
    language: &'a str,
    run: &'a str,
    results_sha256: &'a str,
    version: &'a str,
    money: Value,
    headline: String,
    /// Where the change since the compared run comes from, of the group that the headline speaks of.
    causes: Option<String>,
    first: Option<First>,
    bands: Map<String, Value>,
    verdicts: Map<String, Value>,
    metrics: Map<String, Value>,
    findings: Vec<Noticed>,
    groups: Vec<Group<'a>>,
}

#[derive(Serialize)]
struct Noticed {
    severity: &'static str,
    whose: Option<String>,
    message: Rich,
}

/// The page of a run. `models` are those of the view's groups as `model.json` has them: the models of all folds, then the
/// last. The same view gives the same bytes.
///
/// # Errors
/// The data cannot be written as JSON.
pub fn page(view: &PortfolioView, models: &[Vec<Value>]) -> Result<Vec<u8>> {
    let words = Words::new(&view.locale, &view.currency);
    let data = serde_json::to_string(&data(view, models, &words))
        .map_err(|error| Error::new(format!("the page for the screen could not be filled: {error}")))?;
    let script = format!("\"use strict\";\n{}", SCRIPTS.join("\n"));
    let policy = format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; img-src data:; base-uri 'none'; form-action 'none'",
        hash(&script),
        hash(STYLE)
    );
    let title = format!("{}: trust at risk, {}", view.title, words.date(view.as_of));
    // no `<` of the data can end the block that holds it
    let data = data.replace('<', "\\u003c");
    let parts = [
        ("{{language}}", escaped(&words.language)),
        ("{{title}}", escaped(&title)),
        ("{{csp}}", policy),
        ("{{style}}", STYLE.to_owned()),
        ("{{script}}", script),
        ("{{data}}", data),
    ];
    Ok(filled(PAGE, &parts).into_bytes())
}

/// The template with its places filled: text that is put in is not looked at again.
fn filled(template: &str, parts: &[(&str, String)]) -> String {
    let mut page = String::new();
    let mut rest = template;
    while let Some((at, name, text)) =
        parts.iter().filter_map(|(name, text)| Some((rest.find(name)?, name, text))).min_by_key(|of| of.0)
    {
        page.push_str(&rest[..at]);
        page.push_str(text);
        rest = &rest[at + name.len()..];
    }
    page + rest
}

fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn data<'a>(view: &'a PortfolioView, models: &[Vec<Value>], words: &'a Words) -> Data<'a> {
    let (symbol, before) = words.currency_sign();
    let speaks_of = view.groups.get(lead(&view.groups));
    let none = Vec::new();
    let of_group = |(at, of): (usize, &'a GroupView)| Group::new(view, of, models.get(at).unwrap_or(&none), words);
    Data {
        title: &view.title,
        as_of: view.as_of.to_string(),
        as_of_words: words.day(view.as_of),
        language: &words.language,
        run: &view.run,
        results_sha256: &view.results_sha256,
        version: &view.version,
        money: json!({ "symbol": symbol, "before": before }),
        headline: speaks_of
            .map_or_else(|| "No stakeholder group could be scored.".to_owned(), |group| headline(group, words)),
        causes: speaks_of.and_then(|group| causes(&Teller { group, words })),
        first: first(view, words),
        bands: Band::ALL
            .iter()
            .map(|band| (band.name().to_owned(), json!(super::words::capitalized(band.name()))))
            .collect(),
        verdicts: verdict::VERDICTS.iter().map(|name| ((*name).to_owned(), json!(verdict::meaning(name)))).collect(),
        metrics: registry(view),
        findings: findings(view, words),
        groups: view.groups.iter().enumerate().map(of_group).collect(),
    }
}

/// The metrics that the page tells.
fn registry(view: &PortfolioView) -> Map<String, Value> {
    let is_told = |name: &str| view.groups.iter().flat_map(|group| &group.audit).any(|line| line.metric == name);
    let told = metrics::METRICS.iter().filter(|metric| is_told(metric.name));
    told.map(|metric| {
        let unit = match metric.kind {
            Kind::Rate => "rate",
            Kind::Count => "count",
            _ => "score",
        };
        (metric.name.to_owned(), json!({ "title": metric.title, "meaning": metric.meaning, "unit": unit }))
    })
    .collect()
}

fn findings(view: &PortfolioView, words: &Words) -> Vec<Noticed> {
    let tell = |whose: Option<&GroupView>, finding: &Finding| Noticed {
        severity: finding.severity.name(),
        whose: whose.map(|group| Teller { group, words }.title()),
        message: finding_line(None, finding, words),
    };
    let of_all = noticed(&view.findings).into_iter().map(|finding| tell(None, finding));
    let of_groups = view.groups.iter().flat_map(|group| {
        noticed(&group.findings).into_iter().map(move |finding| (group, finding)).collect::<Vec<_>>()
    });
    of_all.chain(of_groups.map(|(group, finding)| tell(Some(group), finding))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_is_not_looked_at_again() {
        let parts = [("{{a}}", "{{b}}".to_owned()), ("{{b}}", "x".to_owned())];
        assert_eq!(filled("<{{a}}|{{b}}|{{a}}>", &parts), "<{{b}}|x|{{b}}>");
    }
}
