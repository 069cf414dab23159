//! Names, tags and digests of images.

use std::cell::Cell;

use regex::Regex;

use crate::fault::{Result, fault};
use crate::fields::{FieldSpec, Made, set_scalar};
use crate::kustomization::args::Image;
use crate::object::Object;
use crate::yaml::node::{Mark, Node, Tag, Value};

/// How an image is rewritten, and whether it was met.
pub(crate) struct Rule<'a> {
    pub(crate) image: &'a Image,
    pattern: Regex,
    at: Mark,
    is_used: Cell<bool>,
}

impl<'a> Rule<'a> {
    /// The rule of an entry of `images`, on behalf of that source.
    pub(crate) fn new(image: &'a Image, source: u32) -> Result<Self> {
        let pattern = format!("^{}(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?$", image.name);
        let pattern = crate::pattern::compile(&pattern).ok_or_else(|| {
            let message =
                format!("`{}` is not a regular expression, which names of images are here", image.name);
            fault("kustomize/image", image.at, message)
        })?;
        Ok(Rule { image, pattern, at: image.at.of(source), is_used: Cell::new(false) })
    }

    /// Was the image met in any object?
    pub(crate) fn is_used(&self) -> bool {
        self.is_used.get()
    }

    /// Rewrites the image wherever the object uses it.
    pub(crate) fn apply(&self, object: &mut Object, specs: &[FieldSpec]) -> Result<()> {
        if object.kind() == "CustomResourceDefinition" {
            return Ok(());
        }
        self.walk(&mut object.node)?;
        let gvk = object.gvk();
        for spec in specs.iter().filter(|s| gvk.is_selected(&s.gvk)) {
            spec.apply(&mut object.node, &Made::Nothing, self.at, &mut |node| self.put(node))?;
        }
        Ok(())
    }

    /// Every list named `containers` or `initContainers`, wherever it is.
    fn walk(&self, node: &mut Node) -> Result<()> {
        match &mut node.value {
            Value::Scalar(_) => Ok(()),
            Value::Seq(items) => items.iter_mut().try_for_each(|item| self.walk(item)),
            Value::Map(fields) => {
                for field in fields {
                    if matches!(field.value.value, Value::Scalar(_)) {
                        continue;
                    }
                    self.walk(&mut field.value)?;
                    let is_list = matches!(field.key.as_str(), "containers" | "initContainers");
                    if let (true, Value::Seq(items)) = (is_list, &mut field.value.value) {
                        for item in items {
                            if !matches!(item.value, Value::Map(_)) && !item.is_null() {
                                let message = format!("expected a mapping, found {}", item.sort());
                                return Err(fault("kustomize/field", item.at, message));
                            }
                            if let Some(image) = item.get_mut("image") {
                                self.put(image)?;
                            }
                        }
                    }
                }
                Ok(())
            }
        }
    }

    fn put(&self, node: &mut Node) -> Result<()> {
        if !matches!(node.value, Value::Scalar(_)) {
            return Err(fault(
                "kustomize/field",
                node.at,
                format!("expected a scalar, found {}", node.sort()),
            ));
        }
        let old = node.as_text();
        if !self.pattern.is_match(old) {
            return Ok(());
        }
        self.is_used.set(true);
        let (name, tag, digest) = split(old);
        let image = self.image;
        let name = if image.new_name.is_empty() { name } else { &image.new_name };
        let (tag, digest) = match (image.new_tag.as_str(), image.digest.as_str(), image.tag_suffix.as_str()) {
            ("", "", "") => (tag.to_owned(), digest),
            ("", "", suffix) => (format!("{tag}{suffix}"), ""),
            (new, digest, _) => (new.to_owned(), digest),
        };
        let mut new = name.to_owned();
        for (mark, part) in [(':', tag.as_str()), ('@', digest)] {
            if !part.is_empty() {
                new.push(mark);
                new.push_str(part);
            }
        }
        set_scalar(node, &new, Tag::Unset, self.at)
    }
}

/// Name, tag and digest; a colon before the first slash belongs to a port.
fn split(image: &str) -> (&str, &str, &str) {
    let slash = image.find('/').unwrap_or(0);
    let rest = &image[slash..];
    let (at, colon) = (rest.find('@'), rest.find(':'));
    match (at, colon) {
        (None, None) => (image, "", ""),
        (Some(at), colon) if colon.is_none_or(|c| at < c) => {
            (&image[..slash + at], "", &image[slash + at + 1..])
        }
        (Some(at), Some(colon)) => {
            (&image[..slash + colon], &image[slash + colon + 1..slash + at], &image[slash + at + 1..])
        }
        (_, Some(colon)) => (&image[..slash + colon], &image[slash + colon + 1..], ""),
        (Some(_), None) => (image, "", ""),
    }
}
