//! `vars`: values of fields put where texts say `$(NAME)`.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;

use crate::fault::{Result, fault};
use crate::fields::{FieldSpec, Made};
use crate::id::Id;
use crate::kustomization::args::Variable;
use crate::load::Loader;
use crate::object::Object;
use crate::path::split_brackets;
use crate::replace::lookup;
use crate::set::ObjectSet;
use crate::source::Transformer;
use crate::yaml::float;
use crate::yaml::node::{Mark, Node, Scalar, Tag, Value};

/// The variables of a build by name.
pub(crate) type Variables = BTreeMap<String, Variable>;

/// Adds variables of a file and notes at the objects which of them they hold.
pub(crate) fn declare(set: &mut ObjectSet, known: &mut Variables, new: &[Variable]) -> Result<()> {
    for variable in new {
        let wanted = Id {
            gvk: variable.gvk.clone(),
            name: variable.object.as_str().into(),
            namespace: variable.namespace.as_str().into(),
            is_cluster_scoped: false,
        };
        let is = |id: &Id| match variable.namespace.as_str() {
            // Without a namespace any is meant.
            "" => id.name == wanted.name && id.gvk == wanted.gvk,
            _ => wanted.equals(id),
        };
        let mut found: Vec<&mut Object> =
            set.objects.iter_mut().filter(|o| o.all_ids().iter().any(&is)).collect();
        match &mut found[..] {
            [] => {}
            [object] => object.variables.push(variable.name.clone()),
            several => {
                let message = format!(
                    "found {} resId matches for var {} (unable to disambiguate)",
                    several.len(),
                    variable.name
                );
                return Err(fault("kustomize/variable", variable.at, message)
                    .with_help("give `objref.namespace` or a name that is there once"));
            }
        }
    }
    merge(known, new.iter())
}

/// Adds variables; a name that is taken is refused.
pub(crate) fn merge<'v>(known: &mut Variables, new: impl IntoIterator<Item = &'v Variable>) -> Result<()> {
    for variable in new {
        if known.insert(variable.name.clone(), variable.clone()).is_some() {
            let message = format!("var '{}' already encountered", variable.name);
            return Err(fault("kustomize/variable", variable.at, message)
                .with_help("names of variables are those of the whole build"));
        }
    }
    Ok(())
}

/// What a variable stands for.
enum Content {
    Text(String),
    Int(i64),
    Float(f64),
    Bool(bool),
    /// A list or mapping: nothing that a text could hold.
    Other,
}

/// Puts the values in; gives the variables that nothing asked for.
pub(crate) fn resolve<'v>(
    set: &mut ObjectSet,
    known: &'v Variables,
    specs: &[FieldSpec],
    loader: &Loader<'_>,
) -> Result<Vec<&'v Variable>> {
    let mut contents = BTreeMap::new();
    for (name, variable) in known {
        contents.insert(name.as_str(), content(set, variable)?);
    }
    if contents.is_empty() {
        return Ok(Vec::new());
    }
    let mut expansion = Expansion { contents, used: BTreeSet::new(), made: 0, loader };
    for object in set.changing() {
        let gvk = object.gvk();
        for spec in specs.iter().filter(|s| gvk.is_selected(&s.gvk)) {
            spec.apply(&mut object.node, &Made::Nothing, Mark::default(), &mut |node| expansion.field(node))?;
        }
    }
    Ok(known.values().filter(|variable| !expansion.used.contains(variable.name.as_str())).collect())
}

fn content(set: &ObjectSet, variable: &Variable) -> Result<Content> {
    let Some(object) = set.objects.iter().find(|o| o.variables.contains(&variable.name)) else {
        let message = format!(
            "var '{}' cannot be mapped to a field in the set of known resources: there is no {}/{}",
            variable.name, variable.gvk, variable.object
        );
        return Err(fault("kustomize/variable", variable.at, message));
    };
    let steps = with_indices(split_brackets(&variable.path));
    let found = lookup(&object.node, &steps).ok().flatten();
    found.and_then(of_node).ok_or_else(|| {
        let message = format!(
            "field specified in var '{}' not found in corresponding resource: `{}` of {}",
            variable.name,
            variable.path,
            object.id()
        );
        fault("kustomize/variable", variable.at, message)
    })
}

/// `ports[0]` is `ports`, `0`.
fn with_indices(steps: Vec<String>) -> Vec<String> {
    let mut split = Vec::new();
    for step in steps {
        let indexed = step.strip_suffix(']').and_then(|s| s.rsplit_once('['));
        match indexed.filter(|(_, i)| !i.is_empty() && i.bytes().all(|b| b.is_ascii_digit())) {
            Some((name, index)) => {
                split.extend(Some(name.to_owned()).filter(|n| !n.is_empty()));
                split.push(index.to_owned());
            }
            None => split.push(step),
        }
    }
    split
}

