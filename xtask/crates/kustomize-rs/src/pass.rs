//! Work on one object at a time, done one after the other on each object.
//!
//! Many objects are more than the caches of a processor hold: taking each of them through all the work costs a fraction of
//! taking each piece of work through all of them.

use crate::fault::Result;
use crate::object::Object;
use crate::set::ObjectSet;
use crate::shared;
use crate::yaml::node::Shared;

type Step<'a> = Box<dyn FnMut(&mut Object) -> Result<()> + 'a>;

/// Steps that are taken together.
#[derive(Default)]
pub(crate) struct Pass<'a> {
    steps: Vec<Step<'a>>,
}

impl<'a> Pass<'a> {
    /// Adds a step behind the others.
    pub(crate) fn add(&mut self, step: impl FnMut(&mut Object) -> Result<()> + 'a) {
        self.steps.push(Box::new(step));
    }

    /// Takes each object through all steps, and drops objects of which nothing is left. The fault is the one that the steps
    /// would meet first if each went through all objects before the next began.
    pub(crate) fn run(&mut self, set: &mut ObjectSet) -> Result<()> {
        let mut steps = &mut std::mem::take(&mut self.steps)[..];
        if steps.is_empty() {
            return Ok(());
        }
        let mut first = Ok(());
        for object in set.changing() {
            if let Err((number, fault)) = through(steps, object) {
                first = Err(fault);
                // Of the objects behind this one only the steps before can still meet an earlier fault.
                steps = &mut steps[..number];
            }
        }
        first?;
        set.drop_gone();
        Ok(())
    }
}

/// Takes an object through the steps; the number of the one that failed.
fn through(
    steps: &mut [Step<'_>],
    object: &mut Object,
) -> std::result::Result<(), (usize, Box<crate::fault::Fault>)> {
    for (number, step) in steps.iter_mut().enumerate() {
        let settings = Shared::settings();
        step(object).map_err(|fault| (number, fault))?;
        if Shared::settings() != settings {
            shared::settle(object);
        }
        if object.is_gone() {
            break;
        }
    }
    Ok(())
}
