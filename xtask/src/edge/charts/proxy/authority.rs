use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;

use super::ProxyError;

/// A throw-away certificate authority. Its key exists in this process only and is never written anywhere.
pub struct ProxyCa {
    issuer: CertifiedIssuer<'static, KeyPair>,
    configurations: Mutex<HashMap<String, Arc<ServerConfig>>>,
}

impl fmt::Debug for ProxyCa {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ProxyCa(***)")
    }
}

impl ProxyCa {
    /// Makes a new authority with a new key.
    pub fn new() -> Result<Self, ProxyError> {
        let mut params = CertificateParams::default();
        params.distinguished_name = named("OpenAppStack sandbox, throw-away");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let issuer = CertifiedIssuer::self_signed(params, new_key()?).map_err(wrong)?;
        Ok(Self { issuer, configurations: Mutex::default() })
    }

    /// The authority's certificate, to be trusted by the clients (`SSL_CERT_FILE`).
    pub fn certificate_pem(&self) -> String {
        self.issuer.pem()
    }

    /// How to be `host`; made once a host.
    pub(super) fn server_config(&self, host: &str) -> Result<Arc<ServerConfig>, ProxyError> {
        let mut configurations = self.configurations.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(there) = configurations.get(host) {
            return Ok(there.clone());
        }
        let made = Arc::new(self.make_server_config(host)?);
        configurations.insert(host.to_owned(), made.clone());
        Ok(made)
    }

    fn make_server_config(&self, host: &str) -> Result<ServerConfig, ProxyError> {
        let mut params = CertificateParams::new([host.trim_matches(['[', ']']).to_owned()]).map_err(wrong)?;
        params.distinguished_name = named(host);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let key = new_key()?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(wrong)?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(wrong)?
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(key.serialize_der().into()),
            )
            .map_err(wrong)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}

fn new_key() -> Result<KeyPair, ProxyError> {
    KeyPair::generate().map_err(wrong)
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

fn wrong(error: impl fmt::Display) -> ProxyError {
    ProxyError::Certificate(error.to_string())
}
