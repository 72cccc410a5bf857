//! Whatever the labels: nothing leaves the canvas, no two texts touch.

use super::picture::Mark;
use super::*;
use crate::report::view::BandView;
use crate::{base, report};

#[allow(dead_code)]
#[path = "../../../tests/it/report/fixture.rs"]
mod fixture;

fn check(group: &GroupView) {
    check_sketches(sketches(group, &Words::new("en", "EUR")));
}

fn check_sketches(sketches: Vec<Sketch>) {
    for sketch in sketches {
        let picture = &sketch.picture;
        for mark in &picture.marks {
            let (low, high) = mark.bounds();
            let inside =
                low.0 >= -2.0 && low.1 >= -2.0 && high.0 <= picture.width + 1.0 && high.1 <= picture.height + 1.0;
            assert!(inside, "{}: {mark:?} leaves {} × {}", sketch.name, picture.width, picture.height);
        }
        let texts: Vec<&Mark> = picture.marks.iter().filter(|mark| matches!(mark, Mark::Text { .. })).collect();
        for (i, a) in texts.iter().enumerate() {
            for b in &texts[i + 1..] {
                let ((a0, a1), (b0, b1)) = (a.bounds(), b.bounds());
                let apart = a1.0 <= b0.0 + 0.5 || b1.0 <= a0.0 + 0.5 || a1.1 <= b0.1 + 0.5 || b1.1 <= a0.1 + 0.5;
                assert!(apart, "{}: {a:?} touches {b:?}", sketch.name);
            }
        }
    }
}

#[test]
fn no_text_leaves_the_canvas_or_touches_another() {
    for group in
        [fixture::customers(), fixture::employees(), fixture::suppliers(), fixture::history_only(), fixture::hostile()]
    {
        check(&group);
    }
}

#[test]
fn narrow_bands_keep_their_names_apart() {
    let mut group = fixture::customers();
    for (band, from) in group.bands.iter_mut().zip([0.0, 97.0, 98.0, 99.0]) {
        *band = BandView { from, n: 1_000_000, ..*band };
    }
    check(&group);
}

#[test]
fn a_sum_that_passes_a_hundred_on_its_way_stays_inside() {
    let mut group = fixture::customers();
    let subject = &mut group.top[0];
    for (reason, points) in subject.reasons.iter_mut().zip([90.0, -150.0, 70.0, 20.0, -20.0]) {
        reason.points = points;
    }
    subject.score = subject.base_score + 10.0 + subject.rest_points;
    check(&group);
}

#[test]
fn a_waterfall_that_stands_alone_cuts_no_label_off() {
    let label = "How many of the last two orders arrived later than they were promised when they were placed";
    let steps = [20.0, -30.0, 75.0, 0.0].map(|points| (label.to_owned(), points)).to_vec();
    let way = Way { called: format!("Customer {}", "C".repeat(64)), base_score: 12.0, steps, score: 77.0 };
    let sketch = waterfall::alone(&way, &Words::new("en", ""));
    let is_whole = |wanted: &str| {
        sketch.picture.marks.iter().any(|mark| matches!(mark, Mark::Text { text, .. } if text == wanted))
    };
    assert!(is_whole(label) && is_whole(&way.called));
    check_sketches(vec![sketch]);
}
