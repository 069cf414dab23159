//! A value put into fields of selected objects, whole or as a part of a file path.

use super::{Transform, record};
use crate::fault::{Fault, Result, fault};
use crate::kustomization::args::Selector;
use crate::kustomization::record::{Reading, Record};
use crate::patch::Patches;
use crate::select::Matcher;
use crate::set::ObjectSet;
use crate::source::Transformer;
use crate::transform::namespace::{Namespace, Subjects};
use crate::yaml::node::{Field, Mark, Node, Scalar, Value};
use crate::yaml::read::Twice;

struct ValueAdd {
    value: String,
    targets: Vec<Target>,
    at: Mark,
}

struct Target {
    at: Mark,
    selector: Option<Selector>,
    path: String,
    position: i64,
}

impl Target {
    fn read(node: &Node, reading: Reading) -> Result<Self> {
        let names = ["selector", "fieldPath", "filePathPosition"];
        let record = Record::read("a target", node, &names, reading)?;
        Ok(Target {
            at: node.at,
            selector: record.nested("selector", Selector::read)?,
            path: record.text("fieldPath")?,
            position: record.number("filePathPosition")?,
        })
    }
}

fn wrong(at: Mark, message: impl Into<String>) -> Box<Fault> {
    fault("kustomize/value-add", at, message)
}

pub(super) fn read<'a>(from: &Patches<'_>, node: &Node) -> Result<Transform<'a>> {
    let Patches { loader, folder, .. } = from;
    let record = record(node)?;
    let mut value = record.text("value")?.trim().to_owned();
    if value.is_empty() {
        folder.path.as_str().rsplit('/').next().unwrap_or_default().clone_into(&mut value);
    }
    let mut targets = record.list("targets", Target::read)?;
    let path = record.text("targetFilePath")?;
    if !path.is_empty() {
        let file = loader.document(folder, &path, node.at, Twice::Last)?;
        targets.extend(super::record(&file)?.list("targets", Target::read)?);
    }
    if targets.is_empty() {
        return Err(wrong(node.at, "must specify at least one target"));
    }
    for target in &targets {
        if target.path.is_empty() {
            return Err(wrong(target.at, "fieldPath cannot be empty"));
        }
        loader.limits.path(target.path.split('/').count(), target.at)?;
        if target.position < 0 {
            let message = format!("value of FilePathPosition ({}) cannot be negative", target.position);
            return Err(wrong(target.at, message));
        }
    }
    let at = record.get("value").map_or(node.at, |n| n.at);
    let add = ValueAdd { value, targets, at: loader.sources.mark(at, Transformer::ValueAdd) };
    Ok(Box::new(move |set| add.apply(set)))
}

impl ValueAdd {
    fn apply(&self, set: &mut ObjectSet) -> Result<()> {
        for target in &self.targets {
            let matcher = target.selector.as_ref().map(Matcher::new).transpose()?;
            let namespace = Namespace {
                name: &self.value,
                at: self.at,
                specs: &[],
                unset_only: false,
                subjects: Subjects::Default,
            };
            let steps = crate::path::split_all(&target.path, '/');
            for object in set.changing() {
                if let Some(matcher) = &matcher
                    && !matcher.object(object)?
                {
                    continue;
                }
                if target.path == "metadata/namespace" {
                    namespace.object(object)?;
                } else {
                    self.add(&mut object.node, &steps, target).map_err(|f| f.or_at(target.at))?;
                }
            }
        }
        Ok(())
    }

    fn add(&self, node: &mut Node, steps: &[String], target: &Target) -> Result<()> {
        let steps: Vec<&str> = steps.iter().map(|s| s.trim()).filter(|s| !s.is_empty()).collect();
        let Some(found) = find(node, &steps, self.at)? else {
            return match target.position {
                0 => Ok(()),
                _ => Err(wrong(target.at, format!("`{}` leads nowhere", target.path))),
            };
        };
        let Value::Scalar(old) = &mut found.value else {
            return Err(wrong(found.at, format!("expected a scalar, found {}", found.sort())));
        };
        let text = match usize::try_from(target.position - 1) {
            Ok(position) => insert(&old.text, position, &self.value),
            Err(_) => self.value.clone(),
        };
        *old = Scalar { style: old.style, ..Scalar::unset(text) };
        found.at = self.at;
        Ok(())
    }
}

