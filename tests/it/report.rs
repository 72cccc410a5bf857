//! What a reader and a program find in the report: pages, charts, tables.

pub mod fixture;
mod tables;

use std::path::Path;

use trustrisk::base::units::Family;
use trustrisk::{base, report};

use self::report::chart::{Chart, charts};
use self::report::pdf::{owner, owner_text};
use self::report::view::PortfolioView;
use self::report::words::Words;

pub fn drawn(view: &PortfolioView) -> Vec<Vec<Chart>> {
    let words = Words::new(&view.locale, &view.currency);
    view.groups.iter().map(|group| charts(group, &words).expect("charts")).collect()
}

/// Not a check: writes pages and charts to look at, to the folder that cargo keeps for tests.
#[test]
#[ignore = "writes pages for people to look at"]
fn pages_to_look_at() {
    let mut history = fixture::alone(fixture::history_only());
    history.groups[0].value_at_stake = None;
    let views = [
        ("three", fixture::harbor_lane()),
        ("one", fixture::alone(fixture::customers())),
        ("nobody", fixture::alone(fixture::suppliers())),
        ("history", history),
        ("hostile", fixture::alone(fixture::hostile())),
    ];
    for (name, view) in views {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report").join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        let charts = drawn(&view);
        for (i, charts) in charts.iter().enumerate() {
            for chart in charts {
                std::fs::write(folder.join(format!("{i}-{}.svg", chart.name)), &chart.svg).expect("an SVG");
                std::fs::write(folder.join(format!("{i}-{}.png", chart.name)), &chart.png).expect("a PNG");
            }
        }
        std::fs::write(folder.join("owner.pdf"), owner(&view, &charts).expect("a PDF").bytes).expect("a file");
        eprintln!("{}", owner_text(&view, &charts).expect("text").len());
    }
}

fn text(view: &PortfolioView) -> Vec<String> {
    owner_text(view, &drawn(view)).expect("text")
}

/// All pages as one line.
fn flat(pages: &[String]) -> String {
    pages.iter().flat_map(|page| page.split_whitespace()).collect::<Vec<_>>().join(" ")
}

fn has(bytes: &[u8], part: &str) -> bool {
    bytes.windows(part.len()).any(|window| window == part.as_bytes())
}

#[test]
fn the_same_view_gives_the_same_bytes() {
    let view = fixture::harbor_lane();
    let (first, second) = (drawn(&view), drawn(&view));
    assert_eq!(first, second);
    assert_eq!(owner(&view, &first).expect("a PDF"), owner(&view, &second).expect("a PDF"));
}

#[test]
fn the_document_is_tagged_and_carries_its_fonts() {
    let view = fixture::harbor_lane();
    let pdf = owner(&view, &drawn(&view)).expect("a PDF").bytes;
    assert!(pdf.starts_with(b"%PDF-1.7"));
    for part in ["/FontFile3", "+Inter-Regular", "+Inter-SemiBold", "/StructTreeRoot", "/Alt", "/Lang", "Harbor Lane"] {
        assert!(has(&pdf, part), "{part} is missing");
    }
}

#[test]
fn each_page_names_the_run_and_its_results() {
    let view = fixture::harbor_lane();
    let pages = text(&view);
    assert_eq!(pages.len(), 10);
    for (i, page) in pages.iter().enumerate() {
        assert!(page.contains(&view.run) && page.contains(&view.results_sha256));
        assert!(page.replace('\n', "").contains(&format!("page {} of 10", i + 1)), "{page}");
    }
}

