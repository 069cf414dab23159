use crate::rules::tests::lint;

/// What a container of a namespace says that enforces a level is refused for.
fn refused(level: &str, pod: &str, container: &str) -> Vec<String> {
    let fixture = format!(
        "#- k/a.yaml\napiVersion: v1\nkind: Namespace\nmetadata: {{name: default, labels: {{pod-security.kubernetes.io/enforce: {level}}}}}\n\
         ---\napiVersion: v1\nkind: Pod\nmetadata: {{name: p, namespace: default}}\nspec: {{{pod}containers: [{{name: a, {container}}}]}}\n"
    );
    let found = lint(&fixture).into_iter().filter(|found| found.code == "pods/security-context");
    let shown = |found: yamltree::diagnostic::Diagnostic| {
        let message = found.message.strip_prefix("Pod default/p: ").unwrap().to_owned();
        message.strip_suffix(&format!(", and `default` enforces `{level}`")).unwrap().to_owned()
    };
    found.map(shown).collect()
}

#[test]
fn baseline_refuses_what_gives_the_host_away() {
    let cases = [
        ("hostNetwork: true, ", "", "its pod has `hostNetwork`"),
        ("volumes: [{name: v, hostPath: {path: /x}}], ", "", "its pod has volume `v`, a folder of the host"),
        (
            "securityContext: {sysctls: [{name: kernel.msgmax, value: '1'}]}, ",
            "",
            "its pod sets the sysctl `kernel.msgmax`",
        ),
        (
            "securityContext: {seccompProfile: {type: Unconfined}}, ",
            "",
            "its pod has `seccompProfile` of type `Unconfined`",
        ),
        ("", "securityContext: {privileged: true}", "container `a` is privileged"),
        (
            "",
            "securityContext: {capabilities: {add: [NET_RAW]}}",
            "container `a` adds the capability `NET_RAW`",
        ),
        ("", "securityContext: {procMount: Unmasked}", "container `a` has `procMount: Unmasked`"),
        (
            "",
            "securityContext: {seLinuxOptions: {user: u}}",
            "container `a` has SELinux options that are not allowed",
        ),
        (
            "",
            "securityContext: {appArmorProfile: {type: Unconfined}}",
            "container `a` has `appArmorProfile` of type `Unconfined`",
        ),
        ("", "ports: [{containerPort: 80, hostPort: 80}]", "container `a` takes port 80 of the host"),
        ("", "livenessProbe: {httpGet: {host: h, port: 80}}", "container `a` asks the host `h`"),
    ];
    for (pod, container, expected) in cases {
        assert_eq!(refused("baseline", pod, container), [expected]);
        assert!(refused("restricted", pod, container).iter().any(|found| found == expected), "{expected}");
        assert!(refused("privileged", pod, container).is_empty(), "{expected}");
    }
    let harmless = "securityContext: {capabilities: {add: [CHOWN]}}, ports: [{containerPort: 80}]";
    assert!(refused("baseline", "volumes: [{name: v, nfs: {server: s, path: /}}], ", harmless).is_empty());
}

#[test]
fn restricted_wants_pods_that_say_what_they_do_without() {
    let all = [
        "container `a` does not drop all capabilities",
        "container `a` does not say `runAsNonRoot`",
        "container `a` has no `seccompProfile`",
        "container `a` may get more rights than it begins with",
    ];
    assert_eq!(refused("restricted", "", ""), all);
    let pod = "securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}, volumes: [{name: e}], ";
    let own = |more: &str| {
        format!("securityContext: {{allowPrivilegeEscalation: false, capabilities: {{drop: [ALL]}}{more}}}")
    };
    assert!(refused("restricted", pod, &own("")).is_empty());
    assert_eq!(refused("restricted", pod, &own(", runAsUser: 0")), ["container `a` runs as root"]);
    assert_eq!(refused("restricted", pod, &own(", runAsNonRoot: false")), ["container `a` may run as root"]);
    // Root in a pod with users of its own is nobody outside.
    assert!(refused("restricted", &format!("hostUsers: false, {pod}"), &own(", runAsUser: 0")).is_empty());
    let pod = pod.replace("{name: e}", "{name: e, nfs: {server: s, path: /}}");
    assert_eq!(
        refused("restricted", &pod, &own("")),
        ["its pod has volume `e` of a sort that is not allowed"]
    );
}
