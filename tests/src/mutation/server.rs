//! What a real API server says to an object that is created by server-side apply, without creating it.

use std::collections::HashMap;
use std::path::Path;

use futures::{StreamExt, stream};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::{Value, json};

/// How many questions are under way at once.
const AT_ONCE: usize = 24;

/// A connection, and the kinds that the server knows.
pub struct Server {
    client: Client,
    /// Plural and whether objects are in namespaces, by API version and kind.
    kinds: HashMap<(String, String), (String, bool)>,
}

impl Server {
    /// Connects, and asks which kinds there are.
    pub async fn connect(kubeconfig: &Path) -> Self {
        let read = Kubeconfig::read_from(kubeconfig).unwrap();
        let mut config = Config::from_custom_kubeconfig(read, &KubeConfigOptions::default()).await.unwrap();
        config.proxy_url = None;
        let client = Client::try_from(config).unwrap();
        let mut server = Server { client, kinds: HashMap::new() };
        server.discover().await;
        server
    }

    async fn discover(&mut self) {
        self.kinds.clear();
        let groups: Value = self.get("/apis").await;
        let mut versions = vec!["v1".to_owned()];
        for group in groups["groups"].as_array().into_iter().flatten() {
            let all = group["versions"].as_array().into_iter().flatten();
            versions.extend(all.filter_map(|version| version["groupVersion"].as_str().map(str::to_owned)));
        }
        for version in versions {
            let found = self.get(&prefix(&version)).await;
            for resource in found["resources"].as_array().into_iter().flatten() {
                let text = |key: &str| resource[key].as_str().unwrap_or_default().to_owned();
                if !text("name").contains('/') {
                    let is_namespaced = resource["namespaced"] == true;
                    self.kinds.insert((version.clone(), text("kind")), (text("name"), is_namespaced));
                }
            }
        }
    }

    async fn get(&self, path: &str) -> Value {
        let request = http::Request::get(path).body(Vec::new()).unwrap();
        self.client.request(request).await.unwrap_or_default()
    }

    /// Makes namespaces and definitions that objects need; waits until the kinds are served.
    pub async fn prepare(&mut self, namespaces: &[String], definitions: &[Value]) {
        // What a namespace allows is a matter of the namespace, and not of the objects in it.
        let labels = json!({"resource.kubernetes.io/admin-access": "true"});
        for namespace in namespaces {
            let metadata = json!({"name": namespace, "labels": labels});
            let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata});
            self.apply(&object, false).await.unwrap();
        }
        for definition in definitions {
            self.apply(definition, false).await.unwrap();
        }
        for _ in 0..50 {
            self.discover().await;
            let is_served = |definition: &Value| {
                let group = definition["spec"]["group"].as_str().unwrap_or_default();
                let kind = definition["spec"]["names"]["kind"].as_str().unwrap_or_default();
                self.kinds.keys().any(|(version, of)| of == kind && version.starts_with(&format!("{group}/")))
            };
            if definitions.iter().all(is_served) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        panic!("the definitions are not served");
    }

    /// Is the object of a kind that the server has?
    pub fn knows(&self, object: &Value) -> bool {
        let text = |key: &str| object[key].as_str().unwrap_or_default().to_owned();
        self.kinds.contains_key(&(text("apiVersion"), text("kind")))
    }

    /// Is the object of a kind whose objects are in namespaces?
    pub fn is_namespaced(&self, object: &Value) -> bool {
        let text = |key: &str| object[key].as_str().unwrap_or_default().to_owned();
        self.kinds.get(&(text("apiVersion"), text("kind"))).is_some_and(|(_, is_namespaced)| *is_namespaced)
    }

    /// The verdict on each object, in order; an error has the server's words.
    pub async fn verdicts(&self, objects: &[Value]) -> Vec<Result<(), String>> {
        stream::iter(objects).map(|object| self.apply(object, true)).buffered(AT_ONCE).collect().await
    }

    /// Applies each object, some at once.
    pub async fn apply_all(&self, objects: &[Value]) -> Vec<Result<(), String>> {
        stream::iter(objects).map(|object| self.apply(object, false)).buffered(AT_ONCE).collect().await
    }

    async fn apply(&self, object: &Value, is_dry: bool) -> Result<(), String> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let key =
            (text(&object["apiVersion"]).ok_or("no apiVersion")?, text(&object["kind"]).ok_or("no kind")?);
        let (plural, is_namespaced) =
            self.kinds.get(&key).ok_or_else(|| format!("no matches for {key:?}"))?;
        let metadata = &object["metadata"];
        let name = text(&metadata["name"]).filter(|name| !name.is_empty()).ok_or("no name")?;
        let mut path = prefix(&key.0);
        if *is_namespaced {
            let namespace = text(&metadata["namespace"]).filter(|it| !it.is_empty()).ok_or("no namespace")?;
            path.push_str(&format!("/namespaces/{}", encoded(&namespace)));
        }
        let dry = if is_dry { "&dryRun=All" } else { "" };
        path.push_str(&format!(
            "/{plural}/{}?fieldManager=kustomize-controller&force=true{dry}",
            encoded(&name)
        ));
        let request = http::Request::patch(path)
            .header("content-type", "application/apply-patch+yaml")
            .body(object.to_string().into_bytes())
            .map_err(|error| error.to_string())?;
        self.client.request::<Value>(request).await.map(drop).map_err(|error| match error {
            kube::Error::Api(status) => status.message.clone(),
            other => other.to_string(),
        })
    }
}

fn prefix(version: &str) -> String {
    if version.contains('/') { format!("/apis/{version}") } else { format!("/api/{version}") }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}
