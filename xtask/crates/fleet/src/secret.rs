//! Values that nobody may print by accident.

use std::fmt;

/// A value that shows as `***`. [`Secret::expose`] is the only way to it.
///
/// It has no `Serialize`, so no report can hold it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret<T>(T);

/// A text that shows as `***`.
pub type SecretString = Secret<String>;

impl<T> Secret<T> {
    /// Hides a value.
    pub fn new(value: T) -> Self {
        Secret(value)
    }

    /// The value itself. Every call is a place where a secret may leave; keep them few.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Secret(value)
    }
}

impl From<&str> for SecretString {
    fn from(text: &str) -> Self {
        Secret(text.to_owned())
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_stars_however_it_is_printed() {
        let secret = SecretString::from("hunter2");
        assert_eq!(format!("{secret} {secret:?} {:?}", Some(&secret)), "*** *** Some(***)");
        assert_eq!(secret.expose(), "hunter2");
    }
}
