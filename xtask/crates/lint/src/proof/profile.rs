use fleet::proving::RESERVED_MEMORY;
use yamltree::diagnostic::Place;

use super::{Check, Proof, Totals};
use crate::rule::Found;

pub(super) const CHECK: Check = Check {
    code: "verify/profile",
    says: "What all pods ask for fits on the server that the profile is made for, with room for the server itself.",
    is_of_all: false,
    check,
};

fn check(proof: &Proof<'_>, found: &mut Found) {
    let profile = proof.cluster.profile();
    let asked = Totals::of(proof.subject, proof.subject.objects()).requests;
    let room = profile.memory.saturating_sub(RESERVED_MEMORY);
    let mut tell = |what: &str, asked: String, room: String| {
        let message = format!("all pods ask for {asked} of {what}, and profile {} has {room}", profile.name);
        found.at(Place::file("flux2"), message, "ask for less in the values of the profile");
    };
    if asked.cpu > profile.cpu {
        tell("processor", asked.cpu_text(), format!("{}m", profile.cpu));
    }
    if asked.memory > room {
        tell("memory", asked.memory_text(), format!("{}Mi", room >> 20));
    }
}

#[cfg(test)]
mod tests {
    use crate::proof::tests::{Example, deployment};

    #[test]
    fn pods_have_to_fit_on_the_server() {
        let of = |asks: &str| {
            let chart = deployment("blog", "").replace("cpu: 10m, memory: 32Mi", asks);
            Example { chart: &chart, ..Example::default() }.found("verify/profile")
        };
        assert_eq!(of("cpu: 4, memory: 6Gi"), [""; 0]);
        assert_eq!(
            of("cpu: 4001m, memory: 7Gi"),
            [
                "all pods ask for 4001m of processor, and profile small has 4000m",
                "all pods ask for 7168Mi of memory, and profile small has 6198Mi"
            ]
        );
    }
}
