//! Pieces of YAML by chance, from words that mean something to kustomize.

use std::fmt::Write;

use arbitrary::Unstructured;

/// A source of choices; once its bytes are used up, every choice is the first.
pub struct Chance<'a>(Unstructured<'a>);

const KEYS: &[&str] = &[
    "name",
    "spec",
    "template",
    "metadata",
    "labels",
    "annotations",
    "containers",
    "image",
    "env",
    "value",
    "ports",
    "containerPort",
    "protocol",
    "port",
    "targetPort",
    "volumes",
    "volumeMounts",
    "mountPath",
    "selector",
    "matchLabels",
    "data",
    "items",
    "kind",
    "apiVersion",
    "namespace",
    "replicas",
    "args",
    "a",
    "b",
    "app",
    "$patch",
    "<<",
    "1",
    "true",
    "'q r'",
    "\"\\u0085\"",
    "x.y/z",
    "é",
    "initContainers",
    "rules",
    "finalizers",
    "tolerations",
    "key",
    "valueFrom",
    "configMapKeyRef",
    "configMap",
    "stringData",
    "subjects",
    "roleRef",
    "$setElementOrder/ports",
    "''",
];

const SCALARS: &[&str] = &[
    "a",
    "b",
    "x",
    "1",
    "0",
    "-1",
    "1.5",
    "1e3",
    "0x1F",
    "0o17",
    "017",
    "1_000",
    "true",
    "no",
    "null",
    "~",
    "''",
    "'it''s'",
    "\"a\\tb\"",
    "\"l1\\nl2\\n\"",
    "\" x \"",
    "\"\\u2028\"",
    "\"\\x85\"",
    "2020-01-01",
    ".inf",
    ".nan",
    "!!str 5",
    "!!int \"7\"",
    "!!float 3",
    "!!binary aGk=",
    "!t z",
    "merge",
    "replace",
    "delete",
    "TCP",
    "80",
    "http",
    "nginx:1.2",
    "reg.io/a/b@sha256:00",
    "$(V)",
    "a-b-c",
    "\"a,b,c\"",
    "'{\"a\": {\"b\": [1, x]}}'",
    "\"a: 1\\nb: [x]\\n\"",
    "Deployment",
    "v1",
    "&n v",
    "*n",
    "default",
    "\"- x\"",
    "9223372036854775808",
    "1e400",
    "é",
    "👍",
    "\"\\0\"",
    "0b1",
    "12e03",
    "+1",
    "=",
    "<<",
];

impl<'a> Chance<'a> {
    pub fn new(data: &'a [u8]) -> Self {
        Chance(Unstructured::new(data))
    }

