//! What narrowing a gap between groups costs: for each way, the gap that is left and what acting then brings.

use super::Sketch;
use super::picture::{Align, Pen, Picture};
use super::style::{BODY, FULL, GOOD, GRAY, INK, NEUTRAL, Point, RISK, SMALL};
use crate::report::view::{FrontierPointView, FrontierView, GroupView};
use crate::report::words::Words;

const LEFT: f64 = 64.0;
/// Labels stand beside the plot, each joined to its dot.
const RIGHT: f64 = 400.0;
const LABEL: f64 = 424.0;
const TOP: f64 = 30.0;
const PLOT: f64 = 210.0;
const HEIGHT: f64 = TOP + PLOT + 36.0;
/// Between the middles of two labels.
const APART: f64 = 17.0;

/// The frontier of the feature with the widest gap; `None` where nothing was priced.
pub fn sketch(group: &GroupView, words: &Words) -> Option<Sketch> {
    let wider = |a: &&FrontierView, b: &&FrontierView| a.as_is.gap.total_cmp(&b.as_is.gap);
    let view = group.frontier.iter().filter(|view| !view.way.is_empty()).max_by(wider)?;
    let frame = Frame::of(view);
    let mut picture = Picture::new(FULL, HEIGHT);
    draw_frame(&mut picture, &frame, view, group, words);
    picture.path(view.way.iter().map(|point| frame.place(point)).collect(), 1.5, INK);
    let labels = labels(view);
    for (label, y) in labels.iter().zip(heights(&labels, &frame)) {
        let at = frame.place(&label.point);
        let color = label.color;
        picture.hairline((at.0 + 6.0, at.1), (LABEL - 6.0, y));
        picture.dot(at, 4.0, color);
        let pen = Pen::new(BODY, INK);
        picture.text_middle((LABEL, y), pen, &pen.fit(&label.text, FULL - LABEL - 2.0));
    }
    let told: Vec<String> = labels.iter().map(|label| told(label, view, words)).collect();
    let alt = format!(
        "What narrowing the gap between groups of {} costs, by past {}: {}.",
        view.feature,
        group.plural,
        told.join("; ")
    );
    Some(Sketch { name: "frontier".to_owned(), picture, alt })
}

struct Label {
    point: FrontierPointView,
    text: String,
    color: super::style::Color,
}

/// As it is, parity, and the other ways: from the highest to the lowest.
fn labels(view: &FrontierView) -> Vec<Label> {
    let label = |point: FrontierPointView, text: &str, color| Label { point, text: text.to_owned(), color };
    let mut labels = vec![label(view.as_is, "as it is", RISK)];
    labels.extend(view.way.last().map(|point| label(*point, "thresholds, equal selection rates", GOOD)));
    labels.extend(view.others.iter().map(|(name, point)| label(*point, name, NEUTRAL)));
    labels.sort_by(|a, b| b.point.gain.total_cmp(&a.point.gain).then(b.point.gap.total_cmp(&a.point.gap)));
    labels
}

/// Where labels stand: beside their dots, moved as far as they must be to keep apart.
fn heights(labels: &[Label], frame: &Frame) -> Vec<f64> {
    let mut heights: Vec<f64> = labels.iter().map(|label| frame.place(&label.point).1).collect();
    for at in 1..heights.len() {
        heights[at] = heights[at].max(heights[at - 1] + APART);
    }
    let mut lowest = TOP + PLOT;
    for height in heights.iter_mut().rev() {
        *height = height.min(lowest);
        lowest = *height - APART;
    }
    heights
}

fn told(label: &Label, view: &FrontierView, words: &Words) -> String {
    let gain = if view.is_money { words.money(label.point.gain) } else { words.number(label.point.gain, 1) };
    let unit = if view.is_money { "for each" } else { "found among 100" };
    format!("{}, gap {}, {gain} {unit}", label.text, words.percent(label.point.gap))
}

struct Frame {
    gap: f64,
    low: f64,
    high: f64,
}

impl Frame {
    fn of(view: &FrontierView) -> Self {
        let points = || view.way.iter().chain([&view.as_is]).chain(view.others.iter().map(|(_, point)| point));
        let gap = points().map(|point| point.gap).fold(0.0, f64::max);
        let (low, high) = points()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), point| (low.min(point.gain), high.max(point.gain)));
        // all alike stand in the middle
        let room = if high > low { 0.0 } else { 1.0 };
        Self { gap: if gap > 0.0 { gap } else { 0.01 }, low: low - room, high: high + room }
    }

    fn place(&self, point: &FrontierPointView) -> Point {
        let y = (point.gain - self.low) / (self.high - self.low);
        (LEFT + 10.0 + point.gap / self.gap * (RIGHT - LEFT - 20.0), TOP + (1.0 - y) * PLOT)
    }
}

fn draw_frame(picture: &mut Picture, frame: &Frame, view: &FrontierView, group: &GroupView, words: &Words) {
    let pen = Pen::new(SMALL, GRAY);
    for gain in [frame.high, frame.low] {
        let (_, y) = frame.place(&FrontierPointView { gap: 0.0, gain });
        picture.hairline((LEFT, y), (RIGHT, y));
        picture.text_middle((LEFT - 6.0, y), pen.align(Align::Right), &words.number(gain, 2));
    }
    for share in [0.0, 0.5, 1.0] {
        let (x, _) = frame.place(&FrontierPointView { gap: share * frame.gap, gain: frame.low });
        picture.text_middle((x, TOP + PLOT + 12.0), pen.align(Align::Center), &words.percent(share * frame.gap));
    }
    let gain = match view.is_money {
        true => format!("money for each past {}", group.subject),
        false => format!("of 100 past {}: selected, and with the outcome", group.plural),
    };
    picture.text_middle((0.0, 7.0), pen, &pen.fit(&gain, FULL));
    let gap = format!("gap by {}: highest less lowest share selected", view.feature);
    picture.text_middle((LEFT, TOP + PLOT + 28.0), pen, &pen.fit(&gap, FULL - LEFT));
}
