use std::path::PathBuf;

/// What can be wrong with a chart or a folder of charts.
#[derive(Debug, thiserror::Error)]
pub enum ChartError {
    /// A file or folder could not be read.
    #[error("reading {}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why the system refused.
        source: std::io::Error,
    },
    /// An archive is damaged or is no chart.
    #[error("{origin} is not a packaged chart: {reason}")]
    NotAChart {
        /// The file, folder or maker of the archive.
        origin: String,
        /// What is missing or malformed.
        reason: String,
    },
    /// Two different charts have the same name and version.
    #[error("{first} and {second} are both {name} {version}, with different content")]
    Twice {
        /// Chart name.
        name: String,
        /// Chart version.
        version: String,
        /// Where the first comes from.
        first: String,
        /// Where the second comes from.
        second: String,
    },
    /// The folder holds no chart.
    #[error("{} holds no packaged chart (NAME-VERSION.tgz) and no chart folder (with a Chart.yaml)", directory.display())]
    Empty {
        /// The folder.
        directory: PathBuf,
    },
    /// A stand-in chart was described with a name that cannot be one.
    #[error(
        "a stand-in for chart {chart} cannot be made: {field} `{value}` is not a name that Kubernetes takes"
    )]
    StandIn {
        /// Chart name.
        chart: String,
        /// Which part of the description.
        field: &'static str,
        /// What it says.
        value: String,
    },
}
