//! A chart repository with an `index.yaml`.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper::{Response, StatusCode};
use serde_json::{Value, json};

use crate::edge::charts::chart::Chart;
use crate::edge::git_server::reply::{self, Body};

/// Some charts under one base URL.
#[derive(Debug)]
pub(super) struct HttpRepository {
    url: String,
    /// By file name.
    charts: BTreeMap<String, Arc<Chart>>,
}

impl HttpRepository {
    pub(super) fn new(url: String) -> Self {
        Self { url, charts: BTreeMap::new() }
    }

    pub(super) fn add(&mut self, versions: &[Arc<Chart>]) {
        self.charts.extend(versions.iter().map(|chart| (chart.file_name(), chart.clone())));
    }

    /// Answers for a file below the base URL; `None` when there is no such file.
    pub(super) fn answer(&self, file: &str) -> Option<Response<Body>> {
        if file == "index.yaml" {
            return Some(reply::bytes(StatusCode::OK, "application/yaml", self.index().to_string().into()));
        }
        let chart = self.charts.get(file)?;
        Some(reply::bytes(StatusCode::OK, "application/gzip", chart.archive.clone()))
    }

    /// JSON, which is YAML. The dates are fixed, so that the same charts make the same index.
    fn index(&self) -> Value {
        let mut entries: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for (file, chart) in &self.charts {
            let mut entry = json!(chart.metadata);
            entry["digest"] = json!(chart.digest);
            entry["urls"] = json!([format!("{}/{}", self.url, file.replace('+', "%2B"))]);
            entry["created"] = json!("2000-01-01T00:00:00Z");
            entries.entry(&chart.metadata.name).or_default().push(entry);
        }
        json!({"apiVersion": "v1", "entries": entries, "generated": "2000-01-01T00:00:00Z"})
    }
}
