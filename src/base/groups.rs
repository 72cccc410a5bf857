//! Protected groups: who belongs to which.

/// More groups of one feature are not compared, nor crossed with those of another: that many are an identifier.
pub const GROUPS_MAX: usize = 50;

/// One sensitive feature, or a crossing of several, as a partition of the table's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grouping {
    /// `gender`, or `gender × age` for a crossing.
    pub feature: String,
    /// The sensitive columns that make it, one for a plain feature.
    pub columns: Vec<String>,
    /// Names of the groups in the order of the codes: `F`, `30–44`, `F × 30–44`, `(missing)`.
    pub groups: Vec<String>,
    /// The group of each row of the table.
    pub member: Vec<u32>,
}
