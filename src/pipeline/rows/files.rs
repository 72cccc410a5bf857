//! The files that rows are written to, block by block.

use std::io::Write;

use super::{Explained, Scored, tables};
use crate::base::Result;
use crate::govern::Outputs;
use crate::report::tables::{Block, CsvSink, ParquetSink};

const SCORES: &str = "scores.parquet";
const SCORES_CSV: &str = "scores.csv";
const POINTS: &str = "attributions.parquet";
const MARGINS: &str = "attributions_margin.parquet";
const FEATURES: &str = "features.parquet";
const BY_PILLAR: &str = "attributions_pillars.parquet";

type Out = Box<dyn Write + Send>;
/// A pillar's name and its columns.
type Members = (String, Vec<usize>);

pub(super) struct Files {
    scores: ParquetSink<Out>,
    scores_csv: CsvSink<Out>,
    points: ParquetSink<Out>,
    margins: ParquetSink<Out>,
    features: ParquetSink<Out>,
    /// With the columns of each pillar; where columns have pillars.
    by_pillar: Option<(ParquetSink<Out>, Vec<Members>)>,
}

fn path(scored: &Scored<'_>, file: &str) -> String {
    format!("{}/{file}", scored.name)
}

impl Files {
    pub(super) fn create(scored: &Scored<'_>, outputs: &mut dyn Outputs) -> Result<Self> {
        let pillars = tables::pillars(scored);
        let mut create = |file: &str| outputs.create(&path(scored, file));
        Ok(Self {
            scores: ParquetSink::new(create(SCORES)?),
            scores_csv: CsvSink::new(create(SCORES_CSV)?, false),
            points: ParquetSink::new(create(POINTS)?),
            margins: ParquetSink::new(create(MARGINS)?),
            features: ParquetSink::new(create(FEATURES)?),
            by_pillar: match pillars.is_empty() {
                true => None,
                false => Some((ParquetSink::new(create(BY_PILLAR)?), pillars)),
            },
        })
    }

    pub(super) fn write_attributions(&mut self, block: &Explained, scored: &Scored<'_>, rows: &[u32]) -> Result<()> {
        let Self { points, margins, features, by_pillar, .. } = self;
        let (a, b) = rayon::join(
            || points.write(&block.points_table(scored, rows)),
            || {
                margins.write(&block.margins_table(scored, rows))?;
                features.write(&Explained::features_table(scored, rows))
            },
        );
        a.and(b)?;
        match by_pillar {
            Some((sink, pillars)) => sink.write(&block.pillars_table(scored, rows, pillars)),
            None => Ok(()),
        }
    }

    pub(super) fn write_scores(&mut self, table: &Block) -> Result<()> {
        let Self { scores, scores_csv, .. } = self;
        let (a, b) = rayon::join(|| scores.write(table), || scores_csv.write(table));
        a.and(b)
    }

    /// Ends all files and tells their rows.
    pub(super) fn finish(self, scored: &Scored<'_>, outputs: &mut dyn Outputs) -> Result<()> {
        let mut counts = vec![
            (SCORES, self.scores.finish()?),
            (SCORES_CSV, self.scores_csv.finish()?),
            (POINTS, self.points.finish()?),
            (MARGINS, self.margins.finish()?),
            (FEATURES, self.features.finish()?),
        ];
        if let Some((sink, _)) = self.by_pillar {
            counts.push((BY_PILLAR, sink.finish()?));
        }
        counts.into_iter().for_each(|(file, n)| outputs.rows(&path(scored, file), n));
        Ok(())
    }
}
