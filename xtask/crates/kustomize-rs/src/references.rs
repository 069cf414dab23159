//! Names that refer to other objects follow when those are renamed.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use smol_str::SmolStr;

use crate::fault::{Fault, Result, fault};
use crate::fields::missing::Beginnings;
use crate::fields::table::FieldTable;
use crate::fields::{FieldSpec, Made};
use crate::id::Gvk;
use crate::object::Object;
use crate::set::ObjectSet;
use crate::source::{Sources, Transformer};
use crate::yaml::node::{Mark, Node, Scalar, Tag, Value};
use crate::yaml::value::{Plain, decide};

/// What references need to know of an object, as it is before any reference is changed.
struct Known {
    gvk: Gvk,
    name: SmolStr,
    name_at: Mark,
    namespace: SmolStr,
    namespace_at: Mark,
    effective: SmolStr,
    original: SmolStr,
    is_cluster_scoped: bool,
    former: Vec<(SmolStr, SmolStr)>,
    prefixes: Vec<String>,
    suffixes: Vec<String>,
}

impl Known {
    fn of(object: &Object) -> Self {
        Known {
            gvk: object.gvk(),
            name: object.meta_text("name"),
            name_at: object.meta_at("name"),
            namespace_at: object.meta_at("namespace"),
            namespace: object.meta_text("namespace"),
            effective: object.effective_namespace().into(),
            original: object.original_namespace().into(),
            is_cluster_scoped: object.is_cluster_scoped(),
            former: object.former.iter().map(|f| (f.kind.clone(), f.name.clone())).collect(),
            prefixes: object.prefixes.clone(),
            suffixes: object.suffixes.clone(),
        }
    }

    /// Was it ever of this group, version and kind?
    fn was(&self, wanted: &Gvk) -> bool {
        let part = |mine: &str, wanted: &str| wanted.is_empty() || mine == wanted;
        part(&self.gvk.group, &wanted.group)
            && part(&self.gvk.version, &wanted.version)
            && self.former.iter().any(|(kind, _)| part(kind, &wanted.kind))
    }
}

/// The objects and where former names lead.
struct Index {
    known: Vec<Known>,
    by_name: HashMap<SmolStr, Few>,
}

/// Numbers of objects, mostly one.
struct Few {
    first: usize,
    others: Vec<usize>,
}

/// The fields of a kind that hold names, each with the kind that it names, and how their paths begin.
type OfKind<'t> = (Vec<(&'t Gvk, &'t FieldSpec)>, Beginnings);

/// Writes the present names into all references of the table.
pub(crate) fn fix(set: &mut ObjectSet, table: &FieldTable, sources: &Sources) -> Result<()> {
    let known: Vec<Known> = set.objects.iter().map(Known::of).collect();
    let mut by_name: HashMap<SmolStr, Few> = HashMap::new();
    for (index, object) in known.iter().enumerate() {
        for (_, name) in &object.former {
            let found = by_name.entry(name.clone()).or_insert(Few { first: index, others: Vec::new() });
            // The same name twice is one after the other.
            if *found.others.last().unwrap_or(&found.first) != index {
                found.others.push(index);
            }
        }
    }
    // Where nothing was renamed the original looks at all fields too, and refuses those that cannot hold names.
    let index = Index { known, by_name };
    let mut of_kinds: HashMap<Gvk, OfKind<'_>> = HashMap::new();
    for (referrer, object) in set.changing().iter_mut().enumerate() {
        let gvk = object.original_id().gvk;
        let (specs, beginnings) = of_kinds.entry(gvk.clone()).or_insert_with(|| {
            let all = table.names().iter().flat_map(|(target, specs)| specs.iter().map(move |s| (target, s)));
            let specs: Vec<_> = all.filter(|(_, s)| gvk.is_selected(&s.gvk)).collect();
            let beginnings = Beginnings::new(specs.iter().map(|(_, spec)| *spec));
            (specs, beginnings)
        });
        let mut missing = beginnings.missing();
        let role = role_ref(&object.node);
        let namespaces = binding_namespaces(object)?;
        for (number, (target, spec)) in specs.iter().enumerate() {
            if missing.leads_nowhere(number, spec, &object.node) {
                continue;
            }
            let role = role.as_ref().filter(|_| spec.path.ends_with("roleRef/name"));
            let search = Search {
                index: &index,
                referrer,
                target,
                role,
                namespaces: &namespaces,
                sources,
                has_written: Cell::new(false),
            };
            spec.apply(&mut object.node, &Made::Nothing, Mark::default(), &mut |node| search.set(node))?;
            if search.has_written.get() {
                missing.forget();
            }
        }
    }
    Ok(())
}

