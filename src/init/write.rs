//! The proposal as a commented TOML file.

use std::fmt::Write as _;

use super::guess::{Because, Sensitive};
use super::names::{self, words};
use super::{Entity, Found, Looked, sheets};

/// A basic string of TOML.
pub(super) fn text(value: &str) -> String {
    let mut quoted = String::from("\"");
    for c in value.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

/// A key of TOML: bare where it can be.
fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if bare { name.to_owned() } else { text(name) }
}

/// What follows `#` stays on its line.
fn comment(note: &str) -> String {
    note.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Lower-case letters and digits, all else as single `separator`.
pub(super) fn slug(name: &str, separator: char) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(&separator.to_string())
}

/// The whole file.
pub(super) fn file(found: &Found<'_>, schema_path: &str) -> String {
    let mut toml = String::new();
    // a line break in the name of a folder must not end the comment
    let _ = writeln!(toml, "#:schema {}", comment(schema_path));
    if !found.notes.is_empty() {
        toml.push_str("\n# While reading:\n");
    }
    for note in &found.notes {
        let _ = writeln!(toml, "# {}", comment(note));
    }
    portfolio(&mut toml, found);
    roles(&mut toml, found);
    outcome(&mut toml, found);
    lists(&mut toml, found);
    use_of_scores(&mut toml, found);
    sources(&mut toml, found);
    columns(&mut toml, found);
    toml
}

fn portfolio(toml: &mut String, found: &Found<'_>) {
    let _ = write!(
        toml,
        "\n[portfolio]\nname = {}   # the folder of its reports\ntitle = {}\nas_of = \"today\"   # or a date, such as 2026-06-30\ncurrency = \"EUR\"\nreports = \"reports\"\n",
        text(&found.portfolio),
        text(&names::label(&found.portfolio).unwrap_or_else(|| found.portfolio.clone()))
    );
}

fn roles(toml: &mut String, found: &Found<'_>) {
    let _ = write!(
        toml,
        "\n[[stakeholders]]\nname = {}\nsubject = {}   # the noun in sentences\n",
        text(&found.group),
        text(found.subject)
    );
    match &found.id {
        Some(id) => role(toml, "id", id),
        None => toml.push_str("# no column is unique and never blank: the row number stands in for `id`\n"),
    }
    if let Some(time) = &found.time {
        role(toml, "time", time);
    }
    if let [first, others @ ..] = found.dates.as_slice() {
        let others =
            if others.is_empty() { String::new() } else { format!("; other dates: {}", comment(&others.join(", "))) };
        let _ = writeln!(
            toml,
            "# time = {}   # with it, folds expand forward and the key is (id, time){others}",
            text(first)
        );
    }
    match &found.entity {
        Some(Entity::Mentioned(entity)) => {
            let _ = writeln!(toml, "# entity = {}   # {}", text(&entity.column), comment(&entity.reason));
        }
        Some(Entity::Live(entity, near_id)) => {
            if let Some(why_not) = near_id {
                let _ = writeln!(toml, "# id = {}   # {}", text(&entity.column), comment(why_not));
            }
            role(toml, "entity", entity);
        }
        None => {}
    }
}

fn role(toml: &mut String, key: &str, because: &Because) {
    let _ = writeln!(toml, "{key} = {}   # {}", text(&because.column), comment(&because.reason));
}

fn outcome(toml: &mut String, found: &Found<'_>) {
    let outcome = &found.outcome;
    let open = if outcome.n_open > 0 {
        format!("; {} rows are open", super::thousands(outcome.n_open))
    } else {
        String::new()
    };
    let verb = found.verb.map_or_else(String::new, |verb| format!(", verb = {}", text(verb)));
    if let Some((third, n_rows)) = &outcome.third {
        let (third, rows) = (comment(third), super::thousands(*n_rows));
        let _ = writeln!(
            toml,
            "# CHECK the third level: `{third}` ({rows} rows) is taken as open by `missing` below; if it is known not to have\n# happened there, add it to `favorable` and take it out of `missing`"
        );
    }
    let _ = write!(
        toml,
        "# {}\n# {:.1} % of the rows are `{}`{open}. Add `horizon = \"90 days\"` for the time within which it counts.\noutcome = {{ column = {}, adverse = [{}], favorable = [{}]{verb} }}\n",
        comment(&outcome.reason),
        100.0 * outcome.rate,
        comment(&outcome.adverse),
        text(&outcome.column),
        text(&outcome.adverse),
        text(&outcome.favorable),
    );
    match &found.value {
        Some((value, false)) => role(toml, "value", value),
        Some((value, true)) => {
            let column = text(&value.column);
            let _ = writeln!(
                toml,
                "# value = {column}   # named like money, but read as text: see above, and mend that first"
            );
        }
        None => toml.push_str("# value = \"yearly_revenue\"   # no column is named like money\n"),
    }
}

