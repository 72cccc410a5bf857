//! What a column's name gives away.

/// The words of a name, in lower case: `customerID` → `customer id`, `Reached.on.Time_Y.N` → `reached on time y n`.
pub(super) fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (i, &c) in chars.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|i| chars.get(i)).copied();
        let after = chars.get(i + 1).copied();
        let starts = c.is_uppercase()
            && (before.is_some_and(|b| b.is_lowercase() || b.is_ascii_digit())
                || (before.is_some_and(char::is_uppercase) && after.is_some_and(char::is_lowercase)));
        if (!c.is_alphanumeric() || starts) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// A label for a name: `days_late` → `Days late`; `None` where the name reads well as it is.
pub(super) fn label(name: &str) -> Option<String> {
    let words = words(name);
    let mut chars = words.join(" ").chars().collect::<Vec<_>>().into_iter();
    let first = chars.next()?;
    let label: String = first.to_uppercase().chain(chars).collect();
    (label.to_lowercase() != name.to_lowercase()).then_some(label)
}

/// Whether any word of a name is one of a list; a list entry that ends in `…` is a beginning.
pub(super) fn any(words: &[String], list: &[&str]) -> bool {
    words.iter().any(|word| rank(word, list).is_some())
}

/// The place of a word in a list.
pub(super) fn rank(word: &str, list: &[&str]) -> Option<usize> {
    list.iter().position(|known| match known.strip_suffix('…') {
        Some(beginning) => word.starts_with(beginning),
        None => word == *known,
    })
}

/// Outcomes by name, those that can hardly be anything else first.
pub(super) const OUTCOMES: &[&str] = &[
    "churn…",
    "attrition",
    "exited",
    "left",
    "leaver",
    "turnover",
    "abwander…",
    "abgewander…",
    "gekündigt",
    "kündigung",
    "gekuendigt",
    "kuendigung",
    "ausgeschieden",
    "austritt",
    "default…",
    "ausfall",
    "late",
    "delayed",
    "verspätet",
    "verspaetet",
    "cancelled",
    "canceled",
    "terminated",
    "resigned",
    "fraud…",
    "recid…",
    "returned",
    "risk",
    "risiko",
    "outcome",
    "target",
    "label",
    "zielgröße",
    "ergebnis",
    "reached",
    "promoted",
    "retained",
    "renewed",
    "response",
    "class",
    "y",
    "status",
    "event",
];

/// Whether the word at a place in [`OUTCOMES`] tells which level is adverse; from `outcome` on it does not.
pub(super) fn tells(place: usize) -> bool {
    OUTCOMES.iter().position(|word| *word == "outcome").is_some_and(|neutral| place < neutral)
}

/// Words of an outcome that say that it is good to have it.
pub(super) const FAVORABLE: &[&str] =
    &["reached", "promoted", "retained", "renewed", "stayed", "active", "paid", "approved", "success…"];

/// Levels that say that the event happened.
pub(super) const YES: &[&str] = &[
    "1", "yes", "y", "true", "t", "ja", "j", "wahr", "churned", "left", "leaver", "late", "bad", "default", "exited",
    "positive",
];

/// Levels that say that it did not.
pub(super) const NO: &[&str] = &[
    "0", "-1", "no", "n", "false", "f", "nein", "falsch", "stayed", "active", "on time", "good", "retained", "negative",
];

/// Ids by name.
pub(super) const IDS: &[&str] =
    &["id", "ids", "uuid", "guid", "number", "no", "nr", "key", "code", "nummer", "kundennummer", "personalnummer"];

/// Persons and things that ids number.
pub(super) const NOUNS: &[(&str, &[&str])] = &[
    (
        "customer",
        &[
            "customer…",
            "client…",
            "kunde…",
            "subscriber…",
            "user…",
            "account…",
            "member…",
            "churn…",
            "telco",
            "telecom",
        ],
    ),
    ("employee", &["employee…", "emp", "staff", "hr", "attrition", "turnover", "worker…", "mitarbeiter…", "personal…"]),
    ("supplier", &["supplier…", "vendor…", "lieferant…"]),
    ("order", &["order…", "shipping", "shipment…", "delivery", "deliveries", "purchase…", "bestellung…"]),
];

/// Protected or close to it.
pub(super) const SENSITIVE: &[&str] = &[
    "gender",
    "geschlecht",
    "sex",
    "race",
    "ethnic…",
    "age",
    "alter",
    "dob",
    "birth…",
    "geburt…",
    "senior…",
    "marital…",
    "married",
    "familienstand",
    "dependent",
    "dependents",
    "partner",
    "children",
    "kinder",
    "religion",
    "konfession",
    "national…",
    "citizen…",
    "staatsang…",
    "native",
    "disab…",
    "behinder…",
    "schwerbehinder…",
    "pregnan…",
    "orientation",
    "veteran",
    "zip",
    "zipcode",
    "postal",
    "postcode",
    "plz",
];

/// Money by name, the best first.
pub(super) const MONEY: &[&str] = &[
    "clv", "cltv", "ltv", "revenue", "umsatz", "turnover", "spend", "spending", "sales", "charges", "billing", "fee",
    "fees", "income", "gehalt", "salary", "wage", "amount", "betrag", "price", "preis", "cost", "costs", "kosten",
];

/// Names of what is known only afterwards.
pub(super) const AFTERWARDS: &[&str] =
    &["reason", "reasons", "grund", "kündigungsgrund", "exit", "termination", "cancellation", "leaving", "resignation"];

/// Beside the word of the outcome: what was made from it.
pub(super) const DERIVED: &[&str] = &[
    "score",
    "label",
    "category",
    "value",
    "flag",
    "date",
    "predicted",
    "prediction",
    "probability",
    "prob",
    "segment",
    "status",
];

/// Persons by name.
pub(super) const PERSONAL: &[&str] = &[
    "surname",
    "lastname",
    "firstname",
    "first",
    "last",
    "name",
    "vorname",
    "nachname",
    "email",
    "mail",
    "phone",
    "telefon",
    "address",
    "adresse",
    "street",
    "straße",
    "strasse",
    "iban",
];

/// Pillars of trust by the words of a column.
pub(super) const PILLARS: &[(&str, &[&str])] = &[
    ("reliability", &["late", "delay…", "delivery", "reached", "outage…", "warehouse", "shipment", "backup", "absen…"]),
    ("empathy", &["support", "satisfaction", "service", "complain…", "calls", "balance", "care", "csat"]),
    ("transparency", &["contract", "price", "billing", "charge…", "payment", "paperless", "discount…", "fee", "cost"]),
    ("competence", &["training", "skill…", "quality", "rating", "performance", "education", "evaluation"]),
    ("integrity", &["compliance", "security", "audit", "history", "loss", "violation…"]),
];