fn role_ref(node: &Node) -> Option<Gvk> {
    let role = node.get("roleRef")?;
    let text = |field: &str| role.get(field).map(|n| n.as_text().into());
    Some(Gvk { group: text("apiGroup")?, version: "".into(), kind: text("kind")? })
}

/// The namespaces of the service accounts that a RoleBinding names.
fn binding_namespaces(object: &Object) -> Result<HashSet<String>> {
    let mut namespaces = HashSet::new();
    if object.kind() != "RoleBinding" {
        return Ok(namespaces);
    }
    for subject in object.node.get("subjects").map_or(&[][..], Node::items) {
        let is_account = subject.get("kind").is_some_and(|k| k.as_text() == "ServiceAccount");
        if let (true, Some(namespace)) = (is_account, subject.get("namespace")) {
            let text = namespace.scalar().and_then(|scalar| match decide(scalar) {
                Ok(Plain::Text(text)) if scalar.tag != Tag::Timestamp => Some(text.into_owned()),
                _ => None,
            });
            let Some(text) = text else {
                let message = format!("namespace is blank for resource `{}`", object.id());
                return Err(fault("kustomize/subject", namespace.at, message));
            };
            namespaces.insert(text);
        }
    }
    Ok(namespaces)
}

struct Search<'a> {
    index: &'a Index,
    referrer: usize,
    target: &'a Gvk,
    role: Option<&'a Gvk>,
    namespaces: &'a HashSet<String>,
    sources: &'a Sources,
    has_written: Cell<bool>,
}

