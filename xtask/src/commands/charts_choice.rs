//! `--charts`: from what a person wishes to where charts come from in this run.

use yamltree::tree::Tree;

use crate::context::Context;
use crate::exit::Failure;
use crate::sandbox;
use crate::sandbox::charts_mode::{ChartsMode, ChartsWish};
use crate::sandbox::state::State;

/// As wished; without a wish, as it runs or ran last; else whatever can be reached for this tree.
pub fn choose(wish: Option<&ChartsWish>, context: &Context, tree: &dyn Tree) -> Result<ChartsMode, Failure> {
    let before = State::read(&context.layout).ok().flatten().map(|state| state.charts);
    match (wish, before) {
        (Some(ChartsWish::Exactly(mode)), _) => Ok(mode.clone()),
        (None, Some(mode)) => Ok(mode),
        _ => {
            let work = context.terminal.work("look whether the public chart repositories answer");
            let chosen = context.block_on(sandbox::serve::choose_charts(tree))?;
            work.done(&format!("using {chosen}"));
            Ok(chosen)
        }
    }
}
