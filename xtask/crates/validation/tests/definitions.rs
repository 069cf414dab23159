//! What is refused of CustomResourceDefinitions themselves.
#![allow(clippy::unwrap_used)]

use kustomize_rs::Limits;
use kustomize_rs::yaml::json::read_as_json;
use validation::openapi::{self, Enumerations};
use validation::{Checker, Lookup, Schemas, check};

/// The kind, whose `spec` may be anything here: types are a matter of the real document.
const DOCUMENT: &str = r##"{
  "paths": {"/apis/apiextensions.k8s.io/v1/customresourcedefinitions": {"post": {"x-kubernetes-group-version-kind": {"group": "apiextensions.k8s.io", "version": "v1", "kind": "CustomResourceDefinition"}}}},
  "components": {"schemas": {
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition": {"type": "object",
      "x-kubernetes-group-version-kind": [{"group": "apiextensions.k8s.io", "version": "v1", "kind": "CustomResourceDefinition"}],
      "properties": {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "object"}, "spec": {}}}
  }}
}"##;

/// Faults of a definition, each as its path and what is wrong.
fn faults(definition: &str) -> Vec<String> {
    let group = openapi::group(DOCUMENT, "apis/apiextensions.k8s.io/v1", &Enumerations::default()).unwrap();
    let schemas = Schemas::of("1.2.3", vec![group]);
    let object = read_as_json(definition, "definition", Limits::default()).unwrap();
    let Lookup::Known(kind) = schemas.get("apiextensions.k8s.io/v1", "CustomResourceDefinition") else {
        panic!("not known")
    };
    let found = check(&object, &kind, &mut Checker::default());
    found.into_iter().map(|fault| format!("{} {}", fault.path, fault.message)).collect()
}

/// A definition with such a group, names and versions.
fn definition(group: &str, names: &str, versions: &str) -> Vec<String> {
    faults(&format!(
        "{{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {{name: things.{group}}}, \
         spec: {{group: {group}, scope: Cluster, names: {names}, versions: [{versions}]}}}}"
    ))
}

/// A definition whose `spec.size` has such a schema.
fn field(schema: &str) -> Vec<String> {
    let versions = format!(
        "{{name: v1, served: true, storage: true, schema: {{openAPIV3Schema: {{type: object, properties: {{spec: {{type: object, properties: \
         {{size: {schema}}}}}}}}}}}}}"
    );
    let inside = "spec.versions[0].schema.openAPIV3Schema.properties[spec].properties[size]";
    let found = definition("example.org", NAMES, &versions);
    found.into_iter().map(|fault| fault.replace(inside, "size")).collect()
}

const NAMES: &str = "{kind: Thing, plural: things}";
const VERSION: &str = "{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}";

/// Just one fault, which begins so.
fn one(found: &[String], start: &str) {
    assert!(matches!(found, [only] if only.starts_with(start)), "{found:?} is not only {start}");
}

#[test]
fn a_plain_definition_is_accepted() {
    assert_eq!(definition("example.org", NAMES, VERSION), [] as [&str; 0]);
}

#[test]
fn names_are_labels_and_the_name_of_the_definition_is_made_of_them() {
    one(&definition("example.org", "{kind: Thing, plural: thingies}", VERSION), "metadata.name must be");
    one(&definition("example.org", "{kind: my thing, plural: things}", VERSION), "spec.names.kind cannot");
    one(&definition("example.org", "{plural: things}", VERSION), "spec.names.kind must be there");
    let long = format!("{{kind: {}, plural: things}}", "T".repeat(60));
    one(&definition("example.org", &long, VERSION), "spec.names.listKind cannot");
    let same = "{kind: Thing, listKind: Thing, plural: things}";
    one(&definition("example.org", same, VERSION), "spec.names.listKind cannot be the same");
}

#[test]
fn a_group_has_a_point_and_is_ones_own() {
    one(&definition("example", NAMES, VERSION), "spec.group cannot be");
    one(&definition("tools.k8s.io", NAMES, VERSION), "metadata.annotations[api-approved.kubernetes.io] must");
}

#[test]
fn one_version_is_stored() {
    one(&definition("example.org", NAMES, ""), "spec.versions must have one version");
    let twice = format!("{VERSION}, {VERSION}");
    let found = definition("example.org", NAMES, &twice);
    assert_eq!(found.len(), 2, "stored twice, and the same name: {found:?}");
}

#[test]
fn a_value_has_a_type_that_there_is() {
    one(&field("{description: size}"), "size.type must say");
    one(&field("{type: int}"), "size.type cannot be `int`");
    one(&field("{type: array}"), "size.items must say");
    assert_eq!(field("{x-kubernetes-int-or-string: true}"), [] as [&str; 0]);
}

