use crate::rules::tests::lint;

/// A release `wiki` whose schema is this one, and what an override of it has, as these lines of YAML in a Secret.
fn wiki(schema: &str, values: &str) -> String {
    let values: String = values.lines().map(|line| format!("    {line}\n")).collect();
    format!(
        "#- flux2/apps/wiki/component.yaml\ntitle: Wiki\ndescription: What everybody knows.\n#- \
         overrides/schemas/oas-wiki-override.schema.json\n{schema}\n#- k/o.yaml\napiVersion: v1\nkind: Secret\nmetadata: {{name: \
         oas-wiki-override, namespace: default}}\nstringData:\n  values.yaml: |\n{values}"
    )
}

/// The findings about what overrides set.
fn about_values(fixture: &str) -> Vec<yamltree::diagnostic::Diagnostic> {
    let mut found = lint(fixture);
    found.retain(|found| ["overrides/value", "overrides/unknown-key"].contains(&found.code));
    found
}

/// What is found in overrides: line, column and message of each, without the name of the object.
fn found(fixture: &str) -> Vec<String> {
    let found = about_values(fixture).into_iter();
    let shown = |found: yamltree::diagnostic::Diagnostic| {
        let message = found.message.replace("Secret default/oas-wiki-override: ", "");
        format!("{} {message}", found.place)
    };
    found.map(shown).collect()
}

const SCHEMA: &str = r##"{"type": "object", "properties": {
  "size": {"$ref": "#/$defs/size"},
  "web": {"type": "object", "properties": {"port": {"description": "Where it listens.", "type": "integer", "maximum": 9}}},
  "labels": {"type": "object", "additionalProperties": {"type": "string"}},
  "files": {"type": "object", "propertyNames": {"pattern": "\\.ini$"}},
  "env": {"type": "array", "items": {"type": "object", "properties": {"name": {}}, "additionalProperties": false}},
  "parts": {"type": "array", "items": {"type": "object", "properties": {"name": {}}}},
  "level": {"enum": ["high", "low"]}
}, "$defs": {"size": {"type": ["string", "number"], "pattern": "^[0-9]+Gi$"}}}"##;

fn said(values: &str) -> Vec<String> {
    found(&wiki(SCHEMA, values))
}

#[test]
fn what_is_documented_is_fine() {
    let values =
        "size: 5Gi\nweb: {port: 8}\nlabels: {any: thing}\nfiles: {a.ini: x}\nenv: [{name: a}]\nlevel: low";
    assert_eq!(said(values), [""; 0]);
    assert_eq!(said("# nothing yet"), [""; 0]);
}

#[test]
fn a_wrong_value_is_told_at_its_place_and_never_shown() {
    let of = |values: &str| said(values);
    assert_eq!(
        of("\nweb:\n  port: 8080pass"),
        ["k/o.yaml:8:13 `web.port` is a text, and has to be a whole number"]
    );
    assert_eq!(of("size: true"), ["k/o.yaml:6:11 `size` is true or false, and has to be a number or a text"]);
    assert_eq!(of("size: hunter2"), [r#"k/o.yaml:6:11 `size`: it does not match "^[0-9]+Gi$""#]);
    assert_eq!(of("web: {port: 77}"), ["k/o.yaml:6:17 `web.port`: it is greater than the maximum of 9"]);
    assert_eq!(of("level: hunter2"), [r#"k/o.yaml:6:12 `level`: it is not one of "high" or "low""#]);
    assert_eq!(of("labels: {a: [hunter2]}"), ["k/o.yaml:6:17 `labels.a` is a list, and has to be a text"]);
    assert_eq!(of("- a"), ["k/o.yaml:6:5 the whole is a list, and has to be a mapping"]);
}

#[test]
fn a_name_is_told_where_only_some_are_taken() {
    assert_eq!(
        said("files: {a.ini: x, a.php: x}"),
        [r#"k/o.yaml:6:23 `files.a.php` cannot be called so: it does not match "\.ini$""#]
    );
    assert_eq!(
        said("env: [{name: a, vlaue: b}]"),
        ["k/o.yaml:6:21 `env.0.vlaue` is none of the values that the release takes"]
    );
}

#[test]
fn an_unknown_key_is_told_at_any_depth_with_the_name_that_was_meant() {
    assert_eq!(said("webb: 1"), ["k/o.yaml:6:5 `webb` is no documented value"]);
    assert_eq!(said("web:\n  prot: 1"), ["k/o.yaml:7:7 `web.prot` is no documented value"]);
    assert_eq!(said("parts: [{naem: 1}]"), ["k/o.yaml:6:14 `parts.0.naem` is no documented value"]);
    let help = |values: &str| about_values(&wiki(SCHEMA, values)).pop().and_then(|found| found.help).unwrap();
    assert_eq!(help("webb: 1"), "did you mean `web`?");
    assert_eq!(help("colour: 1"), "overrides/schemas/oas-wiki-override.schema.json says what is documented");
    assert_eq!(help("web: {port: a}"), "it is documented as: Where it listens.");
}

#[test]
fn a_null_takes_a_default_away() {
    assert_eq!(said("web: ~\nsize: null"), [""; 0]);
}

#[test]
fn a_finding_is_allowed_inside_the_values() {
    assert_eq!(said("webb: 1 # allow overrides/unknown-key: the chart has it"), [""; 0]);
}

#[test]
fn a_text_that_is_not_written_line_for_line_is_told_where_it_begins() {
    let with = |from: &str, to: &str| found(&wiki(SCHEMA, "web: 1").replace(from, to));
    let wrong = "`web` is a number, and has to be a mapping";
    assert_eq!(with("|\n    web: 1", "\"web: 1\""), [format!("k/o.yaml:5:16 {wrong}")]);
    assert_eq!(
        with("stringData:\n  values.yaml: |\n    web: 1", "data: {values.yaml: d2ViOiAx}"),
        [format!("k/o.yaml:4:21 {wrong}")]
    );
}

#[test]
fn a_text_or_schema_that_cannot_be_read_is_told() {
    assert_eq!(said("a: b: c").len(), 1);
    assert_eq!(
        found(&wiki("{", "a: b")),
        [
            "overrides/schemas/oas-wiki-override.schema.json:2:0 the schema is no JSON: EOF while parsing an object at line 2 column 0"
        ]
    );
    assert_eq!(found(&wiki("{\"type\": \"text\"}", "a: b")).len(), 1);
}

#[test]
fn an_example_is_looked_at_and_what_is_encrypted_is_not() {
    let moved = wiki(SCHEMA, "web: 1").replace("k/o.yaml", "overrides/oas-wiki-override.yaml");
    assert_eq!(found(&moved).len(), 1);
    assert_eq!(found(&format!("{moved}sops: {{version: 3}}\n")), [""; 0]);
}

#[test]
fn another_repository_has_no_overrides() {
    let other = wiki(SCHEMA, "web: 1").replace("flux2/apps/wiki/component.yaml", "readme.txt");
    assert_eq!(found(&other), [""; 0]);
}
