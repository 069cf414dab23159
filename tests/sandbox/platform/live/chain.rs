//! Commits of many kinds, one after the other, and what each is announced as.

use tests::checkout::Checkout;

use super::super::updates::{set_version, version_before};

/// What somebody does.
pub enum Deed {
    /// A change of the files, which is committed.
    Commit(fn(&Checkout)),
    /// Something in the cluster itself.
    ByHand(fn(&Checkout)),
}

/// One step of the chain.
pub struct Step {
    /// What it is.
    pub name: &'static str,
    /// What is done.
    pub deed: Deed,
    /// Lines that are among what is announced; nothing at all is announced if there are none.
    pub says: &'static [&'static str],
}

const fn commit(name: &'static str, edit: fn(&Checkout), says: &'static [&'static str]) -> Step {
    Step { name, deed: Deed::Commit(edit), says }
}

/// The folder that most steps change: small, and nothing waits for it.
const APP: &str = "flux2/core/notifications/app";
/// One that everything waits for.
const FIRST: &str = "flux2/infrastructure/namespaces/app";

fn add(checkout: &Checkout, folder: &str, file: &str, text: &str) {
    checkout.write(&format!("{folder}/{file}"), text);
    checkout.replace(
        &format!("{folder}/kustomization.yaml"),
        "resources:\n",
        &format!("resources:\n  - {file}\n"),
    );
}

fn take(checkout: &Checkout, folder: &str, file: &str) {
    checkout.replace(&format!("{folder}/kustomization.yaml"), &format!("  - {file}\n"), "");
    checkout.git(&["rm", "--force", "--quiet", &format!("{folder}/{file}")]);
}

fn config_map(name: &str, annotation: &str, rest: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  namespace: oas\n  annotations:\n    note: {name}\n\
         {annotation}{rest}\n"
    )
}

/// A change that the API server refuses.
const IMMUTABLE: &str = "immutable: true\ndata:\n  a: \"1\"\n";

