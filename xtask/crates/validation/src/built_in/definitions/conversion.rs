//! How objects of one version become those of another.
//!
//! Behaviour: k8s.io/apiextensions-apiserver, `pkg/apis/apiextensions/validation/validation.go`, and k8s.io/apiserver,
//! `pkg/util/webhook/validation.go`.

use kustomize_rs::yaml::node::Node;

use super::super::{admission, at, fault, items, text};
use crate::check::{Faults, Sort, Step, listed, names, short};

const STRATEGIES: [&str; 2] = ["None", "Webhook"];

pub(super) fn check<'a>(conversion: &'a Node, faults: &mut Faults<'a>) {
    let strategy = text(conversion, &["strategy"]);
    if strategy.is_empty() {
        fault(faults, Sort::Missing, conversion, "strategy", "must be there", "write `strategy: None`");
    } else if !STRATEGIES.contains(&strategy) {
        let message = format!("cannot be `{}`", short(strategy));
        fault(faults, Sort::Value, conversion, "strategy", message, format!("write {}", listed(&STRATEGIES)));
    }
    let client = at(conversion, &["webhook", "clientConfig"]);
    let versions = items(conversion, &["webhook", "conversionReviewVersions"]);
    if strategy != "Webhook" {
        if client.is_some() || !versions.is_empty() {
            let message = "may only be there where the strategy is `Webhook`";
            fault(faults, Sort::Value, conversion, "webhook", message, "remove it");
        }
        return;
    }
    faults.path.0.push(Step::Field("webhook"));
    match client {
        None => fault(faults, Sort::Missing, conversion, "clientConfig", "must be there", "add it"),
        Some(client) => {
            faults.path.0.push(Step::Field("clientConfig"));
            self::client(client, faults);
            faults.path.0.pop();
        }
    }
    reviews(conversion, versions, faults);
    faults.path.0.pop();
}

fn client<'a>(client: &'a Node, faults: &mut Faults<'a>) {
    let (url, service) = (at(client, &["url"]), at(client, &["service"]));
    match (url, service) {
        (Some(_), Some(_)) => {
            faults.add(Sort::Value, client, "may have only one of `url` or `service`", "remove one");
        }
        (None, None) => faults.add(Sort::Missing, client, "must have `url` or `service`", "add one"),
        (Some(url), None) => {
            if !admission::is_webhook_address(url.value_text()) {
                let message = format!("cannot be `{}`", short(url.value_text()));
                fault(faults, Sort::Value, url, "url", message, "write an address that begins with https://");
            }
        }
        (None, Some(service)) => {
            faults.path.0.push(Step::Field("service"));
            for field in ["namespace", "name"].into_iter().filter(|field| text(service, &[field]).is_empty())
            {
                fault(faults, Sort::Missing, service, field, "must be there", format!("add `{field}`"));
            }
            let path = text(service, &["path"]);
            if !path.is_empty() && !admission::is_webhook_path(path) {
                let message = format!("cannot be `{}`", short(path));
                fault(faults, Sort::Value, service, "path", message, "write a path that begins with `/`");
            }
            faults.path.0.pop();
        }
    }
}

fn reviews<'a>(conversion: &'a Node, versions: &'a [Node], faults: &mut Faults<'a>) {
    const FIELD: &str = "conversionReviewVersions";
    if versions.is_empty() {
        fault(faults, Sort::Missing, conversion, FIELD, "must be there", "write `[v1]`");
        return;
    }
    let mut seen: Vec<&str> = Vec::new();
    for (index, version) in versions.iter().map(Node::value_text).enumerate() {
        let message = if seen.contains(&version) {
            format!("is in the list twice: `{version}`")
        } else if !names::is_service_label(version) {
            format!("cannot be `{}`", short(version))
        } else {
            seen.push(version);
            continue;
        };
        faults.path.0.extend([Step::Field(FIELD), Step::Item(index)]);
        faults.add(Sort::Value, versions.get(index).unwrap_or(conversion), message, "write `v1`");
        faults.path.0.truncate(faults.path.0.len() - 2);
    }
    if !seen.iter().any(|version| matches!(*version, "v1" | "v1beta1")) {
        fault(faults, Sort::Value, conversion, FIELD, "must have `v1` or `v1beta1`", "add `v1`");
    }
}