#[test]
fn what_no_document_describes_has_types_all_the_same() {
    one(
        &field("{type: array, items: {type: string, maxLength: many}}"),
        "size.items.maxLength must be a whole",
    );
}

#[test]
fn conditions_say_nothing_of_which_fields_there_are() {
    one(&field("{type: string, anyOf: [{type: string}]}"), "size.anyOf[0].type cannot be below");
    let number_or_text = "anyOf: [{type: integer}, {type: string}]";
    assert_eq!(field(&format!("{{x-kubernetes-int-or-string: true, {number_or_text}}}")), [] as [&str; 0]);
}

#[test]
fn patterns_are_those_of_go() {
    one(&field("{type: string, pattern: '^(?!a)'}"), "size.pattern is no regular expression");
    assert_eq!(field(r"{type: string, pattern: '^[[:alpha:]_\-]+$'}"), [] as [&str; 0]);
}

#[test]
fn keys_of_lists_are_always_there() {
    let list = "type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [name]";
    let items = "type: object, properties: {name: {type: string}}";
    one(&field(&format!("{{{list}, items: {{{items}}}}}")), "size.x-kubernetes-list-map-keys[0] is neither");
    assert_eq!(field(&format!("{{{list}, items: {{{items}, required: [name]}}}}")), [] as [&str; 0]);
}

#[test]
fn default_values_are_values_of_their_schema() {
    one(&field("{type: integer, default: many}"), "size.default must be a whole number");
    one(&field("{type: object, default: {a: 1}}"), "size.default.a is no field");
    let rule = "x-kubernetes-validations: [{rule: self > 3, message: more than 3}]";
    one(
        &field(&format!("{{type: integer, default: 2, {rule}}}")),
        "size.default is refused by its definition",
    );
}

#[test]
fn rules_compile_for_the_values_that_they_see() {
    let rule = |of: &str, rule: &str| {
        field(&format!("{{{of}, x-kubernetes-validations: [{{rule: \"{rule}\", message: no}}]}}"))
    };
    let object = "type: object, properties: {a: {type: string}, b: {type: integer}}";
    let place = "size.x-kubernetes-validations[0].rule ";
    for good in [
        "self.a.size() > self.b",
        "!has(self.a) || self.a.matches('^a')",
        "self.?a.orValue('x') == 'x'",
        "[self.b].exists(n, n > 2)",
        "self.a == oldSelf.a",
        "quantity(self.a).isGreaterThan(quantity('1Gi'))",
        "type(self.a) == string && self.b < 2.5",
        "'%s %d'.format([self.a, self.b]) != ''",
    ] {
        assert_eq!(rule(object, good), [] as [&str; 0], "{good}");
    }
    for bad in [
        "self.c > 1",
        "self.a > 1",
        "self.a",
        "selv.a == ''",
        "self.a.starts('x')",
        "self.a == self.b",
        "self.a.matches('(')",
        "size(self) > 1",
        "self.a ==",
        "[1, 'a'].size() > 1",
        "[self.a].sum() == ''",
        "'%s'.format([]) == ''",
    ] {
        one(&rule(object, bad), &format!("{place}does not compile"));
    }
    one(&rule("type: object, x-kubernetes-preserve-unknown-fields: true", "self.a == 1"), place);
}

#[test]
fn the_older_self_is_only_known_where_items_have_keys() {
    let list = "{type: array, items: {type: integer, x-kubernetes-validations: [{rule: self >= oldSelf}]}}";
    one(&field(list), "size.items.x-kubernetes-validations[0].rule cannot ask for `oldSelf`");
}

#[test]
fn messages_are_one_line_and_paths_lead_to_fields() {
    let rule = |more: &str| {
        field(&format!(
            "{{type: object, properties: {{a: {{type: string}}}}, x-kubernetes-validations: [{{rule: 'true', {more}}}]}}"
        ))
    };
    assert_eq!(rule("message: no, fieldPath: .a, reason: FieldValueInvalid"), [] as [&str; 0]);
    one(&rule("message: \"a\\nb\""), "size.x-kubernetes-validations[0].message cannot have line breaks");
    one(&rule("fieldPath: .b"), "size.x-kubernetes-validations[0].fieldPath cannot be");
    one(&rule("reason: Wrong"), "size.x-kubernetes-validations[0].reason cannot be");
    one(
        &rule("messageExpression: '1'"),
        "size.x-kubernetes-validations[0].messageExpression does not compile",
    );
}
