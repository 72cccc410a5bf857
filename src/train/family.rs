//! Which learner a family has.

use super::boosted::Boosted;
use super::learner::{Learner, Task};
use super::logistic::Logistic;
use crate::base::units::Family;

/// The learner of a family, for one task.
pub(super) fn learner<'a>(family: Family, task: Task<'a>) -> Box<dyn Learner + 'a> {
    match family {
        Family::Logistic => Box::new(Logistic { task }),
        Family::Boosted => Box::new(Boosted { task }),
        _ => Box::new(Logistic { task }),
    }
}
