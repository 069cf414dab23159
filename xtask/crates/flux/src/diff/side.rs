//! One of the two sides that are compared.

use kustomize_rs::yaml::node::Node;
use yamltree::diagnostic::Diagnostic;

use crate::render::Rendering;
use crate::render::spec::Name;

/// What a release made of its chart.
#[derive(Debug, Clone)]
pub struct ReleaseObjects {
    /// Number of the part that makes the HelmRelease.
    pub part: usize,
    /// Namespace and name of the HelmRelease.
    pub name: Name,
    /// The namespace of its objects that name none.
    pub namespace: String,
    /// Name and version of its chart; none if that is not known.
    pub chart: Option<(String, String)>,
    /// Its objects.
    pub objects: Vec<Node>,
    /// Why it cannot be rendered; then there are no objects.
    pub problem: Option<Box<Diagnostic>>,
}

/// A rendering, and what its releases made.
#[derive(Debug, Clone, Copy)]
pub struct Side<'r> {
    /// The rendering.
    pub rendering: &'r Rendering,
    /// What releases made; those that are not here are not compared. A release that makes the same objects on the other side may be
    /// left out on both, or be there without them on both.
    pub releases: &'r [ReleaseObjects],
    /// The label by which Kustomizations say to which component they belong.
    pub component_label: &'r str,
}
