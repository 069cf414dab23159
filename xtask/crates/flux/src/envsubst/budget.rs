//! What one substitution may cost.

use super::error::Problem;

/// Bytes written and comparisons made, together. Objects have a few hundred kilobytes; nested replacements can ask for any
/// number of bytes, and patterns take the square of a value's length.
const MOST: usize = 1 << 28;

/// What is left.
pub(super) struct Budget(usize);

impl Budget {
    pub(super) fn new() -> Self {
        Budget(MOST)
    }

    pub(super) fn spend(&mut self, steps: usize) -> Result<(), Problem> {
        self.0 = self.0.checked_sub(steps).ok_or(Problem::Work)?;
        Ok(())
    }
}
