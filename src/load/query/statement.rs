//! What a query says about its sources, before it is run.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use polars::prelude::DataFrame;
use sqlparser::ast::{
    BinaryOperator, Expr, GroupByExpr, JoinConstraint, JoinOperator, ObjectName, Query, SetExpr, Statement,
    TableFactor, TableWithJoins, visit_expressions, visit_relations,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserOptions};

use crate::base::error::nearest;
use crate::base::{Error, Result};

/// The sources of a query and how they are joined.
#[derive(Debug, Default)]
pub struct Shape {
    /// The source that stands first after `from`, where it is one.
    pub base: Option<String>,
    /// Sources joined to it as they are, with the columns they are joined by where the query names them.
    pub joined: Vec<(String, Vec<String>)>,
    /// Whether only a multiplying join can make the result longer than the base: one `select` without `group by`, from
    /// the base and inner or left joins.
    pub lengthens_by_joins_only: bool,
}

/// Checks that the query is one `select` over known sources.
pub fn parse(sql: &str, frames: &[(String, DataFrame)]) -> Result<Shape> {
    let options = ParserOptions::new().with_trailing_commas(true);
    let parsed = Parser::new(&GenericDialect {}).with_options(options).try_with_sql(sql);
    let statements =
        parsed.and_then(|mut parser| parser.parse_statements()).map_err(|error| syntax(&error.to_string(), frames))?;
    let query = match statements.as_slice() {
        [Statement::Query(query)] => query,
        [_] => return Err(Error::new("`sql` is not a `select`").hint("write one `select … from …`")),
        all => {
            return Err(Error::new(format!("`sql` holds {} statements, expected one", all.len()))
                .hint("write one `select … from …`"));
        }
    };
    check_relations(query, frames)?;
    Ok(shape(query, frames))
}

fn syntax(error: &str, frames: &[(String, DataFrame)]) -> Error {
    const KEYWORDS: [&str; 12] =
        ["order", "group", "select", "from", "where", "join", "table", "user", "values", "case", "end", "left"];
    let line = error.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.trim_start_matches("sql parser error: ");
    let keyword = frames.iter().find(|(name, _)| KEYWORDS.contains(&name.to_lowercase().as_str()));
    let hint = match keyword {
        Some((name, _)) => format!("`{name}` is a word of SQL: quote the source as `\"{name}\"`"),
        None => "check commas, quotes and parentheses near there".to_owned(),
    };
    Error::new(format!("`sql` cannot be read: {line}")).hint(hint)
}

