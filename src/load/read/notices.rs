//! Notices of a column as findings that say what to type.

use super::decide::Notice;
use super::header::{toml_key, toml_text};
use super::tally::{Place, Sample, Tally};
use crate::base::{Finding, Severity};

/// Where a column stands, for messages.
pub struct Site<'a> {
    pub source: &'a str,
    /// Names of the files of the source.
    pub files: &'a [String],
    pub column: &'a str,
}

impl Site<'_> {
    /// ``column `age` of `staff.csv` ``
    fn title(&self) -> String {
        match self.files {
            [only] => format!("column `{}` of `{only}`", self.column),
            _ => format!("column `{}` of source `{}`", self.column, self.source),
        }
    }

    /// `row 17`, with the file's name where there are several.
    fn row(&self, place: Place) -> String {
        match (self.files.len(), self.files.get(place.file)) {
            (2.., Some(file)) => format!("row {} of `{file}`", place.row),
            _ => format!("row {}", place.row),
        }
    }

    fn first(&self, place: Place, text: &str) -> String {
        format!("(first: {}, \"{}\")", self.row(place), shortened(text))
    }

    fn finding(&self, code: &str, message: String, count: u64, first: Option<Place>) -> Finding {
        let mut finding = Finding::new(code, message).source(self.source).column(self.column);
        finding.count = Some(count);
        finding.first_row = first.map(|place| place.row);
        finding
    }

    /// ``add `key = value` under `[stakeholders.columns.age]` ``
    fn setting(&self, setting: &str) -> String {
        format!("add `{setting}` under `[stakeholders.columns.{}]`", toml_key(self.column))
    }

    fn sample(&self, sample: &Sample) -> String {
        let text = sample.texts.first().map_or("", |(text, _)| text.as_str());
        sample.first.map_or(String::new(), |place| self.first(place, text))
    }
}

/// The finding that a notice becomes.
pub fn finding(notice: &Notice, site: &Site) -> Finding {
    let title = site.title();
    match notice {
        Notice::Blanks(blanks) => {
            let at =
                blanks.first.as_ref().map_or(String::new(), |(place, _)| format!(" (first: {})", site.row(*place)));
            let message = format!("{title} is blank in {}{at}, taken as missing", rows(blanks.count));
            site.finding("blank-values", message, blanks.count, blanks.first.as_ref().map(|(place, _)| *place))
        }
        Notice::Texts { count, sample, nulled } => {
            let end = if *nulled { "; the text was taken as missing" } else { "" };
            let message =
                format!("{title} holds text in {} {}, expected numbers{end}", rows(*count), site.sample(sample));
            let finding = site.finding("numbers-in-text", message, *count, sample.first);
            finding.hint(site.setting(&format!("missing = [{}]", listed(sample))))
        }
        Notice::Units(units) => {
            let at = units.first.as_ref().map_or(String::new(), |(place, text)| site.first(*place, text));
            let message = format!("{title} holds numbers with a sign in {} {at}, left as text", rows(units.count));
            let finding =
                site.finding("numbers-in-text", message, units.count, units.first.as_ref().map(|(place, _)| *place));
            finding.hint("write plain numbers, or strip the sign in `sql`: `cast(replace(…, '%', '') as double)`")
        }
        Notice::Separators { tally, separator } => separators(site, tally, *separator),
        Notice::Ambiguous { dates, separator, short_year } => ambiguous(site, dates, *separator, *short_year),
        Notice::Mixed(n) => {
            let message = format!("{title} mixes {n} notations of dates, each of them clear");
            site.finding("mixed-dates", message, *n, None)
        }
        Notice::NotDates { count, sample, format, nulled } => {
            unreadable(site, *count, sample, format.as_deref(), *nulled)
        }
    }
}

fn separators(site: &Site, tally: &Tally, separator: char) -> Finding {
    let at = tally.first.as_ref().map_or(String::new(), |(place, text)| site.first(*place, text));
    let marks = if separator == ',' { "commas" } else { "points" };
    let message = format!(
        "{} holds {marks} in {} {at} that may part decimals or thousands, left as text",
        site.title(),
        rows(tally.count)
    );
    let finding = site.finding("numbers-in-text", message, tally.count, tally.first.as_ref().map(|(place, _)| *place));
    finding.hint(format!("add `decimal = \",\"` or `decimal = \".\"` to source `{}`", site.source))
}

fn ambiguous(site: &Site, dates: &Tally, separator: char, short_year: bool) -> Finding {
    let year = if short_year { "%y" } else { "%Y" };
    let day_first = format!("date_format = \"%d{separator}%m{separator}{year}\"");
    let month_first = format!("date_format = \"%m{separator}%d{separator}{year}\"");
    let at = dates.first.as_ref().map_or(String::new(), |(place, text)| site.first(*place, text));
    let message =
        format!("{} holds dates whose day and month cannot be told apart in {} {at}", site.title(), rows(dates.count));
    let hint = format!("{}, or `{month_first}` if the month comes first", site.setting(&day_first));
    site.finding("ambiguous-dates", message, dates.count, dates.first.as_ref().map(|(place, _)| *place)).hint(hint)
}

fn unreadable(site: &Site, count: u64, sample: &Sample, format: Option<&str>, nulled: bool) -> Finding {
    let expected = format.map_or("dates".to_owned(), |format| format!("dates like `{format}`"));
    let end = if nulled { "; these were taken as missing" } else { "" };
    let message = format!("{} holds {} {}, expected {expected}{end}", site.title(), texts(count), site.sample(sample));
    let finding = site.finding("unreadable-dates", message, count, sample.first).severity(Severity::Warning);
    finding.hint(site.setting(&format!("missing = [{}]", listed(sample))))
}

fn texts(count: u64) -> String {
    format!("other text in {}", rows(count))
}

/// `1 row`, `3 rows`
pub fn rows(count: u64) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}

fn listed(sample: &Sample) -> String {
    sample.most_frequent().into_iter().map(|(text, _)| toml_text(text)).collect::<Vec<_>>().join(", ")
}

fn shortened(text: &str) -> String {
    let plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if plain.chars().count() <= 40 { plain } else { plain.chars().take(39).chain(['…']).collect() }
}
