//! Names of invented people and places.

pub const DISTRICTS: [&str; 6] = ["Bakery", "Quay", "Harbor Island", "Old Town", "Mill Hill", "Station"];
pub const DISTRICT_WEIGHTS: [f64; 6] = [0.27, 0.21, 0.14, 0.17, 0.12, 0.09];
/// Position of Harbor Island in [`DISTRICTS`].
pub const ISLAND: usize = 2;

pub const LANGUAGES: [&str; 4] = ["English", "Portuguese", "Polish", "other"];
pub const LANGUAGES_ISLAND: [f64; 4] = [0.20, 0.72, 0.04, 0.04];
pub const LANGUAGES_ELSEWHERE: [f64; 4] = [0.85, 0.03, 0.08, 0.04];

const SURNAME_STARTS: [&str; 36] = [
    "Ash", "Bart", "Black", "Brad", "Brook", "Carl", "Chad", "Clay", "Cran", "Dun", "East", "Fair", "Field", "Glad",
    "Gold", "Hart", "Hazel", "Hol", "Ken", "Lang", "Lock", "Mar", "Mill", "New", "North", "Oak", "Pem", "Red", "Rock",
    "Sand", "Stan", "Thorn", "Under", "West", "Wind", "Wood",
];
const SURNAME_ENDS: [&str; 24] = [
    "bourne", "bridge", "brook", "bury", "by", "combe", "cott", "croft", "dale", "don", "field", "ford", "ham", "hill",
    "hurst", "land", "ley", "man", "more", "shaw", "stead", "ton", "well", "worth",
];

/// A surname out of 864.
pub fn surname(number: usize) -> String {
    let start = SURNAME_STARTS.get(number % SURNAME_STARTS.len()).copied().unwrap_or_default();
    let end = SURNAME_ENDS.get((number / SURNAME_STARTS.len()) % SURNAME_ENDS.len()).copied().unwrap_or_default();
    format!("{start}{end}")
}

/// How many surnames there are.
pub const N_SURNAMES: usize = SURNAME_STARTS.len() * SURNAME_ENDS.len();

/// Family names of staff, some of which need more than ASCII.
pub const STAFF_NAMES: [&str; 24] = [
    "Müller",
    "Sørensen",
    "Gonçalves",
    "Fernández",
    "Håkansson",
    "Köhler",
    "Araújo",
    "Björklund",
    "Lefèvre",
    "Weiß",
    "Ibáñez",
    "Jürgens",
    "Baker",
    "Cole",
    "Doyle",
    "Ellis",
    "Finch",
    "Grant",
    "Hayes",
    "Irving",
    "Jarvis",
    "Keane",
    "Lowe",
    "Moss",
];
pub const FIRST_NAMES_F: [&str; 12] =
    ["Ada", "Beatriz", "Clara", "Daniela", "Elin", "Freya", "Grace", "Hélène", "Inês", "Jana", "Karin", "Zoë"];
pub const FIRST_NAMES_M: [&str; 12] =
    ["André", "Ben", "César", "David", "Émile", "Frank", "Göran", "Hugo", "Ivan", "João", "Karl", "Luís"];

pub const SHOPS: [&str; 5] = ["Quay shop", "Bakery shop", "Old Town shop", "Warehouse", "Delivery"];
pub const SHOP_WEIGHTS: [f64; 5] = [0.25, 0.2, 0.15, 0.2, 0.2];

const SUPPLIER_STARTS: [&str; 10] = [
    "Anchor",
    "Bluefield",
    "Coastline",
    "Dovecote",
    "Elmgrove",
    "Fellside",
    "Greenbank",
    "Highmoor",
    "Juniper",
    "Lantern",
];
const SUPPLIER_ENDS: [&str; 4] = ["Dairy", "Farms", "Mills", "Produce"];

/// A supplier's name; the first forty differ.
pub fn supplier(number: usize) -> String {
    let start = SUPPLIER_STARTS.get(number % SUPPLIER_STARTS.len()).copied().unwrap_or_default();
    let end = SUPPLIER_ENDS.get((number / SUPPLIER_STARTS.len()) % SUPPLIER_ENDS.len()).copied().unwrap_or_default();
    format!("{start} {end}")
}