pub const STEPS: &[Step] = &[
    commit(
        "what nobody reads",
        |checkout| checkout.write("flux2/core/notifications/NOTES.md", "Nothing that Flux reads.\n"),
        &[],
    ),
    commit(
        "an object comes",
        |checkout| add(checkout, APP, "chain.yaml", &config_map("chain", "", "data:\n  a: \"1\"\n  b: x")),
        &["added ConfigMap oas/chain"],
    ),
    commit(
        "fields of it change",
        |checkout| {
            checkout.write(
                &format!("{APP}/chain.yaml"),
                &config_map("chain", "    more: \"yes\"\n", "data:\n  a: \"2\"\n  c: new"),
            );
        },
        &["changed ConfigMap oas/chain"],
    ),
    commit(
        "it is written in another way",
        |checkout| {
            checkout.write(
                &format!("{APP}/chain.yaml"),
                "data: {c: 'new', a: '2'}\nkind: ConfigMap\napiVersion: v1\nmetadata: {namespace: oas, name: chain, \
                 annotations: {more: 'yes', note: chain}}\n",
            );
        },
        &[],
    ),
    Step {
        name: "somebody changes it in the cluster",
        deed: Deed::ByHand(|checkout| {
            let patch = "--patch={\"data\":{\"a\":\"by hand\"}}";
            checkout
                .kubectl(&["patch", "configmap", "chain", "--namespace=oas", "--type=merge", patch])
                .expect(0);
        }),
        says: &["changed ConfigMap oas/chain"],
    },
    Step {
        name: "somebody adds something to it with kubectl",
        deed: Deed::ByHand(|checkout| {
            checkout.kubectl(&["label", "configmap", "chain", "--namespace=oas", "by-hand=yes"]).expect(0);
        }),
        says: &["changed ConfigMap oas/chain"],
    },
    commit(
        "it gets another name",
        |checkout| checkout.replace(&format!("{APP}/chain.yaml"), "name: chain", "name: link"),
        &["added ConfigMap oas/link", "removed ConfigMap oas/chain"],
    ),
    commit(
        "it moves to another Kustomization",
        |checkout| {
            let text = checkout.read(&format!("{APP}/chain.yaml"));
            take(checkout, APP, "chain.yaml");
            add(checkout, "flux2/core/evicted-pods/app", "chain.yaml", &text);
        },
        &["changed ConfigMap oas/link"],
    ),
    commit(
        "objects that say how they are applied",
        |checkout| {
            let mark = "    kustomize.toolkit.fluxcd.io/";
            let kept = config_map("kept", &format!("{mark}prune: disabled\n"), "data:\n  a: \"1\"");
            let once = config_map("once", &format!("{mark}ssa: IfNotPresent\n"), "data:\n  a: \"1\"");
            add(checkout, APP, "kept.yaml", &kept);
            add(checkout, APP, "once.yaml", &once);
        },
        &["added ConfigMap oas/kept", "added ConfigMap oas/once"],
    ),
    commit(
        "one that is kept goes, one that is made once changes",
        |checkout| {
            take(checkout, APP, "kept.yaml");
            checkout.replace(&format!("{APP}/once.yaml"), "a: \"1\"", "a: \"2\"");
        },
        &[],
    ),
    commit(
        "rights, a network policy and a schedule",
        |checkout| {
            let folder = "flux2/core/evicted-pods/app";
            checkout.replace(
                &format!("{folder}/clusterrole.yaml"),
                "      - list\n",
                "      - list\n      - get\n",
            );
            checkout.replace(&format!("{folder}/cronjob.yaml"), "30 4 * * *", "30 5 * * *");
            checkout.replace(&format!("{APP}/networkpolicy.yaml"), "port: 9093", "port: 9094");
        },
        &[
            "changed ClusterRole evicted-pods",
            "changed CronJob oas/evicted-pods",
            "changed NetworkPolicy oas/alertmanager-from-flux",
        ],
    ),
    commit(
        "a namespace with something in it",
        |checkout| {
            let namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: chain\n";
            let inside =
                config_map("inside", "", "data:\n  a: \"1\"").replace("namespace: oas", "namespace: chain");
            add(checkout, APP, "chain.yaml", &format!("{namespace}---\n{inside}"));
        },
        &["added Namespace chain", "added ConfigMap chain/inside"],
    ),
    commit(
        "it goes with all that is in it",
        |checkout| take(checkout, APP, "chain.yaml"),
        &["removed Namespace chain", "removed ConfigMap chain/inside"],
    ),
    commit(
        "what must not change, and a release that goes back",
        |checkout| {
            add(checkout, APP, "fixed.yaml", &config_map("fixed", "", IMMUTABLE));
            add(checkout, FIRST, "first.yaml", &config_map("first", "", IMMUTABLE));
            let pin = checkout.pin("nextcloud-valkey");
            set_version(checkout, &pin, &version_before(&pin));
        },
        &["added ConfigMap oas/fixed", "changed HelmRelease oas-apps/nextcloud-valkey"],
    ),
    commit(
        "what must not change changes: the API server refuses it",
        |checkout| {
            checkout.replace(&format!("{APP}/fixed.yaml"), "a: \"1\"", "a: \"2\"");
            checkout.replace(&format!("{APP}/networkpolicy.yaml"), "port: 9094", "port: 9093");
            checkout.replace("flux2/core/evicted-pods/app/cronjob.yaml", "30 5 * * *", "30 4 * * *");
        },
        &["fails notifications", "waits notifications", "changed CronJob oas/evicted-pods"],
    ),
    commit(
        "it may be made anew",
        |checkout| {
            let note = "    note: fixed\n";
            let force = format!("{note}    kustomize.toolkit.fluxcd.io/force: Enabled\n");
            checkout.replace(&format!("{APP}/fixed.yaml"), note, &force);
        },
        &["changed ConfigMap oas/fixed", "changed NetworkPolicy oas/alertmanager-from-flux"],
    ),
    commit(
        "everything waits for what fails",
        |checkout| {
            checkout.replace(&format!("{FIRST}/first.yaml"), "a: \"1\"", "a: \"2\"");
            checkout.replace("flux2/core/evicted-pods/app/cronjob.yaml", "30 4 * * *", "45 4 * * *");
            let pin = checkout.pin("nextcloud-valkey");
            let newer = pin.version.clone().unwrap();
            let (rest, patch) = newer.rsplit_once('.').unwrap();
            set_version(checkout, &pin, &format!("{rest}.{}", patch.parse::<u32>().unwrap() + 1));
        },
        &["fails namespaces", "waits evicted-pods", "waits nextcloud-valkey"],
    ),
    commit(
        "a file that is missing",
        |checkout| {
            checkout.replace(&format!("{FIRST}/first.yaml"), "a: \"2\"", "a: \"1\"");
            checkout.replace(
                &format!("{APP}/kustomization.yaml"),
                "resources:\n",
                "resources:\n  - nowhere.yaml\n",
            );
        },
        &[
            "fails notifications",
            "changed CronJob oas/evicted-pods",
            "changed HelmRelease oas-apps/nextcloud-valkey",
        ],
    ),
    commit(
        "a field that Kubernetes does not have: Flux loses it without a word",
        |checkout| {
            checkout.replace(&format!("{APP}/kustomization.yaml"), "  - nowhere.yaml\n", "");
            checkout.replace(
                "flux2/core/evicted-pods/app/cronjob.yaml",
                "  schedule:",
                "  shedule: x\n  schedule:",
            );
        },
        &[],
    ),
    commit(
        "a field that Flux does not have",
        |checkout| {
            checkout.replace("flux2/core/evicted-pods/app/cronjob.yaml", "  shedule: x\n", "");
            checkout.replace(&format!("{APP}/alert-updates.yaml"), "spec:\n", "spec:\n  sumary: x\n");
        },
        &["fails notifications"],
    ),
    commit(
        "a release that cannot be upgraded",
        |checkout| {
            checkout.replace(&format!("{APP}/alert-updates.yaml"), "  sumary: x\n", "");
            let file = checkout.pin("wordpress").place.file;
            let release = checkout.read(&file);
            checkout.write(&file, &format!("{}\n{}", release.trim_end(), super::super::updates::IMMUTABLE));
        },
        &["fails wordpress", "changed HelmRelease oas-apps/wordpress"],
    ),
    commit(
        "an app is retired",
        |checkout| {
            let file = checkout.pin("wordpress").place.file;
            checkout.git(&["checkout", "--quiet", "HEAD~1", "--", &file]);
            let nothing = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n";
            checkout.write("flux2/apps/rocketchat/kustomization.yaml", nothing);
        },
        &["removed HelmRelease oas-apps/rocketchat", "removed Kustomization flux-system/rocketchat-mongodb"],
    ),
    Step {
        name: "somebody suspends a Kustomization",
        deed: Deed::ByHand(|checkout| {
            let patch = "--patch={\"spec\":{\"suspend\":true}}";
            let of = ["kustomization", "evicted-pods", "--namespace=flux-system"];
            checkout
                .kubectl(&[&["patch"], &of[..], &["--type=merge", "--field-manager=flux", patch]].concat())
                .expect(0);
        }),
        says: &[],
    },
    commit(
        "it does not see what comes",
        |checkout| {
            checkout.replace("flux2/core/evicted-pods/app/cronjob.yaml", "45 4 * * *", "15 4 * * *");
            take(checkout, "flux2/core/evicted-pods/app", "chain.yaml");
        },
        &["waits evicted-pods"],
    ),
];