    pub fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::from(self.0.arbitrary::<u8>().unwrap_or(0)) % end.max(1)
    }

    /// True once in so many times.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    pub fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// A short text of any characters, in JSON's quotes.
    pub fn quoted(&mut self) -> String {
        let length = self.below(12);
        let mut out = String::from("\"");
        for _ in 0..length {
            let code = self.0.arbitrary::<u16>().unwrap_or(97);
            let code = if code < 0x8000 { u32::from(code & 0x7f) } else { u32::from(code & 0x3fff) };
            let _ = write!(out, "\\u{code:04x}");
        }
        out + "\""
    }

    pub fn key(&mut self) -> &'static str {
        self.of(KEYS)
    }

    pub fn scalar(&mut self) -> String {
        if self.once_in(12) { self.quoted() } else { self.of(SCALARS).to_owned() }
    }

    /// Any value on one line.
    pub fn value(&mut self, depth: usize) -> String {
        match self.below(if depth == 0 { 1 } else { 4 }) {
            0 => self.scalar(),
            1 => {
                let items = self.below(4);
                let items: Vec<String> = (0..items).map(|_| self.value(depth - 1)).collect();
                format!("[{}]", items.join(", "))
            }
            _ => self.map(depth - 1),
        }
    }

    pub fn map(&mut self, depth: usize) -> String {
        let fields = self.below(5);
        // A key that is there twice ends nearly every build; few are enough.
        let mut keys: Vec<&str> = (0..fields).map(|_| self.key()).collect();
        if !self.once_in(50) {
            keys.sort_unstable();
            keys.dedup();
        }
        let fields: Vec<String> = keys.iter().map(|key| format!("{key}: {}", self.value(depth))).collect();
        format!("{{{}}}", fields.join(", "))
    }

    /// A mapping as labels are.
    pub fn texts(&mut self) -> String {
        let value = self.of(&["a", "b", "'1'", "''", "\"x y\"", "1", "~", "x,y"]);
        let key = self.of(&["app", "x.y/z", "b", "a", "n"]);
        if self.once_in(8) { self.map(0) } else { format!("{{{key}: {value}, t: {value}}}") }
    }

    /// `apiVersion`, `kind` and `metadata`, most times of something that others refer to.
    pub fn head(&mut self) -> String {
        let version =
            self.of(&["v1", "apps/v1", "example.org/v1", "rbac.authorization.k8s.io/v1", "builtin"]);
        let kind = self.of(&[
            "Deployment",
            "ConfigMap",
            "Service",
            "Secret",
            "Namespace",
            "ClusterRoleBinding",
            "StatefulSet",
            "Own",
            "List",
            "ConfigMapList",
            "CustomResourceDefinition",
        ]);
        let name = self.of(&["a", "b", "web", "c-d", "e", "f", "g"]);
        let mut out = format!("apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: {name}\n");
        if self.once_in(3) {
            let _ = writeln!(out, "  namespace: {}", self.of(&["default", "other", "x"]));
        }
        for field in ["labels", "annotations"] {
            if self.once_in(3) {
                let _ = writeln!(out, "  {field}: {}", self.texts());
            }
        }
        out
    }

    /// An object, some of it as workloads have it.
    pub fn object(&mut self) -> String {
        let mut out = self.head();
        match self.below(4) {
            0 => {
                let _ = writeln!(out, "spec: {}", self.value(4));
            }
            1 => {
                out.push_str("spec:\n  selector: {matchLabels: {app: a}}\n  template:\n    metadata: {labels: {app: a}}\n    spec:\n      containers:\n");
                for _ in 0..=self.below(3) {
                    let _ = writeln!(
                        out,
                        "      - name: {}\n        image: {}",
                        self.of(&["a", "b", "c"]),
                        self.scalar()
                    );
                    for field in ["env", "ports", "args", "volumeMounts"] {
                        if self.once_in(3) {
                            let _ = writeln!(out, "        {field}: {}", self.list());
                        }
                    }
                }
            }
            2 => {
                let _ = writeln!(out, "data: {}\nspec: {{a: {{b: [{}]}}}}", self.map(1), self.scalar());
            }
            _ => {
                let _ = writeln!(
                    out,
                    "{}: {}\nspec: {}",
                    self.of(&["items", "data", "rules", "a", "'1'"]),
                    self.value(3),
                    self.list()
                );
            }
        }
        out
    }

    fn list(&mut self) -> String {
        let items: Vec<String> = (0..self.below(4)).map(|_| self.map(1)).collect();
        format!("[{}]", items.join(", "))
    }

    /// A path as `replacements` and field specifications have it.
    pub fn path(&mut self, delimiter: &str) -> String {
        let steps: Vec<&str> = (0..=self.below(5))
            .map(|_| {
                self.of(&[
                    "spec",
                    "template",
                    "spec",
                    "containers",
                    "metadata",
                    "labels",
                    "app",
                    "annotations",
                    "name",
                    "data",
                    "a",
                    "b",
                    "*",
                    "0",
                    "1",
                    "-",
                    "[name=a]",
                    "[=x]",
                    "[name=.*]",
                    "image",
                    "env",
                    "[]",
                    "x[]",
                    "",
                    " ",
                    "[a.b]",
                    "items",
                    "kind",
                    "namespace",
                    "[name]",
                    "~1",
                    "a\\.b",
                ])
            })
            .collect();
        steps.join(delimiter)
    }

    pub fn selector(&mut self) -> String {
        let mut fields = Vec::new();
        for (name, values) in [
            ("kind", &["Deployment", "ConfigMap", "Own", ".*", "D.*t", "(", "List"][..]),
            ("name", &["a", "b", "web", "a|b", "[", "", "c-d"]),
            ("namespace", &["default", "other", "*", ".+"]),
            ("group", &["apps", "", "example.org"]),
            ("labelSelector", &["app=a", "app in (a, b)", "!app", "a==b,c", "=", "app notin ()"]),
            ("annotationSelector", &["a=b", "x.y/z", ","]),
        ] {
            if self.once_in(3) {
                fields.push(format!("{name}: '{}'", self.of(values)));
            }
        }
        format!("{{{}}}", fields.join(", "))
    }
}

/// The same lines, further in.
pub fn indented(text: &str, by: &str) -> String {
    text.lines().map(|line| format!("{by}{line}\n")).collect()
}
