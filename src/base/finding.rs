//! Findings: problems that we can describe and go on with. The same value is shown in the terminal, the report and the manifest.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Info,
    /// Reported everywhere; the run goes on.
    Warning,
    /// Stops its stakeholder group; the others finish.
    Error,
}

impl Severity {
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Stable name in kebab-case, one of [`CODES`].
    pub code: String,
    pub severity: Severity,
    /// The stakeholder group; filled in by the pipeline.
    pub stakeholders: Option<String>,
    /// The named source, where the problem sits in one.
    pub source: Option<String>,
    pub column: Option<String>,
    /// How many rows (or columns, files, levels) are touched.
    pub count: Option<u64>,
    /// The first such row: as numbered in the file, its header being row 1; after `sql`, in the query's result likewise.
    pub first_row: Option<u64>,
    /// One sentence in lower case without a full stop, with back-ticks round the user's own things.
    pub message: String,
    /// What the user can type to mend it.
    pub hint: Option<String>,
}

impl Finding {
    /// A finding of the code's default severity.
    ///
    /// A code that is not in [`CODES`] counts as a warning; a test keeps that from happening.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        let severity = CODES.iter().find(|known| known.code == code).map_or(Severity::Warning, |known| known.severity);
        Self {
            code: code.to_owned(),
            severity,
            stakeholders: None,
            source: None,
            column: None,
            count: None,
            first_row: None,
            message: message.into(),
            hint: None,
        }
    }

    #[must_use]
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.source = Some(source.into());
        self
    }

    #[must_use]
    pub fn column(mut self, column: impl Into<String>) -> Self {
        self.column = Some(column.into());
        self
    }

    #[must_use]
    pub fn count(mut self, count: usize) -> Self {
        self.count = Some(count as u64);
        self
    }

    #[must_use]
    pub fn first_row(mut self, row: usize) -> Self {
        self.first_row = Some(row as u64);
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    #[must_use]
    pub fn hint_opt(self, hint: Option<String>) -> Self {
        Self { hint: hint.or(self.hint.clone()), ..self }
    }

    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }
}

/// One kind of finding.
pub struct Code {
    pub code: &'static str,
    /// Unless the config says otherwise.
    pub severity: Severity,
    /// What it means, for the docs and the auditor.
    pub meaning: &'static str,
}

const fn code(code: &'static str, severity: Severity, meaning: &'static str) -> Code {
    Code { code, severity, meaning }
}

