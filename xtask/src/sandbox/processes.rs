//! The processes of the control plane and every flag they get; which flag is for what is told in
//! `install/sandbox/README.md`. Nothing is started here.

use std::path::PathBuf;

use super::charts_mode::ChartsMode;
use super::layout::Layout;
use super::ports::Ports;

/// Service addresses come from the loopback range, so that a call to a webhook that nobody plays is refused at once
/// and never leaves the machine.
const SERVICE_RANGE: &str = "127.143.0.0/16";

/// One process to run.
#[derive(Debug, Clone)]
pub struct Process {
    /// Its name: log file, kubeconfig and report use it.
    pub name: &'static str,
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<String>,
    /// Its environment, beside the basic one that all processes get.
    pub env: Vec<(String, String)>,
}

/// What all flags are made from.
pub struct Setting<'a> {
    /// The folders.
    pub layout: &'a Layout,
    /// The ports.
    pub ports: &'a Ports,
    /// The folder of the binaries.
    pub tools: PathBuf,
    /// Where charts come from.
    pub charts: &'a ChartsMode,
}

impl Setting<'_> {
    fn pki(&self, file: &str) -> String {
        self.layout.pki().join(file).display().to_string()
    }

    fn kubeconfig(&self, name: &str) -> String {
        self.layout.process_kubeconfig(name).display().to_string()
    }

    fn process(&self, name: &'static str, args: Vec<String>) -> Process {
        let env = collection(name).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Process { name, program: self.tools.join(name), args, env }
    }

    /// etcd: TLS with client certificates, since other people's programs may share the loopback interface.
    pub fn etcd(&self) -> Process {
        let Ports { etcd, etcd_peer, .. } = self.ports;
        self.process(
            "etcd",
            vec![
                "--name=sandbox".into(),
                format!("--data-dir={}", self.layout.run().join("etcd").display()),
                format!("--listen-client-urls=https://127.0.0.1:{etcd}"),
                format!("--advertise-client-urls=https://127.0.0.1:{etcd}"),
                format!("--listen-peer-urls=https://127.0.0.1:{etcd_peer}"),
                format!("--initial-advertise-peer-urls=https://127.0.0.1:{etcd_peer}"),
                format!("--initial-cluster=sandbox=https://127.0.0.1:{etcd_peer}"),
                format!("--cert-file={}", self.pki("server.crt")),
                format!("--key-file={}", self.pki("server.key")),
                format!("--trusted-ca-file={}", self.pki("ca.crt")),
                "--client-cert-auth".into(),
                format!("--peer-cert-file={}", self.pki("server.crt")),
                format!("--peer-key-file={}", self.pki("server.key")),
                format!("--peer-trusted-ca-file={}", self.pki("ca.crt")),
                "--peer-client-cert-auth".into(),
                "--unsafe-no-fsync".into(),
                "--log-level=warn".into(),
            ],
        )
    }

    /// kube-apiserver: RBAC and service accounts on; admission webhooks off, since no pod is there to answer them.
    pub fn api_server(&self) -> Process {
        let Ports { api, etcd, .. } = self.ports;
        self.process(
            "kube-apiserver",
            vec![
                format!("--etcd-servers=https://127.0.0.1:{etcd}"),
                format!("--etcd-cafile={}", self.pki("ca.crt")),
                format!("--etcd-certfile={}", self.pki("etcd-client.crt")),
                format!("--etcd-keyfile={}", self.pki("etcd-client.key")),
                "--bind-address=127.0.0.1".into(),
                // Both are guessed from the default route otherwise, and a machine without a network has none.
                "--advertise-address=127.0.0.1".into(),
                "--external-hostname=localhost".into(),
                format!("--secure-port={api}"),
                format!("--tls-cert-file={}", self.pki("server.crt")),
                format!("--tls-private-key-file={}", self.pki("server.key")),
                format!("--client-ca-file={}", self.pki("ca.crt")),
                "--service-account-issuer=https://kubernetes.default.svc.cluster.local".into(),
                format!("--service-account-key-file={}", self.pki("service-accounts.pub")),
                format!("--service-account-signing-key-file={}", self.pki("service-accounts.key")),
                format!("--service-cluster-ip-range={SERVICE_RANGE}"),
                "--authorization-mode=RBAC".into(),
                "--allow-privileged=true".into(),
                "--disable-admission-plugins=MutatingAdmissionWebhook,ValidatingAdmissionWebhook".into(),
                format!("--requestheader-client-ca-file={}", self.pki("ca.crt")),
                "--requestheader-allowed-names=front-proxy".into(),
                "--requestheader-extra-headers-prefix=X-Remote-Extra-".into(),
                "--requestheader-group-headers=X-Remote-Group".into(),
                "--requestheader-username-headers=X-Remote-User".into(),
                format!("--proxy-client-cert-file={}", self.pki("front-proxy.crt")),
                format!("--proxy-client-key-file={}", self.pki("front-proxy.key")),
                "--endpoint-reconciler-type=none".into(),
                "--event-ttl=30m".into(),
                "--profiling=false".into(),
            ],
        )
    }

    /// kube-controller-manager, without what needs nodes or a cloud.
    pub fn controller_manager(&self) -> Process {
        let kubeconfig = self.kubeconfig("kube-controller-manager");
        self.process(
            "kube-controller-manager",
            vec![
                format!("--kubeconfig={kubeconfig}"),
                format!("--authentication-kubeconfig={kubeconfig}"),
                format!("--authorization-kubeconfig={kubeconfig}"),
                "--bind-address=127.0.0.1".into(),
                format!("--secure-port={}", self.ports.controller_manager),
                format!("--tls-cert-file={}", self.pki("server.crt")),
                format!("--tls-private-key-file={}", self.pki("server.key")),
                format!("--service-account-private-key-file={}", self.pki("service-accounts.key")),
                format!("--root-ca-file={}", self.pki("ca.crt")),
                "--use-service-account-credentials=true".into(),
                "--controllers=*,-node-ipam-controller,-node-route-controller,-cloud-node-lifecycle-controller,\
                 -service-lb-controller"
                    .into(),
                "--leader-elect=false".into(),
                "--profiling=false".into(),
            ],
        )
    }

    /// kube-scheduler: the real one, so that a pod which does not fit the reference server stays Pending.
    pub fn scheduler(&self) -> Process {
        let kubeconfig = self.kubeconfig("kube-scheduler");
        self.process(
            "kube-scheduler",
            vec![
                format!("--kubeconfig={kubeconfig}"),
                format!("--authentication-kubeconfig={kubeconfig}"),
                format!("--authorization-kubeconfig={kubeconfig}"),
                "--bind-address=127.0.0.1".into(),
                format!("--secure-port={}", self.ports.scheduler),
                format!("--tls-cert-file={}", self.pki("server.crt")),
                format!("--tls-private-key-file={}", self.pki("server.key")),
                "--leader-elect=false".into(),
                "--profiling=false".into(),
            ],
        )
    }

    /// KWOK: plays the kubelet and, by stages that are objects in the cluster, the operators.
    pub fn kwok(&self) -> Process {
        self.process(
            "kwok",
            vec![
                format!("--kubeconfig={}", self.kubeconfig("kwok")),
                "--manage-all-nodes=true".into(),
                "--enable-crds=Stage".into(),
                "--node-lease-duration-seconds=40".into(),
            ],
        )
    }

    /// The four Flux controllers. Dependencies are looked at again after 2 s instead of 30 s, and twelve objects at a
    /// time instead of four: most of a bootstrap is waiting.
    pub fn flux(&self) -> Vec<Process> {
        let Ports { artifacts, events, webhooks, .. } = self.ports;
        let mut source = self.controller("source-controller");
        source.args.extend([
            format!("--storage-path={}", self.layout.run().join("artifacts").display()),
            format!("--storage-addr=127.0.0.1:{artifacts}"),
            format!("--storage-adv-addr=127.0.0.1:{artifacts}"),
            "--requeue-dependency=2s".into(),
            "--concurrent=6".into(),
            format!("--events-addr=http://127.0.0.1:{events}/"),
        ]);
        match self.charts {
            ChartsMode::Public => source.env.extend(inherited_proxy()),
            ChartsMode::StandIn | ChartsMode::Folder(_) => source.env.extend([
                ("HTTPS_PROXY".into(), format!("http://127.0.0.1:{}", self.ports.charts)),
                ("SSL_CERT_FILE".into(), self.layout.charts_authority().display().to_string()),
            ]),
        }
        let mut kustomize = self.controller("kustomize-controller");
        kustomize.args.extend([
            "--requeue-dependency=2s".into(),
            "--concurrent=12".into(),
            format!("--events-addr=http://127.0.0.1:{events}/"),
        ]);
        let mut helm = self.controller("helm-controller");
        helm.args.extend([
            "--requeue-dependency=2s".into(),
            "--concurrent=12".into(),
            format!("--events-addr=http://127.0.0.1:{events}/"),
        ]);
        let mut notification = self.controller("notification-controller");
        notification.args.extend([
            format!("--events-addr=127.0.0.1:{events}"),
            format!("--receiverAddr=127.0.0.1:{webhooks}"),
        ]);
        vec![source, kustomize, helm, notification]
    }

    fn controller(&self, name: &'static str) -> Process {
        let mut process = self.process(
            name,
            vec!["--metrics-addr=0".into(), "--health-addr=0".into(), "--log-encoding=json".into()],
        );
        process.env.extend([
            ("KUBECONFIG".into(), self.kubeconfig(name)),
            ("RUNTIME_NAMESPACE".into(), "flux-system".into()),
        ]);
        process
    }
}

/// When a Go process collects its garbage: when its heap has grown by `GOGC` percent of what was live (Go's default: 100),
/// and as often as it must to stay below `GOMEMLIMIT`.
///
/// The API server holds most of the sandbox's memory, and half of that is garbage by default. Measured with real charts:
/// with these, the sum of all processes peaks below 1.5 GiB and the API server collects little while it is still small. With
/// 35 percent and no limit it used 50 s of processor time for a bootstrap instead of 26; with a limit of 450 MiB, which is
/// nearly all live, 145.
fn collection(process: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let settings: &[_] = match process {
        "kube-apiserver" => &[("GOGC", "150"), ("GOMEMLIMIT", "530MiB")],
        _ => &[("GOGC", "60")],
    };
    settings.iter().copied()
}

/// The person's own proxy settings: needed to reach public charts from behind one.
fn inherited_proxy() -> Vec<(String, String)> {
    ["HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy", "SSL_CERT_FILE"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?)))
        .collect()
}
