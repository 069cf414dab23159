use super::{Check, Proof, texts};
use crate::rule::Found;

pub(super) const CHECK: Check = Check {
    code: "verify/secrets",
    says: "A generated password is in Secrets only: whatever else a chart puts it into can be read by everybody who may look.",
    is_of_all: false,
    check,
};

fn check(proof: &Proof<'_>, found: &mut Found) {
    for (name, component) in proof.components() {
        let values = fleet::proving::generated(&component.contract);
        for object in proof.subject.objects().filter(|object| object.kind() != "Secret") {
            let all = texts::of(&object);
            for (secret, value) in &values {
                if all.iter().any(|text| text.contains(value.as_str())) {
                    let message =
                        format!("{}: it holds `{secret}`, which is generated for `{name}`", object.title());
                    found.at(object.place(object.node), message, "let the chart take an existing Secret");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::proof::tests::Example;

    #[test]
    fn a_generated_password_outside_a_secret_is_told() {
        let of = |kind: &str| {
            let app = format!(
                "apiVersion: v1\nkind: {kind}\nmetadata: {{name: a}}\n{}: {{a: 'x${{blog_password}}'}}\n",
                if kind == "Secret" { "stringData" } else { "data" }
            );
            Example { contract: "secrets: [{name: blog_password}]\n", app: &app, ..Example::default() }
                .found("verify/secrets")
        };
        assert_eq!(of("Secret"), [""; 0]);
        assert_eq!(
            of("ConfigMap"),
            ["ConfigMap oas-apps/a: it holds `blog_password`, which is generated for `blog`"]
        );
    }
}