/// The value at a path, made where it is missing (kyaml's PathGetter with a scalar to create).
fn find<'n>(node: &'n mut Node, steps: &[&str], by: Mark) -> Result<Option<&'n mut Node>> {
    let Some((step, rest)) = steps.split_first() else { return Ok(Some(node)) };
    let at = node.at;
    let sort = node.sort();
    let expected = |wanted: &str| wrong(at, format!("`{step}`: expected {wanted}, found {sort}"));
    let index = if *step == "-" { Some(None) } else { step.parse::<i64>().ok().map(Some) };
    if let Some(index) = index {
        let Value::Seq(items) = &mut node.value else { return Err(expected("a list")) };
        let index = match index {
            None if items.is_empty() => return Err(wrong(at, "the list has no last item")),
            None => items.len() - 1,
            Some(index) => usize::try_from(index)
                .map_err(|_| wrong(at, format!("array index {index} cannot be negative")))?,
        };
        return items.get_mut(index).map_or(Ok(None), |item| find(item, rest, by));
    }
    if *step == "*" {
        return Err(wrong(at, "wildcard is not supported in PathGetter"));
    }
    if let Some(condition) = step.strip_prefix('[').and_then(|s| s.strip_suffix(']')) {
        let Some((key, value)) = condition.split_once('=') else {
            return Err(wrong(
                at,
                "list path element must contain fieldName=fieldValue for element to match",
            ));
        };
        return element(node, (key, value), rest, by);
    }
    if node.is_null() {
        return Ok(None);
    }
    let Value::Map(fields) = &mut node.value else { return Err(expected("a mapping")) };
    let index = fields.iter().position(|f| f.key == *step).unwrap_or_else(|| {
        fields.push(Field::new(*step, made(rest.first()).at(by)));
        fields.len() - 1
    });
    fields.get_mut(index).map_or(Ok(None), |field| find(&mut field.value, rest, by))
}

fn element<'n>(
    node: &'n mut Node,
    (key, value): (&str, &str),
    rest: &[&str],
    by: Mark,
) -> Result<Option<&'n mut Node>> {
    let (at, sort) = (node.at, node.sort());
    if node.is_null() {
        return Ok(None);
    }
    let Value::Seq(items) = &mut node.value else {
        return Err(wrong(at, format!("`[{key}={value}]`: expected a list, found {sort}")));
    };
    let is_meant = |item: &Node| match key {
        "" => item.as_text() == value,
        key => item.get(key).is_some_and(|n| n.as_text() == value),
    };
    let index = items.iter().position(is_meant).unwrap_or_else(|| {
        let scalar = Node { at: by, value: Value::Scalar(Scalar::unset(value)) };
        items.push(match key {
            "" => scalar,
            key => Node { at: by, value: Value::Map(vec![Field::new(key, scalar)]) },
        });
        items.len() - 1
    });
    items.get_mut(index).map_or(Ok(None), |item| find(item, rest, by))
}

/// An empty value of the sort that the next step needs.
fn made(next: Option<&&str>) -> Node {
    let is_list = |s: &str| (s.starts_with('[') && s.ends_with(']')) || s.parse::<u32>().is_ok();
    let value = match next {
        None => Value::Scalar(Scalar::unset("")),
        Some(step) if is_list(step) => Value::Seq(Vec::new()),
        Some(_) => Value::Map(Vec::new()),
    };
    Node { at: Mark::default(), value }
}

/// Puts a part into a file path (kyaml's `filesys.InsertPathPart`).
fn insert(path: &str, position: usize, part: &str) -> String {
    let (root, relative) = path.strip_prefix('/').map_or(("", path), |rest| ("/", rest));
    let mut parts: Vec<&str> = relative.split('/').filter(|p| !p.is_empty()).collect();
    parts.insert(position.min(parts.len()), part);
    format!("{root}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::insert;

    #[test]
    fn a_part_goes_to_its_position_in_absolute_and_relative_paths() {
        for (path, position, expected) in [
            ("", 5, "PEACH"),
            ("/", 0, "/PEACH"),
            ("pie", 0, "PEACH/pie"),
            ("/pie", 0, "/PEACH/pie"),
            ("/raw", 9, "/raw/PEACH"),
            ("a/nice/warm/pie", 3, "a/nice/warm/PEACH/pie"),
            ("/a/nice/warm/pie", 3, "/a/nice/warm/PEACH/pie"),
        ] {
            assert_eq!(insert(path, position, "PEACH"), expected);
        }
    }
}
