//! Keys without `?`: a token turns out to be one when its colon comes.

use super::super::SyntaxError;
use super::super::cursor::Mark;
use super::{Result, Scanner};

/// A key and its `:` are at most so many characters apart, and on one line.
const LONGEST_KEY: usize = 1024;

/// A token that may turn out to be a key.
#[derive(Debug, Clone, Copy)]
pub(super) struct SimpleKey {
    pub(super) is_possible: bool,
    /// Is its token held back until that is known? An empty `[]` or `{}` is not, which go-yaml got wrong.
    pub(super) is_held: bool,
    /// Must it be one, because it stands where a key has to?
    is_required: bool,
    /// Its number among all tokens of the text.
    pub(super) token: usize,
    pub(super) mark: Mark,
    index: usize,
}

impl SimpleKey {
    pub(super) fn none(token: usize, mark: Mark) -> Self {
        SimpleKey { is_possible: false, is_held: false, is_required: false, token, mark, index: 0 }
    }
}

impl Scanner<'_> {
    /// The head cannot be given out while it may still become a key. go-yaml v3 looks two tokens further, for its comments:
    /// what is wrong there shows even where nobody reads on.
    pub(super) fn needs_more(&mut self) -> Result<bool> {
        if self.tokens.len() < if self.is_v2 { 1 } else { 3 } {
            return Ok(true);
        }
        let head = self.taken;
        match self.keys.iter().rposition(|key| key.is_possible && key.is_held && key.token == head) {
            Some(index) => self.is_key(index),
            None => Ok(false),
        }
    }

    /// Can that token still be a key?
    pub(super) fn is_key(&mut self, index: usize) -> Result<bool> {
        let key = self.keys[index];
        if !key.is_possible {
            return Ok(false);
        }
        if key.mark.line < self.cursor.line() || key.index + LONGEST_KEY < self.cursor.index() {
            if key.is_required {
                return Err(self.no_colon(key.mark));
            }
            self.keys[index].is_possible = false;
            return Ok(false);
        }
        Ok(true)
    }

    fn no_colon(&self, start: Mark) -> SyntaxError {
        let mut error =
            self.cursor.error("while scanning a simple key", start, "could not find expected ':'");
        // The line that lacks the colon says more than the one on which this was noticed.
        error.at = start.position();
        error.context = None;
        error
    }

    /// Remembers that the token which begins here may be a key.
    pub(super) fn save_key(&mut self) -> Result<()> {
        if !self.key_allowed {
            return Ok(());
        }
        let mark = self.cursor.mark();
        let is_required = self.flow == 0 && self.indent == mark.column as isize;
        self.drop_key()?;
        let token = self.taken + self.tokens.len();
        let index = self.cursor.index();
        let key = SimpleKey { is_possible: true, is_held: true, is_required, token, mark, index };
        if let Some(last) = self.keys.last_mut() {
            *last = key;
        }
        Ok(())
    }

    /// The token remembered on this level is no key.
    pub(super) fn drop_key(&mut self) -> Result<()> {
        let Some(key) = self.keys.last_mut() else { return Ok(()) };
        if key.is_possible && key.is_required {
            let mark = key.mark;
            return Err(self.no_colon(mark));
        }
        key.is_possible = false;
        Ok(())
    }
}