/// Every kind of finding that exists.
pub const CODES: &[Code] = {
    use Severity::{Error, Info, Warning};
    &[
        // reading
        code("encoding-guessed", Warning, "the file is not UTF-8 and was read as Windows-1252"),
        code("delimiter-guessed", Info, "the field delimiter is not a comma and was found by looking"),
        code("duplicate-header", Warning, "a column name stands more than once in the header"),
        code("near-names", Warning, "files of one source spell a column differently"),
        code("missing-columns", Warning, "files of one source do not have the same columns"),
        code("numbers-in-text", Warning, "a column of numbers holds text in a few rows"),
        code("ambiguous-dates", Error, "day and month of a date column cannot be told apart"),
        code("mixed-dates", Warning, "a date column mixes several formats"),
        code("unreadable-dates", Warning, "a date column holds values that are not dates"),
        code("blank-values", Info, "blank strings were taken as missing"),
        code("unused-markers", Info, "a declared marker of missing values stands nowhere"),
        code("header-doubtful", Warning, "the first row was read as names, but looks like values"),
        code("rows-in-quotes", Warning, "a quoted field spans lines that look like rows"),
        code("excel-errors", Warning, "an Excel column holds error values such as #N/A, taken as missing"),
        code("nested-column", Warning, "a column of lists or structs was left out"),
        code("empty-rows", Info, "rows without any value were left out"),
        // contract
        code("no-id", Warning, "no id column is declared; the row number stands in"),
        code("missing-keys", Error, "rows without an id"),
        code("duplicate-keys", Error, "more than one row for a key"),
        code("multiplied-rows", Error, "a join multiplied rows: a source holds several rows for a key"),
        code("duplicate-rows", Info, "rows equal in all columns but the key"),
        code("many-duplicate-rows", Warning, "over 20 % of rows equal another in all columns but the key"),
        code("few-patterns", Info, "rows with equal features are too many to be accidental copies"),
        code(
            "outcome-levels",
            Error,
            "the outcome column holds values that are declared neither adverse nor favorable",
        ),
        code("one-class-outcome", Error, "all known outcomes are the same"),
        code("no-history", Error, "no row has a known outcome"),
        code("few-outcomes", Warning, "too few subjects or outcomes for firm figures"),
        code("history-only", Info, "no outcome is open: history is reported, each row by a model that did not see it"),
        code("immature-rows", Info, "rows whose horizon has not passed yet are left out"),
        code("superseded-rows", Info, "open rows that are not the latest of their id are left out"),
        code("all-missing", Warning, "a column without any value"),
        code("mostly-missing", Warning, "a column that is blank in most rows"),
        code("constant-column", Warning, "a column with a single value"),
        code("identifier-column", Warning, "a column that looks like an identifier"),
        code("late-dates", Warning, "dates after the row's own time: they may tell the outcome"),
        code("missing-times", Error, "rows without a time"),
        code("leak", Warning, "a column that nearly repeats the outcome"),
        code("collinear", Info, "a column that other columns determine exactly"),
        code("negative-value", Warning, "negative money per subject"),
        code("free-text", Info, "a text column that the model does not use"),
        // features and training
        code("rare-levels", Info, "levels with few subjects were pooled"),
        code("unseen-levels", Warning, "levels that the model never saw in training"),
        code(
            "extreme-values",
            Warning,
            "numbers out of all proportion to the rest of their column count as the end of its range",
        ),
        code("no-features", Error, "no column is left for the model"),
        code("sampled-fit", Info, "the model was fitted on a sample of the rows"),
        code("not-calibrated", Warning, "too few outcomes to calibrate by: the scores are the model's own"),
        code("simple-models", Info, "too little to learn from: only the simplest models were asked"),
        code("unsettled-family", Warning, "most of history is scored by other families of models than new subjects"),
        code("edited-model", Info, "terms of the models were changed by hand, as the config says"),
        code("direction-violated", Warning, "the model moves against a declared direction for some rows"),
        code("no-signal", Warning, "the model does not tell those with the outcome from those without"),
        code("no-score", Error, "higher margins do not go with a higher rate of the outcome"),
        code("tied-capacity", Warning, "too many subjects share the score at which the capacity ends"),
        code("shifted-column", Warning, "today's subjects are distributed otherwise than history"),
        code("reused-model", Info, "an earlier model scored, none was trained"),
        code("model-outgrown", Warning, "an earlier model no longer fits config or table, so a new one was trained"),
        code(
            "followed-cover",
            Info,
            "trees are too deep to be attributed against a background: their paths are followed",
        ),
        code("stopped-early", Warning, "a model trained elsewhere keeps trees beyond its best iteration"),
        code("no-actions", Info, "nothing that the business may change lowers a score"),
        code("weak-explanations", Warning, "explanations fall short of a limit of `quality`"),
        code("in-sample", Warning, "a saved model scored rows that it was trained on, or cannot tell which"),
        // audit
        code("one-group", Warning, "a sensitive feature has a single group"),
        code("control-unused", Info, "a factor that the audit controls for is not there, or parts nobody or everybody"),
        code("disparity", Warning, "the audit finds groups apart by more than the policy's limits"),
        code("control-unused", Info, "a factor that the audit controls for is not there, or parts nobody or everybody"),
        code("many-groups", Warning, "a sensitive feature has too many groups to compare"),
        code("small-groups", Info, "groups too small to be published"),
        code("categories-left-out", Info, "the impact ratio of the scoring rate leaves groups out"),
        code("sensitive-missing", Warning, "a sensitive column has no values"),
        code("proxy", Warning, "a column that drives scores tells which protected group somebody belongs to"),
        code("uneven-actions", Warning, "one group is offered actions less often than the one it is compared with"),
        code("weak-slice", Warning, "risks are wrong for subjects that have something in common"),
        code(
            "mitigated-model",
            Info,
            "the model is mitigated, as the config says: columns, weights or terms were changed",
        ),
        code("group-thresholds", Warning, "who is selected depends on a sensitive feature: each group has its own cut"),
        code("unknown-reference", Warning, "the reference group that the config names does not exist"),
        // a table from elsewhere
        code("unknown-outcomes", Warning, "rows whose outcome is not known are told apart"),
        code("unscored-rows", Warning, "rows without a score or decision are left out"),
        code("no-risks", Info, "scores are no probabilities, so nothing is told of calibration"),
        code("no-choice", Warning, "everybody is selected, or nobody"),
        code("repeated-ids", Info, "ids or entities repeat, so intervals and tests are clustered"),
        code("undeclared-group", Warning, "the declared population does not name a group that is in the data"),
        code("representation", Warning, "the shares of groups are not those of the declared population"),
        code("missing-by-group", Info, "values are missing more often for one group than for the others"),
        code("outcome-by-group", Info, "the outcome is unknown more often for one group than for the others"),
        // report and run
        code("plain-pdf", Warning, "a PDF could be made, but neither archival (PDF/A-3) nor accessible (PDF/UA-1)"),
        code("no-sensitive", Warning, "no sensitive feature is declared, so nothing was audited"),
        code("group-failed", Error, "a stakeholder group could not be done"),
    ]
};