fn lists(toml: &mut String, found: &Found<'_>) {
    if found.sensitive.is_empty() {
        toml.push_str("# no column is named like a protected feature; without one nothing is audited\n");
    }
    toml.push_str("# audited, and kept from the model unless `use = true`\nsensitive = [\n");
    found.sensitive.iter().for_each(|one| sensitive(toml, one));
    toml.push_str("]\n# seen by neither model nor audit\nexclude = [\n");
    for one in &found.exclude {
        let _ = writeln!(toml, "  {},   # {}", text(&one.column), comment(&one.reason));
    }
    let _ = write!(toml, "]\nduplicates = \"together\"   # {}\n", comment(&found.duplicates));
    let _ = write!(
        toml,
        "bands = {{ elevated = 0.2, high = 0.5, critical = 0.8 }}   # risk; or {{ capacity = 200 }}\nselection = {{ from = \"high\", effect = \"{}\" }}   # whether being selected helps (benefit) or harms (burden)\n",
        if found.subject == "supplier" { "burden" } else { "benefit" },
    );
}

fn sensitive(toml: &mut String, one: &Sensitive) {
    let column = text(&one.column);
    match (&one.doubt, one.bins.as_slice()) {
        (Some(doubt), _) => {
            let _ = writeln!(toml, "  # {column},   # {}", comment(doubt));
        }
        (None, []) => {
            let _ = writeln!(toml, "  {column},");
        }
        (None, bins) => {
            let bins: Vec<String> = bins.iter().map(ToString::to_string).collect();
            let _ = writeln!(toml, "  {{ column = {column}, bins = [{}] }},", bins.join(", "));
        }
    }
}

fn use_of_scores(toml: &mut String, found: &Found<'_>) {
    let (sign, purpose, decides, contact) = match found.subject {
        "employee" => ("", "stay interviews", "team lead", "hr@example.com"),
        "supplier" | "order" => ("# ", "supplier talks", "head of purchasing", "purchasing@example.com"),
        _ => ("# ", "retention calls", "store manager", "trust@example.com"),
    };
    if sign.is_empty() {
        toml.push_str("# required for employees: replace this by what is true\n");
    }
    let _ =
        writeln!(toml, "{sign}use = {{ purpose = \"{purpose}\", decides = \"{decides}\", contact = \"{contact}\" }}");
}

fn sources(toml: &mut String, found: &Found<'_>) {
    if let Some(sql) = &found.sql {
        let quoted = sql.replace('\\', "\\\\").replace("\"\"\"", "\"\"\\\"");
        let _ = writeln!(
            toml,
            "# one row per key: of a table with several rows per key, the highest number is taken\nsql = \"\"\"\n{quoted}\n\"\"\""
        );
    }
    toml.push_str("\n[stakeholders.sources]\n");
    for Looked { source, path, .. } in found.tables {
        let _ = match sheets::split(path) {
            Some((book, sheet)) => {
                let book = text(&book.to_string_lossy());
                writeln!(toml, "{} = {{ path = {book}, sheet = {} }}", key(source), text(&sheet))
            }
            None => writeln!(toml, "{} = {}", key(source), text(&path.to_string_lossy())),
        };
    }
    if let Some((third, _)) = &found.outcome.third {
        let outcome = key(&found.outcome.column);
        let _ = write!(toml, "\n[stakeholders.columns.{outcome}]\nmissing = [{}]\n", text(third));
    }
}

/// Labels for names that do not read well, as lines to uncomment.
fn columns(toml: &mut String, found: &Found<'_>) {
    let labels: Vec<(&String, String)> =
        found.features.iter().filter_map(|name| Some((name, names::label(name)?))).collect();
    if labels.is_empty() {
        return;
    }
    toml.push_str("\n# How columns are called in reports, and to which pillar of trust they belong:\n# transparency, reliability, integrity, competence or empathy.\n");
    for (name, label) in labels {
        let _ = write!(toml, "\n# [stakeholders.columns.{}]\n# label = {}\n", comment(&key(name)), text(&label));
        let words = words(name);
        if let Some((pillar, _)) = names::PILLARS.iter().find(|(_, list)| names::any(&words, list)) {
            let _ = writeln!(toml, "# pillar = \"{pillar}\"");
        }
    }
}
