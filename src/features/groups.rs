//! Who belongs to which protected group.

use std::borrow::Cow;
use std::collections::BTreeMap;

use polars::prelude::DataType;

use super::{Segment, Settings};
use crate::base::error::nearest;
use crate::base::groups::{GROUPS_MAX, Grouping};
use crate::base::{Error, Result};
use crate::load::Table;

/// The group of those whose value is not known.
const MISSING_GROUP: &str = "(missing)";

/// Every sensitive feature, and every crossing of up to `settings.crossings` of those that have at most [`GROUPS_MAX`]
/// groups, as a partition of the rows.
///
/// # Errors
/// A binned column does not hold numbers.
pub fn groupings(table: &Table, settings: &Settings) -> Result<Vec<Grouping>> {
    let single: Vec<Grouping> =
        settings.sensitive.iter().map(|of| one(table, &of.column, &of.bins, "sensitive")).collect::<Result<_>>()?;
    let mut all = single.clone();
    let crossable = || single.iter().enumerate().filter(|(_, grouping)| grouping.groups.len() <= GROUPS_MAX);
    let mut previous: Vec<(usize, Grouping)> = crossable().map(|(index, grouping)| (index, grouping.clone())).collect();
    for _ in 1..settings.crossings {
        let mut next = Vec::new();
        for (last, grouping) in &previous {
            for (index, other) in crossable().filter(|(index, _)| index > last) {
                next.push((index, cross(grouping, other)));
            }
        }
        all.extend(next.iter().map(|(_, grouping)| grouping.clone()));
        previous = next;
    }
    Ok(all)
}

/// Every segment column as a partition of the rows.
///
/// # Errors
/// A column does not exist, or a binned one does not hold numbers.
pub fn segments(table: &Table, settings: &Settings) -> Result<Vec<Grouping>> {
    settings.segments.iter().map(|segment| one(table, &segment.column, &segment.bins, "segments")).collect()
}

/// Subjects that are alike in every legitimate factor, as a partition of the rows; `None` where no factor is declared.
///
/// The policy is that of all stakeholder groups: factors that the table does not have are left out.
///
/// # Errors
/// A binned column does not hold numbers.
pub fn control(table: &Table, settings: &Settings) -> Result<Option<Grouping>> {
    let is_known = |factor: &&Segment| table.columns.iter().any(|column| column.name == factor.column);
    let factors =
        settings.control.iter().filter(is_known).map(|factor| one(table, &factor.column, &factor.bins, "control"));
    let factors: Vec<Grouping> = factors.collect::<Result<_>>()?;
    Ok(factors.into_iter().reduce(|crossed, factor| cross(&crossed, &factor)))
}

fn one(table: &Table, column: &str, bins: &[f64], key: &str) -> Result<Grouping> {
    let names = || table.columns.iter().map(|column| column.name.as_str());
    if !names().any(|name| name == column) {
        let hint = nearest(column, names()).map(|near| format!("is it `{near}`?"));
        return Err(
            Error::new(format!("`{key}` names column `{column}`, which the table does not have")).hint_opt(hint)
        );
    }
    let unreadable = |error| Error::new(format!("column `{column}` cannot be read: {error}"));
    let series = table.frame.column(column).map_err(unreadable)?;
    let (feature, columns) = (column.to_owned(), vec![column.to_owned()]);
    if bins.is_empty() {
        let text = series.cast(&DataType::String).map_err(unreadable)?;
        let levels = text.str().map_err(unreadable)?.iter().map(|level| Cow::from(level.unwrap_or(MISSING_GROUP)));
        return Ok(partition(feature, columns, levels, &order(bins)));
    }
    if !series.dtype().is_primitive_numeric() {
        return Err(Error::new(format!("column `{column}` has `bins`, but does not hold numbers"))
            .hint(format!("write it as `\"{column}\"` in `{key}`, without `bins`")));
    }
    let numbers = series.cast(&DataType::Float64).map_err(unreadable)?;
    let labels: Vec<String> = labels(bins);
    let bin = |number: Option<f64>| {
        Cow::from(number.map_or(MISSING_GROUP, |x| labels[bins.partition_point(|cut| *cut <= x)].as_str()))
    };
    Ok(partition(feature, columns, numbers.f64().map_err(unreadable)?.iter().map(bin), &order(bins)))
}

/// Names of all bins, the lowest first.
fn labels(bins: &[f64]) -> Vec<String> {
    let below = bins.first().map(|first| bin_label(bins, first - 1.0));
    below.into_iter().chain(bins.iter().map(|cut| bin_label(bins, *cut))).collect()
}

/// Groups in the order of the bins, then by name; the missing last.
fn order(bins: &[f64]) -> BTreeMap<String, usize> {
    labels(bins).into_iter().zip(0..).collect()
}

/// Rows by the name of their group: numbered as they come, then in the order of the groups.
fn partition<'a>(
    feature: String,
    columns: Vec<String>,
    names: impl Iterator<Item = Cow<'a, str>>,
    order: &BTreeMap<String, usize>,
) -> Grouping {
    let mut first: BTreeMap<Cow<'a, str>, u32> = BTreeMap::new();
    let mut member: Vec<u32> = Vec::new();
    for name in names {
        let next = first.len() as u32;
        member.push(*first.entry(name).or_insert(next));
    }
    let mut groups: Vec<(Cow<'a, str>, u32)> = first.into_iter().collect();
    groups.sort_by_key(|(name, _)| (name == MISSING_GROUP, order.get(name.as_ref()).copied().unwrap_or(usize::MAX)));
    let mut code = vec![0; groups.len()];
    groups.iter().zip(0u32..).for_each(|((_, came), place)| code[*came as usize] = place);
    member.iter_mut().for_each(|member| *member = code[*member as usize]);
    Grouping { feature, columns, groups: groups.into_iter().map(|(name, _)| name.into_owned()).collect(), member }
}

fn cross(a: &Grouping, b: &Grouping) -> Grouping {
    let cells = || a.member.iter().copied().zip(b.member.iter().copied());
    let mut codes: BTreeMap<(u32, u32), u32> = cells().map(|cell| (cell, 0)).collect();
    codes.values_mut().zip(0..).for_each(|(code, place)| *code = place);
    let name = |(one, two): &(u32, u32)| format!("{} × {}", a.groups[*one as usize], b.groups[*two as usize]);
    Grouping {
        feature: format!("{} × {}", a.feature, b.feature),
        columns: a.columns.iter().chain(&b.columns).cloned().collect(),
        groups: codes.keys().map(name).collect(),
        member: cells().map(|cell| codes[&cell]).collect(),
    }
}

/// The name of a number's bin: `<30`, `30–44`, `45–59`, `60+`, closed on the left. Bins between whole cut points are
/// named by whole numbers.
pub fn bin_label(bins: &[f64], number: f64) -> String {
    let upper = bins.partition_point(|&cut| cut <= number);
    match (upper.checked_sub(1).and_then(|i| bins.get(i)), bins.get(upper)) {
        (None, Some(high)) => format!("<{high}"),
        (Some(low), None) => format!("{low}+"),
        (Some(low), Some(high)) if low.fract() == 0.0 && high.fract() == 0.0 => format!("{low}–{}", high - 1.0),
        (Some(low), Some(high)) => format!("{low}–<{high}"),
        (None, None) => String::new(),
    }
}
