//! Which learner a family has.

use super::additive::Additive;
use super::boosted::Boosted;
use super::edit::Edited;
use super::learner::{Learner, Task};
use super::logistic::Logistic;
use super::vendor::{ExtraTrees, Forest, Tree};
use crate::base::units::Family;

/// The learner of a family, for one task; its models are edited where the settings say so.
pub(super) fn learner<'a>(family: Family, task: Task<'a>) -> Box<dyn Learner + 'a> {
    let learner = plain(family, task);
    if task.settings.edits.is_empty() { learner } else { Box::new(Edited { inner: learner, task }) }
}

fn plain<'a>(family: Family, task: Task<'a>) -> Box<dyn Learner + 'a> {
    match family {
        Family::Logistic => Box::new(Logistic { task }),
        Family::Additive => Box::new(Additive::new(task)),
        Family::Tree => Box::new(Tree { task }),
        Family::Boosted => Box::new(Boosted { task }),
        Family::Forest => Box::new(Forest { task }),
        Family::ExtraTrees => Box::new(ExtraTrees { task }),
    }
}

/// Whether the models of a family keep to declared directions whatever the data.
pub fn keeps_directions(family: Family) -> bool {
    matches!(family, Family::Logistic | Family::Additive | Family::Boosted)
}

/// Whether the fits of a family take weights of rows: ours do, the vendors' take none or use theirs up already.
pub fn takes_weights(family: Family) -> bool {
    matches!(family, Family::Additive | Family::Boosted)
}
