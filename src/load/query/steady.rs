//! A query that gives the same rows in the same order every time.

use std::sync::Arc;

use polars::prelude::{DslPlan, LazyFrame, MaintainOrderJoin};

/// The query with every step keeping the order of what goes into it.
///
/// Left to itself, polars groups and removes duplicates in the order of a hash that is seeded anew each time. Sorting
/// the result does not mend what was computed from such an order on the way: the last digits of a sum or mean of
/// decimals, a `first` or `limit`. So the freedom is taken away where it arises, and the optimizer is kept from giving
/// it back.
pub fn query(frame: LazyFrame) -> LazyFrame {
    LazyFrame::from(plan(&frame.logical_plan)).with_check_order(false)
}

fn plan(of: &DslPlan) -> DslPlan {
    let mut steady = of.clone();
    match &mut steady {
        DslPlan::GroupBy { input, maintain_order, .. } => {
            *maintain_order = true;
            within(input);
        }
        DslPlan::Distinct { input, options } => {
            options.maintain_order = true;
            within(input);
        }
        DslPlan::Join { input_left, input_right, options, .. } => {
            Arc::make_mut(options).args.maintain_order = MaintainOrderJoin::LeftRight;
            within(input_left);
            within(input_right);
        }
        DslPlan::Union { inputs, args } => {
            args.maintain_order = true;
            inputs.iter_mut().for_each(|input| *input = plan(input));
        }
        DslPlan::HConcat { inputs, .. } => inputs.iter_mut().for_each(|input| *input = plan(input)),
        DslPlan::ExtContext { input, contexts } => {
            within(input);
            contexts.iter_mut().for_each(|input| *input = plan(input));
        }
        DslPlan::Filter { input, .. }
        | DslPlan::Select { input, .. }
        | DslPlan::HStack { input, .. }
        | DslPlan::Sort { input, .. }
        | DslPlan::Slice { input, .. }
        | DslPlan::MapFunction { input, .. } => within(input),
        DslPlan::IR { dsl, .. } => return plan(dsl),
        _ => {}
    }
    steady
}

fn within(input: &mut Arc<DslPlan>) {
    *input = Arc::new(plan(input));
}
