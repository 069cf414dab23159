use super::{Check, Proof, contract, texts};
use crate::rule::Found;
use crate::subject::Object;

pub(super) const CHECK: Check = Check {
    code: "verify/mail",
    says: "With mail on, every setting that a component takes reaches it, host, port, user, password and sender all together; with mail \
           off, none is there.",
    is_of_all: false,
    check,
};

const SWITCH: &str = "outgoing_mail_enabled";
const HOST: &str = "outgoing_mail_smtp_host";
/// What a component that sends mail has to take.
const NEEDED: [&str; 4] =
    [SWITCH, "outgoing_mail_smtp_port", "outgoing_mail_smtp_user", "outgoing_mail_smtp_password"];
/// Either the address of the sender, or its two parts.
const ADDRESS: &str = "outgoing_mail_from_address";
const PARTS: [&str; 2] = ["outgoing_mail_from_local_part", "outgoing_mail_domain"];

fn check(proof: &Proof<'_>, found: &mut Found) {
    let values = proof.cluster.values();
    let is_on = proof.cluster.env.is_on(SWITCH);
    for (name, component) in proof.components() {
        let takes = |variable: &str| component.contract.variables.iter().any(|v| v.name == variable);
        if !takes(HOST) {
            continue;
        }
        let place = || contract(name, component);
        for needed in NEEDED.into_iter().filter(|variable| !takes(variable)) {
            let message = format!("component `{name}` takes `{HOST}` and not `{needed}`");
            found.at(place(), message, "add it to `variables`, and use it");
        }
        if !takes(ADDRESS) && !PARTS.into_iter().all(takes) {
            let message = format!("component `{name}` takes `{HOST}` and no sender");
            found.at(place(), message, format!("add `{ADDRESS}`, or `{}` and `{}`", PARTS[0], PARTS[1]));
        }
        if !is_on {
            continue;
        }
        // Values are not what counts: a chart may not know the key.
        let given: Vec<String> = values_of_releases(proof, name);
        let objects = proof.objects_of(name).filter(|object| {
            let key = object.key();
            !matches!(object.kind(), "ConfigMap" | "Secret") || !given.contains(&key.name)
        });
        let all: Vec<String> = objects.flat_map(|object| texts::of(&object)).collect();
        let mail = values.iter().filter(|(variable, _)| {
            variable.starts_with("outgoing_mail_") && *variable != SWITCH && takes(variable)
        });
        for (variable, value) in mail {
            if !all.iter().any(|text| text.contains(value.as_str())) {
                let message =
                    format!("component `{name}` takes `{variable}`, and its value is in none of its objects");
                found.at(
                    place(),
                    message,
                    "correct the key in the values, or take the variable out of `variables`",
                );
            }
        }
    }
    if !is_on {
        leftover(proof, found);
    }
}

/// What looks like the mail server of another cluster.
fn leftover(proof: &Proof<'_>, found: &mut Found) {
    let host = fleet::proving::MAIL_HOST;
    for object in proof.subject.objects() {
        if texts::of(&object).iter().any(|text| text.contains(host)) {
            let message = format!("{}: mail is off, and the mail server `{host}` is in it", object.title());
            found.at(object.place(object.node), message, format!("take the host from `${{{HOST}}}`"));
        }
    }
}

/// Names of the ConfigMaps and Secrets that its releases take values from.
fn values_of_releases(proof: &Proof<'_>, component: &str) -> Vec<String> {
    let releases = proof.objects_of(component).filter(Object::is_release);
    let names = releases.flat_map(|release| release.items(&["spec", "valuesFrom"]).iter());
    names.filter_map(|from| from.get("name")).map(|name| name.value_text().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use crate::proof::tests::{Example, deployment};

    const CONTRACT: &str = "variables:\n- {name: outgoing_mail_enabled, default: 'false'}\n- {name: outgoing_mail_smtp_host, default: \
                            localhost}\n- {name: outgoing_mail_smtp_port, default: '587'}\n- {name: outgoing_mail_smtp_user, default: \
                            none}\n- {name: outgoing_mail_smtp_password, default: none}\n- {name: outgoing_mail_from_address, default: \
                            a@localhost}\n";

    fn of(cluster: &str, contract: &str, chart: &str) -> Vec<String> {
        let app = "apiVersion: v1\nkind: Secret\nmetadata: {name: mail}\nstringData: {a: '${outgoing_mail_smtp_host:=localhost} \
                   ${outgoing_mail_smtp_user:=none} ${outgoing_mail_smtp_password:=none} ${outgoing_mail_from_address:=a@localhost}'}\n";
        Example { cluster, contract, app, chart }.found("verify/mail")
    }

    #[test]
    fn every_setting_that_is_taken_has_to_arrive() {
        assert_eq!(of("mail", CONTRACT, &deployment("blog", "args: ['--port=2587']")), [""; 0]);
        assert_eq!(
            of("mail", CONTRACT, &deployment("blog", "")),
            ["component `blog` takes `outgoing_mail_smtp_port`, and its value is in none of its objects"]
        );
    }

    #[test]
    fn whoever_takes_the_host_takes_the_rest() {
        let less: String = CONTRACT
            .lines()
            .filter(|line| !line.contains("from_address") && !line.contains("smtp_user"))
            .map(|line| format!("{line}\n"))
            .collect();
        assert_eq!(
            of("small", &less, ""),
            [
                "component `blog` takes `outgoing_mail_smtp_host` and no sender",
                "component `blog` takes `outgoing_mail_smtp_host` and not `outgoing_mail_smtp_user`"
            ]
        );
    }

    #[test]
    fn the_mail_server_of_another_cluster_is_told() {
        assert_eq!(of("small", CONTRACT, ""), [""; 0]);
        assert_eq!(
            of("small", CONTRACT, &deployment("blog", "args: ['--smtp=smtp.relay.example']")),
            [
                "Deployment oas-apps/blog of HelmRelease oas-apps/blog: mail is off, and the mail server `smtp.relay.example` is in it"
            ]
        );
    }
}