fn check_relations(query: &Query, frames: &[(String, DataFrame)]) -> Result<()> {
    let defined = |name: &str| {
        let tables = query.with.iter().flat_map(|with| &with.cte_tables);
        tables.into_iter().any(|table| table.alias.name.value.eq_ignore_ascii_case(name))
    };
    let known = |name: &str| frames.iter().any(|(known, _)| known == name);
    let flow = visit_relations(query, |relation| {
        let name = last(relation);
        if known(&name) || defined(&name) { ControlFlow::Continue(()) } else { ControlFlow::Break(name) }
    });
    let ControlFlow::Break(name) = flow else {
        return Ok(());
    };
    let names: Vec<&str> = frames.iter().map(|(name, _)| name.as_str()).collect();
    let listed =
        || format!("the sources are {}", names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "));
    let hint = nearest(&name, names.iter().copied()).map_or_else(listed, |near| format!("did you mean `{near}`?"));
    Err(Error::new(format!("`sql` names table `{name}`, which is no source")).hint(hint))
}

fn last(name: &ObjectName) -> String {
    name.0.last().and_then(|part| part.as_ident()).map_or_else(String::new, |ident| ident.value.clone())
}

fn shape(query: &Query, frames: &[(String, DataFrame)]) -> Shape {
    let SetExpr::Select(select) = query.body.as_ref() else {
        return Shape::default();
    };
    let Some(TableWithJoins { relation, joins }) = select.from.first() else {
        return Shape::default();
    };
    let source = |factor: &TableFactor| {
        let TableFactor::Table { name, alias, .. } = factor else {
            return None;
        };
        let name = last(name);
        let alias = alias.as_ref().map_or_else(|| name.clone(), |alias| alias.name.value.clone());
        frames.iter().any(|(known, _)| *known == name).then_some((name, alias))
    };
    let equated = equated(query);
    let lengthens_by_joins_only = select.from.len() == 1
        && !joins.is_empty()
        && matches!(&select.group_by, GroupByExpr::Expressions(keys, _) if keys.is_empty())
        && joins.iter().all(|join| keeps_base(&join.join_operator) && !is_unnested(&join.relation));
    let base = source(relation).map(|(name, _)| name);
    let mut shape = Shape { base, joined: Vec::new(), lengthens_by_joins_only };
    for join in joins {
        if let Some((name, alias)) = source(&join.relation) {
            let using = using(&join.join_operator);
            let columns = if using.is_empty() { equated.get(&alias).cloned().unwrap_or_default() } else { using };
            shape.joined.push((name, columns));
        }
    }
    shape
}

/// Whether a join only gives rows of what stands before it, each once or several times.
fn keeps_base(operator: &JoinOperator) -> bool {
    matches!(
        operator,
        JoinOperator::Join(_)
            | JoinOperator::Inner(_)
            | JoinOperator::Left(_)
            | JoinOperator::LeftOuter(_)
            | JoinOperator::CrossJoin(_)
    )
}

/// Whether a relation is made to lengthen the table.
fn is_unnested(factor: &TableFactor) -> bool {
    !matches!(factor, TableFactor::Table { args: None, .. } | TableFactor::Derived { .. })
}

fn using(operator: &JoinOperator) -> Vec<String> {
    let constraint = match operator {
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint) => constraint,
        _ => return Vec::new(),
    };
    match constraint {
        JoinConstraint::Using(names) => names.iter().map(last).collect(),
        _ => Vec::new(),
    }
}

/// Names of columns that the query equates with one of the `keys`, or with such a column, and the keys themselves; what is
/// wrong with the query is told when it is run.
pub fn keys(sql: &str, keys: &[&str]) -> Vec<String> {
    let options = ParserOptions::new().with_trailing_commas(true);
    let parsed = Parser::new(&GenericDialect {}).with_options(options).try_with_sql(sql);
    let statements = parsed.and_then(|mut parser| parser.parse_statements()).unwrap_or_default();
    let mut pairs: Vec<[String; 2]> = Vec::new();
    let _: ControlFlow<()> = visit_expressions(&statements, |expr| {
        if let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = expr {
            pairs.extend(column(left).zip(column(right)).map(|(left, right)| [left, right]));
        }
        ControlFlow::Continue(())
    });
    let mut known: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
    let next = |known: &[String]| {
        let other = |[a, b]: &[String; 2]| match (known.contains(a), known.contains(b)) {
            (true, false) => Some(b.clone()),
            (false, true) => Some(a.clone()),
            _ => None,
        };
        pairs.iter().find_map(other)
    };
    while let Some(name) = next(&known) {
        known.push(name);
    }
    known
}

fn column(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Identifier(name) => Some(name.value.clone()),
        Expr::CompoundIdentifier(parts) => parts.last().map(|name| name.value.clone()),
        _ => None,
    }
}

/// Columns that the query equates with another table's, by alias.
fn equated(query: &Query) -> BTreeMap<String, Vec<String>> {
    let mut columns: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let _: ControlFlow<()> = visit_expressions(query, |expr| {
        if let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = expr {
            for side in [left, right] {
                if let Expr::CompoundIdentifier(parts) = side.as_ref()
                    && let [table, column] = parts.as_slice()
                {
                    columns.entry(table.value.clone()).or_default().push(column.value.clone());
                }
            }
        }
        ControlFlow::Continue(())
    });
    columns
}