#[test]
fn the_cover_tells_the_figures_of_the_view() {
    let cover = flat(&text(&fixture::harbor_lane())[..1]);
    for part in ["Reliability sets your customers at risk apart.", "312 of your 4,180 customers are likely to leave"] {
        assert!(cover.contains(part), "{part}: {cover}");
    }
    for part in [
        "€46,200 is at stake (€40,100 then).",
        "€38,000",
        "41 more than on 23 June 2026",
        "at high risk, seven leave",
        "six and eight",
        "Where the change comes from, in customers and in money at stake: +18 new (+€2,900), −9 gone (−€1,400), +30 from what is \
         now known of the others (+€4,300), 0 from the model (+€200), +2 from where “at high risk” begins (+€100).",
        "Bring “Days late, last two orders” down for 58 customers",
        "For example from 9 to 1 days. Their scores would fall from 68 to 42 on average.",
        "€6,100",
        "Change “Contract” to two years for 3 customers",
    ] {
        assert!(cover.contains(part), "{part}: {cover}");
    }
}

#[test]
fn no_number_has_more_than_two_decimals() {
    for view in [fixture::harbor_lane(), fixture::alone(fixture::history_only())] {
        for page in text(&view) {
            for (_, decimals) in
                page.lines().flat_map(|line| line.match_indices('.').map(move |(i, _)| line.split_at(i + 1)))
            {
                let n = decimals.chars().take_while(char::is_ascii_digit).count();
                assert!(n <= 2, "{decimals}");
            }
        }
    }
}

#[test]
fn hostile_text_is_text() {
    let pages = text(&fixture::alone(fixture::hostile())).join("\n");
    for part in
        ["#customers *bold* $x$ <script>", "../x", "=cmd|' /C calc'!A0", "#eval(\"1\")", "[#x](y) @ref <label> // no"]
    {
        let flat = pages.replace('\n', " ");
        let spaceless = |text: &str| text.replace(' ', "");
        assert!(spaceless(&flat).contains(&spaceless(part)), "{part}: {flat}");
    }
}

#[test]
fn nobody_at_risk_no_money_no_sensitive_feature() {
    let pages = text(&fixture::alone(fixture::suppliers()));
    let all = flat(&pages);
    assert!(all.contains("Nobody is at high risk."));
    assert!(all.contains("None of your 23 suppliers is at high risk."));
    assert!(all.contains("No sensitive feature is declared"));
    assert!(all.contains("how often that call is right cannot be told"));
    assert!(!all.contains('€') && !all.contains("at stake") && !all.contains("Start with"));
}

#[test]
fn history_only_is_told_as_the_past() {
    let all = flat(&text(&fixture::alone(fixture::history_only())));
    assert!(all.contains("237 of 1,470 past employees scored at high risk."));
    assert!(all.contains("not those of today"));
    assert!(!all.contains("Start with") && !all.contains("likely to"));
}

#[test]
fn a_view_without_groups_still_has_pages() {
    let mut view = fixture::harbor_lane();
    view.groups.clear();
    assert_eq!(text(&view).len(), 2);
}

#[test]
fn a_group_with_nothing_but_counts_has_pages() {
    let mut group = fixture::suppliers();
    group.n_reported = 0;
    group.n_today = 0;
    group.score_counts = vec![0; 100];
    group.bands.clear();
    group.top.clear();
    group.features.clear();
    group.terms.clear();
    group.profit.clear();
    group.profiles.clear();
    group.frontier.clear();
    group.reliability.clear();
    group.validation.auc = base::units::Estimate::default();
    group.validation.ece = base::units::Estimate::default();
    group.recall = None;
    (group.n_history, group.n_outcomes) = (0, 0);
    assert!(charts(&group, &Words::new("en", "EUR")).expect("charts").is_empty());
    assert_eq!(text(&fixture::alone(group)).len(), 3);
}

#[test]
fn empty_words_are_no_error() {
    let mut group = fixture::customers();
    group.limits = vec![String::new()];
    group.top[0].id = String::new();
    group.top[1].reasons.clear();
    group.top[2].reasons[0].sentence = String::new();
    group.purpose = Some(report::view::PurposeView { purpose: String::new(), decides: None, contact: None });
    group.features[0].label = String::new();
    assert_eq!(text(&fixture::alone(group)).len(), 5);
}

