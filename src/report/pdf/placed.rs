//! Charts as pages place them.

use serde::Serialize;

use crate::report::chart::Chart;

/// A chart as a page places it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Image {
    pub file: String,
    pub alt: String,
    /// In points.
    pub width: f64,
}

impl Image {
    /// The chart of a group by name, where it exists.
    pub fn find(charts: &[Chart], group: usize, name: &str) -> Option<Self> {
        let chart = charts.iter().find(|chart| chart.name == name)?;
        let width = f64::from(chart.width) * 0.75;
        Some(Self { file: file_name(group, name), alt: chart.alt.clone(), width })
    }
}

/// The name under which a page finds a chart.
pub fn file_name(group: usize, chart: &str) -> String {
    format!("chart-{group}-{chart}.svg")
}
