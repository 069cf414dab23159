//! The sandbox's throw-away certificates: one authority, a server certificate and a client certificate for each process.
//!
//! Users and groups in the client certificates are the ones that RBAC knows: Kubernetes' own names for its parts, and
//! `flux:<controller>` for Flux's, bound in `install/sandbox/objects/flux-rbac.yaml`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, SanType,
};

use super::layout::Layout;
use super::ports::Ports;
use crate::edge::private_file::write_private;

/// The clients of the API server: file name, user, groups.
const CLIENTS: &[(&str, &str, &[&str])] = &[
    ("admin", "sandbox-administrator", &["system:masters"]),
    ("supervisor", "sandbox-supervisor", &["system:masters"]),
    ("kube-controller-manager", "system:kube-controller-manager", &[]),
    ("kube-scheduler", "system:kube-scheduler", &[]),
    ("kwok", "kwok", &[]),
    ("source-controller", "flux:source-controller", &[]),
    ("kustomize-controller", "flux:kustomize-controller", &[]),
    ("helm-controller", "flux:helm-controller", &[]),
    ("notification-controller", "flux:notification-controller", &[]),
];

/// Makes every key, certificate and kubeconfig that is not there yet; kubeconfigs are written anew for these ports.
pub fn ensure(layout: &Layout, ports: &Ports) -> Result<()> {
    let folder = layout.pki();
    fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))?;
    if !folder.join("complete").exists() {
        make_certificates(&folder)?;
        write_private(&folder.join("complete"), b"")?;
    }
    for (name, ..) in CLIENTS {
        let path = if *name == "admin" { layout.kubeconfig() } else { layout.process_kubeconfig(name) };
        write_private(&path, kubeconfig(&folder, name, ports.api)?.as_bytes())?;
    }
    Ok(())
}

fn make_certificates(folder: &Path) -> Result<()> {
    let key = KeyPair::generate().context("make the sandbox's certificate authority")?;
    let mut params = named("sandbox-authority", &[])?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages =
        vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
    let certificate = params.self_signed(&key)?;
    write_private(&folder.join("ca.crt"), certificate.pem().as_bytes())?;
    let authority = Issuer::new(params, key);

    let mut server = named("kube-apiserver", &[])?;
    for name in ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"] {
        server.subject_alt_names.push(SanType::DnsName(name.try_into()?));
    }
    server.subject_alt_names.push(SanType::IpAddress([127, 0, 0, 1].into()));
    server.subject_alt_names.push(SanType::IpAddress([127, 143, 0, 1].into()));
    server.extended_key_usages =
        vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    sign(folder, "server", server, &authority)?;

    for (name, user, groups) in CLIENTS
        .iter()
        .chain(&[("etcd-client", "etcd-client", &[] as &[&str]), ("front-proxy", "front-proxy", &[])])
    {
        let mut client = named(user, groups)?;
        client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        sign(folder, name, client, &authority)?;
    }
    let accounts = KeyPair::generate()?;
    write_private(&folder.join("service-accounts.key"), accounts.serialize_pem().as_bytes())?;
    write_private(&folder.join("service-accounts.pub"), accounts.public_key_pem().as_bytes())
}

fn named(user: &str, groups: &[&str]) -> Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new())?;
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, user);
    for group in groups {
        name.push(DnType::OrganizationName, *group);
    }
    params.distinguished_name = name;
    Ok(params)
}

fn sign(folder: &Path, name: &str, params: CertificateParams, authority: &Issuer<'_, KeyPair>) -> Result<()> {
    let key = KeyPair::generate()?;
    let certificate = params
        .signed_by(&key, authority)
        .with_context(|| format!("sign the sandbox's certificate `{name}`"))?;
    write_private(&folder.join(format!("{name}.crt")), certificate.pem().as_bytes())?;
    write_private(&folder.join(format!("{name}.key")), key.serialize_pem().as_bytes())
}

/// A kubeconfig with everything inside, so that it may be copied elsewhere on this machine.
fn kubeconfig(folder: &Path, client: &str, port: u16) -> Result<String> {
    use base64::Engine as _;
    let embed = |file: String| -> Result<String> {
        let path = folder.join(file);
        let bytes = fs::read(&path).with_context(|| format!("read {}", path.display()))?;
        Ok(base64::engine::general_purpose::STANDARD.encode(bytes))
    };
    let authority = embed("ca.crt".into())?;
    let certificate = embed(format!("{client}.crt"))?;
    let key = embed(format!("{client}.key"))?;
    Ok(format!(
        "apiVersion: v1
kind: Config
current-context: sandbox
clusters:
  - name: sandbox
    cluster:
      server: https://127.0.0.1:{port}
      certificate-authority-data: {authority}
users:
  - name: {client}
    user:
      client-certificate-data: {certificate}
      client-key-data: {key}
contexts:
  - name: sandbox
    context: {{cluster: sandbox, user: {client}}}
"
    ))
}