impl Search<'_> {
    fn set(&self, node: &mut Node) -> Result<()> {
        match &mut node.value {
            Value::Scalar(scalar) if scalar.is_null() => Ok(()),
            Value::Scalar(_) => self.scalar(node),
            Value::Map(_) => self.mapping(node),
            Value::Seq(items) => items.iter_mut().try_for_each(|item| match item.value {
                Value::Scalar(_) => self.scalar(item),
                Value::Map(_) => self.mapping(item),
                Value::Seq(_) => Err(fault("kustomize/field", item.at, "expected a name, found a list")),
            }),
        }
    }

    fn scalar(&self, node: &mut Node) -> Result<()> {
        let same = |a: &Known, b: &Known| a.name == b.name;
        let found = self.find(node.as_text(), |_| true, same).map_err(|f| f.or_at(node.at))?;
        if let (Some(found), Value::Scalar(scalar)) = (found, &mut node.value)
            && found.name != scalar.text
        {
            self.has_written.set(true);
            *scalar = Scalar { style: scalar.style, ..Scalar::unset(found.name.as_str()) };
            node.at = self.sources.mark(found.name_at, Transformer::NameReference);
        }
        Ok(())
    }

    fn mapping(&self, node: &mut Node) -> Result<()> {
        let Some(name) = node.get("name").map(|n| n.as_text().to_owned()) else {
            return Err(fault("kustomize/field", node.at, "path config error; no `name` field in node"));
        };
        let wanted = node.get("namespace").map(|n| n.as_text().to_owned());
        let by_original = wanted.as_ref().is_some_and(|wanted| {
            let mut all = self.index.known.iter();
            all.any(|k| k.original == *wanted && !k.is_cluster_scoped && self.may_refer(k))
        });
        let agrees = |known: &Known| match &wanted {
            None => true,
            Some(_) if known.is_cluster_scoped => false,
            Some(wanted) if by_original => known.original == *wanted,
            Some(wanted) => known.effective == *wanted,
        };
        let same = |a: &Known, b: &Known| a.name == b.name && a.namespace == b.namespace;
        let Some(found) = self.find(&name, agrees, same).map_err(|f| f.or_at(node.at))? else {
            return Ok(());
        };
        if found.name == name && found.namespace.is_empty() {
            return Ok(());
        }
        self.put(node, "name", &found.name, found.name_at);
        if !found.namespace.is_empty() {
            self.put(node, "namespace", &found.namespace, found.namespace_at);
        }
        Ok(())
    }

    /// Sets a field; one that says the same already stays marked as it is.
    fn put(&self, node: &mut Node, field: &str, text: &str, at: Mark) {
        let old = node.get(field).filter(|old| old.as_text() == text).map(|old| old.at);
        let at = old.unwrap_or_else(|| self.sources.mark(at, Transformer::NameReference));
        self.has_written.set(true);
        node.set(field, Node::from(Scalar::unset(text)).at(at));
    }

    /// Is it among the objects to which the referrer could refer at all?
    fn may_refer(&self, known: &Known) -> bool {
        let referrer = &self.index.known[self.referrer];
        referrer.is_cluster_scoped
            || known.is_cluster_scoped
            || known.effective == referrer.effective
            || self.namespaces.contains(known.namespace.as_str())
    }

    fn find(
        &self,
        name: &str,
        agrees: impl Fn(&Known) -> bool,
        same: impl Fn(&Known, &Known) -> bool,
    ) -> Result<Option<&Known>> {
        let Some(indices) = self.index.by_name.get(name) else { return Ok(None) };
        let referrer = &self.index.known[self.referrer];
        let is_near = |k: &Known| {
            referrer.is_cluster_scoped
                || k.is_cluster_scoped
                || k.gvk.kind == "ServiceAccount"
                || k.effective == referrer.effective
        };
        let indices = std::iter::once(&indices.first).chain(&indices.others);
        let mut found: Vec<&Known> = indices.map(|i| &self.index.known[*i]).collect();
        found.retain(|k| {
            self.may_refer(k)
                && agrees(k)
                && k.was(self.target)
                && self.role.is_none_or(|r| k.was(r))
                && is_near(k)
        });
        if found.len() > 1 || found.is_empty() {
            found.retain(|k| in_same_context(k, referrer, true));
            if found.len() > 1 {
                found.retain(|k| in_same_context(k, referrer, false));
            }
        }
        match found[..] {
            [] => Ok(None),
            [first] => Ok(Some(first)),
            [first, ref others @ ..] if others.iter().all(|o| same(first, o)) => Ok(Some(first)),
            _ => Err(several(&found)),
        }
    }
}

fn several(found: &[&Known]) -> Box<Fault> {
    let ids: Vec<String> = found
        .iter()
        .map(|k| {
            format!("{}/{}.{}", k.gvk, k.name, if k.namespace.is_empty() { "[noNs]" } else { &k.namespace })
        })
        .collect();
    fault(
        "kustomize/reference",
        Default::default(),
        format!("found multiple possible referrals: {}", ids.join(", ")),
    )
}

fn in_same_context(a: &Known, b: &Known, or_empty: bool) -> bool {
    let agree = |a: &[String], b: &[String]| {
        let (short, long) = if a.len() > b.len() { (b, a) } else { (a, b) };
        if short.is_empty() { long.is_empty() || or_empty } else { long.ends_with(short) }
    };
    agree(&a.prefixes, &b.prefixes) && agree(&a.suffixes, &b.suffixes)
}