#[test]
fn ids_of_usual_length_are_copied_as_they_are() {
    let mut group = fixture::customers();
    group.top[3].id = "CUST-0001-2345-X".into();
    let view = fixture::alone(group);
    let pages = text(&view);
    assert!(pages[1].lines().any(|line| line == "CUST-0001-2345-X"), "{}", pages[1]);
}

#[test]
fn thirty_subjects_and_one_of_them_at_risk() {
    let mut group = fixture::customers();
    (group.n_today, group.n_reported, group.n_selected) = (30, 30, 1);
    group.top.truncate(1);
    group.precision = Some(report::view::RateView { numerator: 1, denominator: 9, low: 0.02, high: 0.44 });
    group.mean_score_at_risk = Some(31.0);
    group.todo.clear();
    let cover = flat(&text(&fixture::alone(group.clone()))[..1]);
    assert!(cover.contains("1 of your 30 customers is worth acting on"), "costs make the cut: {cover}");
    group.profit.clear();
    let cover = flat(&text(&fixture::alone(group))[..1]);
    for part in
        ["1 of your 30 customers is at high risk", "Start with this customer", "one leaves (between none and four)"]
    {
        assert!(cover.contains(part), "{part}: {cover}");
    }
}

#[test]
fn a_past_scored_by_other_families_is_told() {
    let mut group = fixture::customers();
    let sentence = "The past is scored in five parts";
    assert!(!flat(&text(&fixture::alone(group.clone()))).contains(sentence));
    group.validation.fold_families = [[Family::Logistic; 2].as_slice(), &[Family::Boosted; 3]].concat();
    let told = flat(&text(&fixture::alone(group)));
    let expected = "The past is scored in five parts, each by the kind that the other parts spoke for: logistic \
                    regression in two and boosted trees in three; its figures are theirs.";
    assert!(told.contains(expected), "{told}");
}

#[test]
fn steps_are_drawn_for_comparison_where_there_are_any() {
    let mut group = fixture::customers();
    let drawn = |group: &report::view::GroupView| {
        let charts = charts(group, &Words::new("en", "EUR")).expect("charts");
        charts.into_iter().find(|chart| chart.name == "reliability").map(|chart| chart.svg).unwrap_or_default()
    };
    assert!(drawn(&group).contains("in steps that fit best"));
    group.isotonic.clear();
    let without = drawn(&group);
    assert!(without.contains("came true, of 100") && !without.contains("in steps that fit best"));
}

#[test]
fn charts_come_as_svg_and_as_png_at_twice_the_size() {
    let charts = charts(&fixture::customers(), &Words::new("en", "EUR")).expect("charts");
    let names: Vec<&str> = charts.iter().map(|chart| chart.name.as_str()).collect();
    let of_scores = ["score_distribution", "drivers", "importance", "beeswarm", "interactions", "terms", "dependence"];
    let others = ["bands", "cohorts", "reliability", "profit", "selection_rates", "frontier", "waterfall"];
    assert_eq!(names, [&of_scores[..], &others[..]].concat());
    for chart in &charts {
        assert!(chart.svg.contains("font-family=\"Inter, sans-serif\"") && chart.svg.contains("aria-label="));
        assert!(!chart.alt.is_empty());
        assert_eq!(chart.png.get(..8), Some(b"\x89PNG\r\n\x1a\n".as_slice()));
        let width = u32::from_be_bytes(chart.png[16..20].try_into().expect("four bytes"));
        assert_eq!(width, 2 * (chart.width + 24));
    }
}

