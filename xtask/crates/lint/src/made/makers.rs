//! The operators that are known, and the names of what they make.

/// How something is called that an operator makes.
#[derive(Debug)]
pub(super) enum Names {
    /// As the object is called.
    Own,
    /// As a field says.
    Field(&'static [&'static str]),
    /// As a field says, or else as the object is called.
    FieldOrOwn(&'static [&'static str]),
    /// Always so.
    Is(&'static str),
    /// It begins with this and the name of the object.
    Begins(&'static str),
    /// Nobody can say, but it is in the same namespace.
    Any,
    /// Nobody can say.
    Anywhere,
}

/// What objects of some kinds bring with them.
#[derive(Debug)]
pub(super) struct Maker {
    pub(super) group: &'static str,
    /// All kinds of the group, if it is empty.
    pub(super) kinds: &'static [&'static str],
    /// Kinds and names.
    pub(super) makes: &'static [(&'static str, Names)],
}

const fn quiet(group: &'static str) -> Maker {
    Maker { group, kinds: &[], makes: &[] }
}

/// The first that fits counts.
pub(super) const MAKERS: &[Maker] = &[
    Maker {
        group: "cert-manager.io",
        kinds: &["Certificate"],
        makes: &[("Secret", Names::Field(&["spec", "secretName"]))],
    },
    Maker {
        group: "cert-manager.io",
        kinds: &["Issuer"],
        makes: &[("Secret", Names::Field(&["spec", "acme", "privateKeySecretRef", "name"]))],
    },
    quiet("cert-manager.io"),
    quiet("acme.cert-manager.io"),
    Maker {
        group: "external-secrets.io",
        kinds: &["ExternalSecret"],
        makes: &[("Secret", Names::FieldOrOwn(&["spec", "target", "name"]))],
    },
    Maker {
        group: "external-secrets.io",
        kinds: &["ClusterExternalSecret"],
        makes: &[("Secret", Names::Anywhere)],
    },
    quiet("external-secrets.io"),
    quiet("generators.external-secrets.io"),
    Maker { group: "bitnami.com", kinds: &["SealedSecret"], makes: &[("Secret", Names::Own)] },
    Maker { group: "onepassword.com", kinds: &["OnePasswordItem"], makes: &[("Secret", Names::Own)] },
    Maker {
        group: "postgresql.cnpg.io",
        kinds: &["Cluster"],
        makes: &[
            ("Secret", Names::Begins("")),
            ("ConfigMap", Names::Begins("")),
            ("Service", Names::Begins("")),
            ("ServiceAccount", Names::Own),
            ("PersistentVolumeClaim", Names::Begins("")),
            ("Pod", Names::Any),
        ],
    },
    Maker {
        group: "postgresql.cnpg.io",
        kinds: &["Pooler"],
        makes: &[
            ("Deployment", Names::Own),
            ("Service", Names::Own),
            ("ServiceAccount", Names::Own),
            ("Secret", Names::Begins("")),
            ("Pod", Names::Any),
        ],
    },
    quiet("postgresql.cnpg.io"),
    quiet("barmancloud.cnpg.io"),
    Maker {
        group: "monitoring.coreos.com",
        kinds: &["Prometheus"],
        makes: &[
            ("Secret", Names::Begins("prometheus-")),
            ("ConfigMap", Names::Begins("prometheus-")),
            ("Service", Names::Is("prometheus-operated")),
            ("StatefulSet", Names::Begins("prometheus-")),
            ("PersistentVolumeClaim", Names::Begins("prometheus-")),
            ("Pod", Names::Any),
        ],
    },
    Maker {
        group: "monitoring.coreos.com",
        kinds: &["Alertmanager"],
        makes: &[
            ("Secret", Names::Begins("alertmanager-")),
            ("Service", Names::Is("alertmanager-operated")),
            ("StatefulSet", Names::Begins("alertmanager-")),
            ("PersistentVolumeClaim", Names::Begins("alertmanager-")),
            ("Pod", Names::Any),
        ],
    },
    Maker {
        group: "monitoring.coreos.com",
        kinds: &["PrometheusAgent", "ThanosRuler"],
        makes: &[
            ("Secret", Names::Any),
            ("ConfigMap", Names::Any),
            ("Service", Names::Any),
            ("Pod", Names::Any),
        ],
    },
    quiet("monitoring.coreos.com"),
    Maker {
        group: "gateway.networking.k8s.io",
        kinds: &["Gateway"],
        makes: &[
            ("Service", Names::Any),
            ("ServiceAccount", Names::Any),
            ("ConfigMap", Names::Any),
            ("Pod", Names::Any),
        ],
    },
    Maker {
        group: "volsync.backube",
        kinds: &[],
        makes: &[
            ("Service", Names::Any),
            ("ServiceAccount", Names::Any),
            ("Secret", Names::Any),
            ("Pod", Names::Any),
        ],
    },
    quiet("helm.toolkit.fluxcd.io"),
    quiet("image.toolkit.fluxcd.io"),
    quiet("kustomize.toolkit.fluxcd.io"),
    quiet("notification.toolkit.fluxcd.io"),
    quiet("source.extensions.fluxcd.io"),
    quiet("source.toolkit.fluxcd.io"),
    quiet("cilium.io"),
    quiet("metallb.io"),
    quiet("traefik.io"),
    quiet("velero.io"),
    quiet("upgrade.cattle.io"),
];