fn of_node(node: &Node) -> Option<Content> {
    let Some(scalar) = node.scalar() else { return Some(Content::Other) };
    match scalar.tag {
        Tag::Int => scalar.text.parse().ok().map(Content::Int),
        Tag::Float => scalar.text.parse().ok().map(Content::Float),
        Tag::Bool => scalar.text.to_ascii_lowercase().parse().ok().map(Content::Bool),
        _ => Some(Content::Text(scalar.text.to_string())),
    }
}

type Contents<'v> = BTreeMap<&'v str, Content>;

/// What the variables of a build stand for, which were used, and how many bytes came of it.
struct Expansion<'v, 'l> {
    contents: Contents<'v>,
    used: BTreeSet<&'v str>,
    made: usize,
    loader: &'l Loader<'l>,
}

impl Expansion<'_, '_> {
    fn put(&mut self, node: &mut Node) -> Result<()> {
        if let Value::Scalar(scalar) = &mut node.value
            && is_text(scalar)
        {
            let most = self.loader.limits.most_text();
            let new = expand(&scalar.text, &self.contents, &mut self.used, most);
            if new.text != scalar.text {
                self.made += new.text.len();
                self.loader.limits.text(self.made, node.at)?;
                node.at = self.loader.sources.mark(node.at, Transformer::Vars);
            }
            *scalar = new;
        }
        Ok(())
    }

    fn field(&mut self, node: &mut Node) -> Result<()> {
        match &mut node.value {
            Value::Scalar(_) => self.put(node)?,
            Value::Map(fields) => {
                for field in fields {
                    if !field.is_text {
                        let message = format!("invalid map key: `{}` is not a text", field.key);
                        return Err(fault("kustomize/field", field.at, message));
                    }
                    self.put(&mut field.value)?;
                }
            }
            Value::Seq(items) => {
                for item in items {
                    if !item.scalar().is_some_and(is_text) {
                        return Err(fault("kustomize/field", item.at, "invalid value type expect a string"));
                    }
                    self.put(item)?;
                }
            }
        }
        Ok(())
    }
}

fn is_text(scalar: &Scalar) -> bool {
    matches!(scalar.tag, Tag::Str | Tag::Unset)
}

/// Expands a text as the original does (filters/refvar/expand.go); a text that is one variable takes its type. Ends where more
/// than `most` bytes have come of it.
fn expand<'v>(text: &str, contents: &Contents<'v>, used: &mut BTreeSet<&'v str>, most: usize) -> Scalar {
    let mut out: Vec<u8> = Vec::new();
    let mut rest = text.as_bytes();
    let mut may_close = true;
    while let Some(at) = rest.iter().position(|b| *b == b'$') {
        let Some(next) = rest.get(at + 1) else { break };
        if out.len() > most {
            break;
        }
        out.extend(&rest[..at]);
        let after = &rest[at + 1..];
        // Looked for only where it counts: texts may be long and full of `$`.
        let closed = (*next == b'(' && may_close).then(|| after.iter().position(|b| *b == b')')).flatten();
        may_close &= *next != b'(' || closed.is_some();
        rest = match (next, closed) {
            (b'$', _) => {
                out.push(b'$');
                &after[1..]
            }
            (b'(', Some(end)) => {
                let name = String::from_utf8_lossy(&after[1..end]).into_owned();
                let known = contents.get_key_value(name.as_str());
                used.extend(known.filter(|(_, c)| !matches!(c, Content::Other)).map(|(name, _)| *name));
                let content = known.map(|(_, content)| content);
                if text == format!("$({name})") {
                    return whole(text, content);
                }
                out.extend(part(&name, content).as_bytes());
                &after[end + 1..]
            }
            (next, _) => {
                // The original makes a character of the first byte, whatever character it begins.
                out.push(b'$');
                out.extend(char::from(*next).to_string().as_bytes());
                &after[1..]
            }
        };
    }
    out.extend(rest);
    let text = String::from_utf8(out);
    Scalar::text(text.unwrap_or_else(|e| base64::engine::general_purpose::STANDARD.encode(e.as_bytes())))
}

fn whole(text: &str, content: Option<&Content>) -> Scalar {
    match content {
        Some(Content::Text(text)) => Scalar::text(text.as_str()),
        Some(Content::Int(n)) => Scalar { tag: Tag::Int, ..Scalar::unset(n.to_string()) },
        Some(Content::Float(n)) => Scalar { tag: Tag::Float, ..Scalar::unset(n.to_string()) },
        Some(Content::Bool(b)) => Scalar { tag: Tag::Bool, ..Scalar::unset(b.to_string()) },
        Some(Content::Other) | None => Scalar::text(text),
    }
}

fn part(name: &str, content: Option<&Content>) -> String {
    match content {
        Some(Content::Text(text)) => text.clone(),
        Some(Content::Int(n)) => n.to_string(),
        Some(Content::Float(n)) => float::general(*n),
        Some(Content::Bool(b)) => b.to_string(),
        Some(Content::Other) | None => format!("$({name})"),
    }
}
