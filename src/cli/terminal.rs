//! What people see: standard error for people, standard output for data.

use std::io::{self, ErrorKind, IsTerminal, Write};

use serde_json::{Value, json};

use super::arguments::Global;
use super::progress::Bars;
use super::story::{self, Group, Telling};
use super::summary::{Told, json_summary};
use crate::base::progress::Silent;
use crate::base::{Error, Finding, Progress, Result, Severity};

/// Whom a command speaks to, and how.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    pub quiet: bool,
    pub json: bool,
    /// Whether standard error may be colored.
    pub color: bool,
    /// How data for people looks.
    pub look: Look,
    /// Whether somebody watches.
    watched: bool,
}

/// How text on standard output may look.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Letters of a line.
    pub width: usize,
    pub color: bool,
}

/// Letters of a line that goes to no terminal, or to one that does not tell.
const WIDTH: usize = 100;
/// Longer lines are hard to read.
const WIDTH_MAX: usize = 120;

/// Standard output, as long as somebody reads it.
pub struct DataOut(io::BufWriter<io::Stdout>);

impl Write for DataOut {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        unless_left(self.0.write(bytes), bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        unless_left(self.0.flush(), ())
    }
}

/// What was written, or `whole` where the reader has left.
fn unless_left<T>(written: io::Result<T>, whole: T) -> io::Result<T> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(whole),
        written => written,
    }
}

impl Look {
    fn of_standard_output(may_color: bool) -> Self {
        let is_terminal = io::stdout().is_terminal();
        let size = console::Term::stdout().size_checked().filter(|_| is_terminal);
        let width = size.map_or(WIDTH, |(_, columns)| usize::from(columns).min(WIDTH_MAX));
        Self { width, color: is_terminal && may_color }
    }
}

impl Terminal {
    pub fn new(global: &Global) -> Self {
        let watched = io::stderr().is_terminal();
        let plain =
            |variable: &str, meaning: fn(&str) -> bool| std::env::var(variable).is_ok_and(|value| meaning(&value));
        // https://no-color.org: set to anything but nothing
        let plain = global.no_color || plain("NO_COLOR", |v| !v.is_empty()) || plain("TERM", |v| v == "dumb");
        let look = Look::of_standard_output(!plain);
        Self { quiet: global.quiet, json: global.json, color: watched && !plain, look, watched }
    }

    /// A line for people.
    pub fn tell(&self, line: &str) {
        if !self.quiet && !self.json {
            // standard error may be closed; there is nobody to tell then
            let _ = writeln!(io::stderr(), "{line}");
        }
    }

    /// Standard output for data that comes piece by piece. A reader that has seen enough and left is no error.
    pub fn data_out(&self) -> DataOut {
        DataOut(io::BufWriter::new(io::stdout()))
    }

    /// Data, to standard output.
    ///
    /// # Errors
    /// It cannot be written; a reader that has seen enough and left is none.
    pub fn data(&self, bytes: &[u8]) -> Result<()> {
        let mut out = io::stdout().lock();
        match out.write_all(bytes).and_then(|()| out.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(Error::new(format!("standard output cannot be written: {error}")))
            }
            _ => Ok(()),
        }
    }

    /// One JSON object, to standard output.
    ///
    /// # Errors
    /// As [`Terminal::data`].
    pub fn object(&self, value: &Value) -> Result<()> {
        self.data(format!("{value:#}\n").as_bytes())
    }

    /// What came of all stakeholder groups: their story to people, the one object to programs. Errors are told in any
    /// case.
    ///
    /// # Errors
    /// As [`Terminal::data`].
    pub fn groups(&self, groups: &[Group], told: &Told, telling: &Telling) -> Result<()> {
        if self.quiet || self.json {
            groups.iter().filter_map(|group| group.error.as_ref()).for_each(|error| self.tell_error(error));
        }
        if self.json {
            return self.object(&json_summary(told, groups));
        }
        let of_all: Vec<&Finding> = told.findings.iter().filter(|finding| finding.stakeholders.is_none()).collect();
        for line in story::finding_texts(&of_all, telling) {
            self.tell(&format!("  {line}"));
        }
        let lines = groups.iter().flat_map(|group| story::group_lines(group, told.findings, told.stages, telling));
        lines.for_each(|line| self.tell(&line));
        Ok(())
    }

    /// A stop: to people in any case, and to programs that asked for JSON.
    pub fn error(&self, error: &Error) {
        self.tell_error(error);
        if self.json {
            let _ = self.object(&error_json(error));
        }
    }

    /// What went wrong, to people in any case.
    pub fn tell_error(&self, error: &Error) {
        let _ = write!(io::stderr(), "{}", error_lines(error, self.color));
    }

    /// Bars where somebody watches, else nothing.
    pub fn progress(&self) -> Box<dyn Progress> {
        if self.watched && !self.quiet && !self.json { Box::new(Bars::default()) } else { Box::new(Silent) }
    }
}

/// `error: …` and `hint: …`, a line each, for all problems.
pub fn error_lines(error: &Error, color: bool) -> String {
    let mut lines = Vec::new();
    for problem in &error.problems {
        lines.push(format!("{}: {}\n", word(Severity::Error, color), problem.message));
        lines.extend(problem.hint.iter().map(|hint| format!("{}: {hint}\n", paint("hint", "36", color))));
    }
    lines.concat()
}

/// The `--json` object of a command that stopped.
pub fn error_json(error: &Error) -> Value {
    let problem = |problem: &crate::base::error::Problem| json!({ "message": problem.message, "hint": problem.hint });
    json!({ "errors": error.problems.iter().map(problem).collect::<Vec<_>>(), "exit": super::exit::FAILED })
}

/// `warning: … (10,831, first: row 2)`: count and first row are added where the sentence does not tell them itself.
pub fn finding_line(finding: &Finding, color: bool) -> String {
    let message = &finding.message;
    let mut extra = Vec::new();
    if let Some(count) = finding.count.filter(|count| *count > 1 && !tells(message, *count)) {
        extra.push(grouped(count));
    }
    if let Some(row) = finding.first_row.filter(|row| !tells(message, *row)) {
        extra.push(format!("first: row {}", grouped(row)));
    }
    let extra = if extra.is_empty() { String::new() } else { format!(" ({})", extra.join(", ")) };
    format!("{}: {message}{extra}", word(finding.severity, color))
}

/// Whether a sentence holds a number, with or without separators, as a number of its own.
fn tells(message: &str, number: u64) -> bool {
    let plain = message.replace(',', "");
    let number = number.to_string();
    plain.split(|c: char| !c.is_ascii_digit()).any(|digits| digits == number)
}

fn word(severity: Severity, color: bool) -> String {
    let code = match severity {
        Severity::Error => "1;31",
        Severity::Warning => "1;33",
        Severity::Info => "36",
    };
    paint(severity.name(), code, color)
}

/// A text in a color, or in none.
pub fn paint(text: &str, code: &str, color: bool) -> String {
    if color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// A number with its thousands set apart by commas.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
