//! What acting would have brought, by how many are acted on: the what-if of costs.

use super::Sketch;
use super::picture::{Align, Pen, Picture};
use super::style::{GRAY, HAIRLINE, HALF, INK, Point, RISK, SMALL};
use crate::report::view::{GroupView, ProfitPointView};
use crate::report::words::Words;

const LEFT: f64 = 56.0;
const TOP: f64 = 26.0;
const PLOT: f64 = 190.0;
const HEIGHT: f64 = TOP + PLOT + 36.0;

/// The profit curve on history; `None` without costs.
pub fn sketch(group: &GroupView, words: &Words) -> Option<Sketch> {
    let (first, last) = (group.profit.first()?, group.profit.last()?);
    let ends = group.profit.iter().flat_map(|point| [point.low, point.high, point.profit]);
    let (low, high) = ends.fold((0.0_f64, 0.0_f64), |(low, high), profit| (low.min(profit), high.max(profit)));
    let frame = Frame { low, high: if high > low { high } else { low + 1.0 } };
    let mut picture = Picture::new(HALF, HEIGHT);
    // acting on nobody brings nothing
    let at = |profit: fn(&ProfitPointView) -> f64| -> Vec<Point> {
        let points = group.profit.iter().map(|point| frame.place(point.share, profit(point)));
        [frame.place(0.0, 0.0)].into_iter().chain(points).collect()
    };
    picture.between(at(|point| point.high), at(|point| point.low), HAIRLINE);
    draw_frame(&mut picture, &frame, words);
    picture.path(at(|point| point.profit), 1.75, INK);
    if let Some(at) = group.profit_at_cut {
        picture.dot(frame.place(at.share, at.profit), 4.0, RISK);
    }
    let best = group.profit.iter().max_by(|a, b| a.profit.total_cmp(&b.profit)).unwrap_or(first);
    let alt = format!(
        "Profit for each past {} by the share acted on: {} for {}, at most {} for {}, {} for all. A what-if.",
        group.subject,
        money(words, first),
        words.percent(first.share),
        money(words, best),
        words.percent(best.share),
        money(words, last)
    );
    Some(Sketch { name: "profit".to_owned(), picture, alt })
}

fn money(words: &Words, point: &ProfitPointView) -> String {
    words.number(point.profit, 2)
}

struct Frame {
    low: f64,
    high: f64,
}

impl Frame {
    fn place(&self, share: f64, profit: f64) -> Point {
        let y = (profit - self.low) / (self.high - self.low);
        (LEFT + share * (HALF - LEFT - 12.0), TOP + (1.0 - y) * PLOT)
    }
}

fn draw_frame(picture: &mut Picture, frame: &Frame, words: &Words) {
    let pen = Pen::new(SMALL, GRAY);
    let mut ticks = vec![frame.low, 0.0, frame.high];
    ticks.dedup();
    for profit in ticks {
        picture.hairline(frame.place(0.0, profit), frame.place(1.0, profit));
        let (x, y) = frame.place(0.0, profit);
        picture.text_middle((x - 6.0, y), pen.align(Align::Right), &words.number(profit, 1));
    }
    for (share, align) in [(0.0, Align::Left), (0.5, Align::Center), (1.0, Align::Right)] {
        let (x, _) = frame.place(share, frame.low);
        picture.text_middle((x, TOP + PLOT + 11.0), pen.align(align), &words.percent(share));
    }
    picture.text_middle((0.0, 7.0), pen, "money for each past subject");
    let (x, _) = frame.place(0.5, frame.low);
    picture.text_middle((x, TOP + PLOT + 26.0), pen.align(Align::Center), "share acted on, highest scores first");
}
