//! What is refused of objects of a custom kind and of built-in ones, and that schemas come back from their compact form.
#![allow(clippy::unwrap_used)]

use kustomize_rs::Limits;
use kustomize_rs::yaml::json::{read_all_as_json, read_as_json};
use kustomize_rs::yaml::node::Node;
use validation::openapi::{self, Enumerations};
use validation::{Checker, Lookup, Schemas, Sort, check};

const DEFINITION: &str = r#"
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.org}
spec:
  group: example.org
  scope: Cluster
  names: {kind: Thing, plural: things}
  versions:
  - name: v1
    served: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [size]
            x-kubernetes-validations: [{rule: "self.size <= self.most", message: size is at most most}]
            properties:
              size: {type: integer, minimum: 1}
              most: {type: integer, default: 5}
              mode: {type: string, enum: [Fast, Safe]}
              parts: {type: array, x-kubernetes-list-type: set, items: {type: string}}
              memory: {x-kubernetes-int-or-string: true}
              free: {type: object, x-kubernetes-preserve-unknown-fields: true}
  - {name: v1alpha1, served: false}
"#;

/// A document of a built-in kind, in the form of those of Kubernetes.
const DOCUMENT: &str = r##"{
  "paths": {"/api/v1/namespaces/{namespace}/services": {"post": {"x-kubernetes-group-version-kind": {"group": "", "version": "v1", "kind": "Service"}}}},
  "components": {"schemas": {
    "io.k8s.api.core.v1.Service": {"type": "object", "x-kubernetes-group-version-kind": [{"group": "", "version": "v1", "kind": "Service"}],
      "properties": {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "object"},
                     "spec": {"allOf": [{"$ref": "#/components/schemas/io.k8s.api.core.v1.ServiceSpec"}]}}},
    "io.k8s.api.core.v1.ServiceSpec": {"type": "object", "properties": {
      "type": {"type": "string"},
      "ports": {"type": "array", "items": {"$ref": "#/components/schemas/io.k8s.api.core.v1.ServicePort"}}}},
    "io.k8s.api.core.v1.ServicePort": {"type": "object", "required": ["port"], "properties": {
      "port": {"type": "integer", "format": "int32"}, "name": {"type": "string"}}}
  }}
}"##;

/// What Go's generated code says of the enumeration.
const GO: &str = "func schema_k8sio_api_core_v1_ServiceSpec(ref common.ReferenceCallback) {\n\t\t\t\t\t\"type\": {\n\t\t\t\t\t\tSchemaProps: spec.SchemaProps{\n\t\t\t\t\t\t\tEnum:        []interface{}{\"ClusterIP\", \"NodePort\"},\n";

fn schemas() -> Schemas {
    let group = openapi::group(DOCUMENT, "v1", &openapi::enumerations(GO)).unwrap();
    let mut all = Schemas::of("1.2.3", vec![group]);
    let definitions = read_all_as_json(DEFINITION, "definition", Limits::default()).unwrap();
    all.add_definitions(definitions.iter());
    all
}

fn node(text: &str) -> Node {
    read_as_json(text, "object", Limits::default()).unwrap()
}

fn faults(schemas: &Schemas, object: &str) -> Vec<(Sort, String)> {
    let object = node(object);
    let text = |key: &str| object.get(key).map_or("", Node::value_text);
    let Lookup::Known(kind) = schemas.get(text("apiVersion"), text("kind")) else { panic!("not known") };
    check(&object, &kind, &mut Checker::default()).into_iter().map(|fault| (fault.sort, fault.path)).collect()
}

fn thing(spec: &str) -> Vec<(Sort, String)> {
    faults(
        &schemas(),
        &format!("apiVersion: example.org/v1\nkind: Thing\nmetadata: {{name: a}}\nspec: {spec}\n"),
    )
}

fn one(sort: Sort, path: &str) -> Vec<(Sort, String)> {
    vec![(sort, path.to_owned())]
}

