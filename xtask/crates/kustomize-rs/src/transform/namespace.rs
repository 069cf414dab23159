//! The namespace of all objects that have one.

use std::sync::LazyLock;

use crate::fault::{Result, fault};
use crate::fields::{FieldSpec, Made, set_scalar};
use crate::id::Gvk;
use crate::object::Object;
use crate::set::{ObjectSet, unique};
use crate::yaml::node::{Mark, Node, Scalar, Tag, Value};

/// Which subjects of role bindings get the namespace too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Subjects {
    /// Those named `default`.
    #[default]
    Default,
    /// All service accounts.
    Accounts,
    /// None.
    None,
}

/// What to set, and where.
#[derive(Debug, Clone)]
pub(crate) struct Namespace<'a> {
    pub(crate) name: &'a str,
    pub(crate) at: Mark,
    pub(crate) specs: &'a [FieldSpec],
    /// Only where there is none yet?
    pub(crate) unset_only: bool,
    pub(crate) subjects: Subjects,
}

/// Where every object has its own.
static OWN: LazyLock<FieldSpec> =
    LazyLock::new(|| FieldSpec::new(Gvk::default(), "metadata/namespace", true));

impl Namespace<'_> {
    /// Sets the namespace of all objects; two that become one are refused.
    pub(crate) fn apply(&self, set: &mut ObjectSet) -> Result<()> {
        if self.name.is_empty() {
            return Ok(());
        }
        set.each(|object| self.renamed(object))?;
        set.each(Namespace::unique())
    }

    /// Sets the namespace of one object, which gets another id with it.
    pub(crate) fn renamed(&self, object: &mut Object) -> Result<()> {
        object.store_id();
        self.object(object)
    }

    /// Refuses the second of two objects that have become one.
    pub(crate) fn unique() -> impl FnMut(&mut Object) -> Result<()> {
        unique("kustomize/namespace-conflict", "namespace transformation produces ID conflict")
    }

    fn put(&self, node: &mut Node) -> Result<()> {
        if self.unset_only && !node.value_text().is_empty() {
            return Ok(());
        }
        set_scalar(node, self.name, Tag::Str, self.at)
    }

    /// Sets the namespace of one object.
    pub(crate) fn object(&self, object: &mut Object) -> Result<()> {
        let gvk = object.gvk();
        let made = Made::Scalar(Tag::Str);
        if !object.is_cluster_scoped() {
            OWN.apply(&mut object.node, &made, self.at, &mut |node| self.put(node))?;
        }
        let is_binding = matches!(gvk.kind.as_str(), "RoleBinding" | "ClusterRoleBinding");
        if is_binding {
            self.subjects(&mut object.node)?;
        }
        let is_core = object.api_version() == "v1";
        for spec in self.specs.iter().filter(|s| gvk.is_selected(&s.gvk)) {
            let is_subject = matches!(spec.gvk.kind.as_str(), "RoleBinding" | "ClusterRoleBinding")
                && spec.path == "subjects/namespace";
            let is_meta = spec.path == "metadata/namespace" || (spec.path == "metadata/name" && !is_core);
            if is_meta || (is_binding && is_subject) {
                continue;
            }
            spec.apply(&mut object.node, &made, self.at, &mut |node| self.put(node))?;
        }
        Ok(())
    }

    fn subjects(&self, node: &mut Node) -> Result<()> {
        if self.subjects == Subjects::None {
            return Ok(());
        }
        let Some(subjects) = node.get_mut("subjects").filter(|n| !n.is_null()) else { return Ok(()) };
        let Value::Seq(items) = &mut subjects.value else {
            return Err(fault("kustomize/field", subjects.at, "`subjects` must be a list"));
        };
        for subject in items {
            if !matches!(subject.value, Value::Map(_)) && !subject.is_null() {
                let message = format!("a subject must be a mapping, not {}", subject.sort());
                return Err(fault("kustomize/field", subject.at, message));
            }
            // By default the account `default` of the namespace alone; the others follow as references.
            let (field, wanted) = match self.subjects {
                Subjects::Accounts => ("kind", "ServiceAccount"),
                _ => ("name", "default"),
            };
            if subject.get(field).is_some_and(|n| n.value_text() == wanted) {
                if subject.get("namespace").is_none() {
                    subject.set("namespace", Scalar::unset("").into());
                }
                if let Some(namespace) = subject.get_mut("namespace") {
                    self.put(namespace)?;
                }
            }
        }
        Ok(())
    }
}
