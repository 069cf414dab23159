use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::{Owner, Subject};

pub(super) const RULE: Rule = Rule {
    code: "tree/generated",
    severity: Severity::Error,
    says: "A generated password is put into an object that is no Secret.",
    why: "Whoever may look at ConfigMaps, releases or Deployments then reads it, and so does every backup and log of them.",
    failing: component!(
        r#"secrets: [{name: blog_password, title: Password of the blog}]
#- k/ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: blog, namespace: flux-system}
spec:
  interval: 10m
  path: ./flux2/apps/blog/app
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild: {substituteFrom: [{kind: Secret, name: oas-blog-variables}]}
#- flux2/apps/blog/app/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: blog, namespace: default}
data: {password: "${blog_password}"}
"#
    ),
    fixed: component!(
        r#"secrets: [{name: blog_password, title: Password of the blog}]
#- k/ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: blog, namespace: flux-system}
spec:
  interval: 10m
  path: ./flux2/apps/blog/app
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild: {substituteFrom: [{kind: Secret, name: oas-blog-variables}]}
#- flux2/apps/blog/app/settings.yaml
apiVersion: v1
kind: Secret
metadata: {name: blog, namespace: default}
stringData: {password: "${blog_password}"}
"#
    ),
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    let Some(platform) = subject.platform() else { return };
    let secret: Vec<String> = platform
        .catalogue
        .variables()
        .into_iter()
        .filter(|variable| variable.secret)
        .map(|variable| variable.name.into_owned())
        .collect();
    for part in subject.rendering.parts.iter().filter(|part| !part.is_beside) {
        let objects =
            subject.objects().filter(|object| object.owner == Owner::Kustomization(&part.kustomization.name));
        for object in objects.filter(|object| !object.is("", "Secret")) {
            let rendered = part.objects.iter().find(|rendered| std::ptr::eq(&rendered.node, object.node));
            for name in rendered.into_iter().flat_map(|rendered| &rendered.variables) {
                if platform.is_generated(name) || secret.contains(name) {
                    let message =
                        format!("{}: `${{{name}}}` is secret, and can be read here", object.title());
                    found.at(
                        object.place(object.node),
                        message,
                        "put it into a Secret, and let this name the Secret",
                    );
                }
            }
        }
    }
}