#[test]
fn a_custom_object_is_held_against_its_definition() {
    assert_eq!(thing("{size: 2, memory: 1Gi, parts: [a], free: {x: 1}}"), []);
    assert_eq!(thing("{size: 2, mdoe: Fast}"), one(Sort::UnknownField, "spec.mdoe"));
    assert_eq!(thing("{size: '2'}"), one(Sort::Type, "spec.size"));
    assert_eq!(thing("{size: null}"), one(Sort::Type, "spec.size"));
    assert_eq!(thing("{mode: Fast}"), one(Sort::Missing, "spec.size"));
    assert_eq!(thing("{size: 2, mode: Slow}"), one(Sort::Value, "spec.mode"));
    assert_eq!(thing("{size: 0}"), one(Sort::Value, "spec.size"));
    assert_eq!(thing("{size: 2, parts: [a, a]}"), one(Sort::Twice, "spec.parts[1]"));
}

#[test]
fn rules_see_default_values() {
    assert_eq!(thing("{size: 5}"), []);
    assert_eq!(thing("{size: 6}"), one(Sort::Rule, "spec"));
    assert_eq!(thing("{size: 6, most: 7}"), []);
}

#[test]
fn a_built_in_object_is_held_against_the_table_too() {
    let service = |spec: &str| {
        let object =
            format!("apiVersion: v1\nkind: Service\nmetadata: {{name: a, namespace: b}}\nspec: {spec}\n");
        faults(&schemas(), &object)
    };
    assert_eq!(service("{type: ClusterIP, ports: [{port: 80}]}"), []);
    assert_eq!(service("{type: Cluster, ports: [{port: 80}]}"), one(Sort::Value, "spec.type"));
    assert_eq!(service("{ports: [{port: 70000}]}"), one(Sort::Value, "spec.ports[0].port"));
    // An empty text, and null, are what is not there.
    assert_eq!(service("{type: '', ports: [{port: 80, name: null}]}"), []);
}

#[test]
fn versions_that_are_not_served_are_told_from_kinds_that_nobody_knows() {
    let all = schemas();
    assert!(matches!(all.get("example.org/v1alpha1", "Thing"), Lookup::Missing));
    assert!(matches!(all.get("example.org/v1", "Thnig"), Lookup::Missing));
    assert!(matches!(all.get("example.com/v1", "Thing"), Lookup::Unknown));
    // Somebody else may define it; of the server's own groups everything is known.
    assert!(matches!(all.get("example.org/v1", "Parameters"), Lookup::Unknown));
    assert!(matches!(all.get("v1", "Parameters"), Lookup::Missing));
    let fault = all.missing("example.org/v1alpha1", "Thing", node("a").at);
    assert!(fault.help.contains("example.org/v1"), "{fault:?}");
}

#[test]
fn schemas_come_back_from_their_compact_form() {
    let bytes = schemas().to_bytes();
    let again = Schemas::from_bytes(&bytes).unwrap();
    assert_eq!(again.version(), "1.2.3");
    assert_eq!(again.all(), schemas().all());
    let object = "apiVersion: example.org/v1\nkind: Thing\nmetadata: {name: a}\nspec: {size: x}\n";
    assert_eq!(faults(&again, object), one(Sort::Type, "spec.size"));
    assert!(matches!(again.get("example.org/v1alpha1", "Thing"), Lookup::Missing));
}

#[test]
fn bytes_that_are_cut_off_or_foreign_are_no_schemas_and_no_panic() {
    let bytes = schemas().to_bytes();
    assert!(Schemas::from_bytes(b"something else").is_err());
    for length in 0..bytes.len() {
        // A table that was cut off makes its kinds unknown, or the whole unreadable.
        let _ = Schemas::from_bytes(&bytes[..length]);
    }
    assert!(Schemas::from_bytes(&bytes[..40]).is_err());
}

#[test]
fn a_document_without_kinds_is_an_empty_group() {
    assert!(openapi::group("{}", "empty", &Enumerations::default()).unwrap().kinds.is_empty());
}