#[test]
fn names_in_many_scripts_stay_archival_and_one_that_no_font_has_is_told() {
    let with_title = |title: &str| {
        let view = PortfolioView { title: title.into(), ..fixture::alone(fixture::customers()) };
        owner(&view, &drawn(&view)).expect("a PDF")
    };
    let printed = with_title("Порт 北京 עברית عربى हिन्दी ไทย 🦀 ☎ →");
    assert_eq!(printed.plain_because, None);
    assert!(has(&printed.bytes, "DroidSansFallback") && has(&printed.bytes, "NotoSansArabic"));
    let hostile = fixture::alone(fixture::hostile());
    assert_eq!(owner(&hostile, &drawn(&hostile)).expect("a PDF").plain_because, None);
    let printed = with_title("한국");
    assert!(printed.bytes.starts_with(b"%PDF-1.7"));
    let why = printed.plain_because.expect("a letter without a font");
    assert!(why.contains("font") || why.contains("glyph"), "{why}");
}

#[test]
fn a_subject_has_one_page_whose_points_add_up() {
    for (group, at) in [(fixture::customers(), 0), (fixture::hostile(), 1), (fixture::suppliers(), 2)] {
        let view = fixture::alone(group);
        let subject = &view.groups[0].top[at.min(view.groups[0].top.len() - 1)];
        let pages = report::pdf::subject_text(&view, 0, subject).expect("text");
        assert_eq!(pages.len(), 1, "{pages:?}");
        let text = flat(&pages);
        let words = Words::new("en", "EUR");
        for part in ["Starting point", "How the score comes about", &words.score(subject.score), &view.run] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
    let view = fixture::harbor_lane();
    let text = flat(&report::pdf::subject_text(&view, 0, &view.groups[0].top[0]).expect("text"));
    let parts = [
        "Days waiting for an answer: 9\u{a0}days · Empathy",
        "Set days waiting for an answer to 0 days",
        "scored again by the model; no cheaper way was left out",
        "Ask trust@harborlane.example for a human to look at the case again",
    ];
    let spaced = |text: &str| text.replace('\u{a0}', " ");
    for part in parts {
        assert!(spaced(&text).contains(&spaced(part)), "{part}: {text}");
    }
}

#[test]
fn the_auditor_reads_data_model_and_proof() {
    let view = fixture::harbor_lane();
    let audits = vec![None, None, None];
    let pages = report::pdf::auditor_text(&view, &audits, &drawn(&view)).expect("text");
    let text = flat(&pages);
    for part in [
        "customers-2025.csv",
        "9b0c5d1e2f3a4b5c6d7e8f90112233445566778899aabbccddeeff0011223344",
        "Left out: the horizon has not passed and the event has not happened",
        "31 March 2024 to 31 March 2026",
        "Coupons used",
        "Not to be used",
        "not compared: it is slower than its limit",
        "Margins become risks by beta calibration.",
    ] {
        assert!(text.replace('\u{a0}', " ").contains(part), "{part}: {text}");
    }
    assert!(!text.contains("Glossary") && !text.contains("Verdicts 0"), "what is not there is absent");
    assert_eq!(report::pdf::auditor(&view, &audits, &drawn(&view)).expect("a PDF").plain_because, None);
}

#[test]
fn the_screen_holds_text_and_runs_its_own_script_only() {
    let view = fixture::alone(fixture::hostile());
    let page = String::from_utf8(report::html::page(&view, &[vec![]]).expect("a page")).expect("UTF-8");
    let (_, data) = page.split_once("<script type=\"application/json\" id=\"data\">").expect("data");
    let (data, _) = data.split_once("</script>").expect("an end");
    assert!(!data.contains('<'), "no data can end its block");
    let data: serde_json::Value = serde_json::from_str(data).expect("JSON");
    assert_eq!(data["groups"][0]["subjects"][0]["id"], "../x");
    assert_eq!(data["groups"][0]["subjects"][2]["id"], "=cmd|' /C calc'!A0");
    let (_, policy) = page.split_once("http-equiv=\"Content-Security-Policy\" content=\"").expect("a policy");
    let policy = policy.split('"').next().expect("its end");
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    assert!(!page.contains("http://www.w3.org/2000/svg\" src") && !page.contains(" src=\"http"));
    assert_eq!(page, String::from_utf8(report::html::page(&view, &[vec![]]).expect("a page")).expect("UTF-8"));
}
