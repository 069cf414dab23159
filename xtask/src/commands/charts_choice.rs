//! `--charts`: from what a person wishes to where charts come from in this run.

use yamltree::tree::Tree;

use crate::context::Context;
use crate::exit::Failure;
use crate::sandbox;
use crate::sandbox::charts_mode::{ChartsMode, ChartsWish};
use crate::sandbox::state::State;

/// As wished; without a wish, as it runs or ran last; else whatever can be reached for this tree.
///
/// # Errors
///
/// If the sandbox has data that was made with charts which cannot be upgraded to these.
pub fn choose(wish: Option<&ChartsWish>, context: &Context, tree: &dyn Tree) -> Result<ChartsMode, Failure> {
    let before = State::read(&context.layout).ok().flatten().map(|state| state.charts);
    let chosen = match (wish, &before) {
        (Some(ChartsWish::Exactly(mode)), _) => mode.clone(),
        (None, Some(mode)) => mode.clone(),
        _ => {
            let work = context.terminal.work("look whether the public chart repositories answer");
            let chosen = context.block_on(sandbox::serve::choose_charts(tree))?;
            work.done(&format!("using {chosen}"));
            chosen
        }
    };
    match before.filter(|_| sandbox::has_data(&context.layout)) {
        Some(before) if !is_upgrade(&before, &chosen) => Err(Failure::world(format!(
            "the sandbox has data of {before}: what they installed cannot be upgraded to {chosen}; `cargo xtask sandbox down \
             --purge` removes that data, then run this again"
        ))),
        _ => Ok(chosen),
    }
}

/// Can what was installed with the one be upgraded to the other? The selectors of stand-ins are others than those of the charts that
/// they stand for, and cannot be changed.
fn is_upgrade(before: &ChartsMode, chosen: &ChartsMode) -> bool {
    (*before == ChartsMode::StandIn) == (*chosen == ChartsMode::StandIn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stand_ins_and_real_charts_do_not_follow_each_other() {
        let folder = ChartsMode::Folder("/charts".into());
        assert!(is_upgrade(&ChartsMode::Public, &folder));
        assert!(is_upgrade(&ChartsMode::StandIn, &ChartsMode::StandIn));
        assert!(!is_upgrade(&ChartsMode::StandIn, &folder));
        assert!(!is_upgrade(&ChartsMode::Public, &ChartsMode::StandIn));
    }
}
