//! `--charts`: where the sandbox's source-controller gets charts from. One answer for a whole run, never a mixture.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What the person asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChartsWish {
    /// Probe the public hosts: public when they answer, stand-ins when not.
    Auto,
    /// One of the answers, as it is.
    Exactly(ChartsMode),
}

/// Where charts come from in one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChartsMode {
    /// The public repositories that the tree names.
    Public,
    /// Charts made from the tree's pins and component.yaml: they prove Flux wiring, never a chart.
    StandIn,
    /// Packaged charts or chart folders in this folder (an absolute path).
    Folder(PathBuf),
}

impl FromStr for ChartsWish {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "auto" => ChartsWish::Auto,
            "public" => ChartsWish::Exactly(ChartsMode::Public),
            "stand-in" => ChartsWish::Exactly(ChartsMode::StandIn),
            folder => {
                let path = std::path::absolute(folder).map_err(|error| format!("{folder}: {error}"))?;
                if !path.is_dir() {
                    return Err(format!(
                        "`{folder}` is neither auto, public, stand-in nor a folder of charts"
                    ));
                }
                ChartsWish::Exactly(ChartsMode::Folder(path))
            }
        })
    }
}

impl fmt::Display for ChartsMode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ChartsMode::Public => write!(out, "the public chart repositories"),
            ChartsMode::StandIn => write!(out, "stand-in charts (they prove Flux wiring, never a chart)"),
            ChartsMode::Folder(path) => write!(out, "the charts in {}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_no_folder_is_refused() {
        let error = "standin".parse::<ChartsWish>().unwrap_err();
        assert_eq!(error, "`standin` is neither auto, public, stand-in nor a folder of charts");
    }

    #[test]
    fn a_folder_is_made_absolute() {
        let wish = ".".parse::<ChartsWish>().unwrap();
        assert!(matches!(wish, ChartsWish::Exactly(ChartsMode::Folder(path)) if path.is_absolute()));
    }
}
