//! What the API server would refuse, of every object whose kind is known.

use std::collections::{BTreeMap, BTreeSet};

use flux::render::variables::placeholder;
use kustomize_rs::yaml::node::Node;
use validation::{Checker, Lookup, Schemas, Sort, check};
use yamltree::diagnostic::Place;

use crate::subject::{Object, Subject};

/// Everything that would be refused, and what nobody can say.
#[derive(Debug, Default)]
pub struct Refused {
    faults: Vec<Fault>,
    /// How many objects were checked.
    pub checked: usize,
    /// Kinds without a schema, and how many objects are of them.
    pub unknown: BTreeMap<String, usize>,
    /// Rules of definitions that could not be evaluated, each with the reason.
    pub unevaluated: Vec<(String, String)>,
}

/// Something that would be refused.
#[derive(Debug)]
pub(crate) struct Fault {
    sort: Sort,
    pub(crate) place: Place,
    pub(crate) message: String,
    pub(crate) help: String,
}

impl Refused {
    pub(crate) fn of_sort(&self, sort: Sort) -> impl Iterator<Item = &Fault> {
        self.faults.iter().filter(move |fault| fault.sort == sort)
    }
}

pub(crate) fn of(subject: &Subject<'_>, schemas: &Schemas) -> Refused {
    let mut checker = Checker::default();
    let mut refused = Refused::default();
    // What stands for a value that only the cluster knows says nothing about that value.
    let rendered = subject.rendering.parts.iter().flat_map(|part| &part.objects);
    let names: BTreeSet<&String> = rendered.flat_map(|object| &object.unknown).collect();
    // But what our own tree generates is a text whatever it is: it begins with a letter.
    let is_text = |name: &str| subject.platform().is_some_and(|platform| platform.is_generated(name));
    let placeholders: Vec<(String, bool)> =
        names.into_iter().map(|name| (placeholder(name), is_text(name))).collect();
    for object in subject.objects() {
        let text = |key: &str| object.node.get(key).map_or("", Node::value_text);
        let known = match schemas.get(text("apiVersion"), text("kind")) {
            Lookup::Known(known) => known,
            // The rule `kubernetes/unknown-kind` says so.
            Lookup::Missing => continue,
            Lookup::Unknown => {
                let kind = format!("{} {}", text("apiVersion"), text("kind"));
                *refused.unknown.entry(kind).or_default() += 1;
                continue;
            }
        };
        refused.checked += 1;
        if known.known.is_namespaced && object.key().namespace.is_empty() {
            refused.faults.push(Fault {
                sort: Sort::Missing,
                place: object.place(object.node),
                message: format!("{}: it is in no namespace", object.title()),
                help: "write `metadata.namespace`, or `targetNamespace` in the Kustomization that brings it"
                    .to_owned(),
            });
        }
        for fault in check(object.node, &known, &mut checker) {
            let is_unknown = placeholders.iter().any(|(placeholder, is_text)| {
                fault.message.contains(placeholder.as_str()) && !(*is_text && fault.sort == Sort::Type)
            });
            if is_unknown || is_of_flux_operator(&object, &fault) {
                continue;
            }
            refused.faults.push(Fault {
                sort: fault.sort,
                place: object.place_of(fault.at),
                message: format!("{}: `{}` {}", object.title(), fault.path, fault.message),
                help: fault.help,
            });
        }
    }
    refused.unevaluated = checker.unevaluated();
    refused
}

/// Kinds that the Flux Operator adds to the definitions of alerts and receivers where it installs Flux.
const OF_FLUX_OPERATOR: [&str; 3] = ["`FluxInstance`", "`ResourceSet`", "`ResourceSetInputProvider`"];

/// Is it about a kind that may be named wherever it exists?
fn is_of_flux_operator(object: &Object<'_>, fault: &validation::Fault) -> bool {
    object.group() == "notification.toolkit.fluxcd.io"
        && fault.path.ends_with("].kind")
        && OF_FLUX_OPERATOR.iter().any(|kind| fault.message.contains(kind))
}
