//! `charts pull` against real protocols: the sandbox's chart proxy plays registry, index and Git server under TLS, and a server of this
//! machine what no good registry does.
#![allow(clippy::unwrap_used)]

mod damage;
mod loopback;
mod world;

use xtask::edge::charts::ProxyCa;
use xtask::edge::charts::standin::{StandIn, chart};

use world::{REPOSITORY, World};

#[test]
fn a_chart_is_fetched_from_every_sort_of_source_and_once() {
    let world = World::new();
    let wanted = |was_here| {
        let all = [
            ("alpha", "1.0.0"),
            ("alpha", "1.5.0"),
            ("beta", "2.0.0"),
            ("delta", "3.0.0"),
            ("gamma", "1.0.0"),
        ];
        all.map(|(name, version)| (name.to_owned(), version.to_owned(), was_here))
    };
    assert_eq!(world.pulled(&[]), wanted(false));
    assert_eq!(world.pulled(&[]), wanted(true));
}

#[test]
fn a_version_that_is_not_there_is_told_with_those_that_are() {
    let world = World::new();
    let text = REPOSITORY.replace("tag: 1.0.0", "tag: 9.9.9").replace("'>=1'", "'>=7'");
    world.write("repository/flux/all.yaml", &text);
    let (code, _, err) = world.xtask(&["charts", "pull"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("n/one: its chart oci://ghcr.io/some/alpha:9.9.9 could not be fetched"), "{err}");
    assert!(err.contains("the newest there are 2.0.0, 1.5.0, 1.0.0"), "{err}");
    assert!(err.contains("the newest there are 1.1.0-rc.1, 1.0.0"), "{err}");
    assert!(err.contains("3 fetched, 0 here already"), "{err}");
}

#[test]
fn an_authority_that_nobody_trusts_is_as_good_as_nobody() {
    let world = World::new();
    let other = ProxyCa::new().unwrap();
    std::fs::write(world.path("ca.crt"), other.certificate_pem()).unwrap();
    let (code, _, err) = world.xtask(&["charts", "pull"]);
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("0 fetched") && err.contains("nobody answered"), "{err}");
}

#[test]
fn a_folder_takes_the_place_of_the_network() {
    let world = World::new();
    for (name, version) in [("alpha", "1.0.0"), ("beta", "2.0.0"), ("gamma", "4.0.0"), ("delta", "3.0.0")] {
        let packed = chart(&StandIn::new(name, version)).unwrap();
        std::fs::create_dir_all(world.path("charts")).unwrap();
        std::fs::write(world.path(&format!("charts/{name}.tgz")), packed).unwrap();
    }
    let folder = world.path("charts").display().to_string();
    let names: Vec<String> = world
        .pulled(&["--charts", &folder])
        .into_iter()
        .map(|(name, version, _)| name + " " + &version)
        .collect();
    // Of a range the one that is there.
    assert_eq!(names, ["alpha 1.0.0", "alpha 1.0.0", "beta 2.0.0", "delta 3.0.0", "gamma 4.0.0"]);
}

#[test]
fn what_is_exact_is_asked_for_once() {
    let mut world = World::new();
    world.write(
        "repository/flux/all.yaml",
        &REPOSITORY.replace("semver: 1.x", "tag: 1.5.0").replace("'>=1'", "1.0.0"),
    );
    assert!(world.pulled(&[]).iter().all(|(_, _, was_here)| !was_here));
    world.proxy = "http://127.0.0.1:1".to_owned();
    assert!(world.pulled(&[]).iter().all(|(_, _, was_here)| *was_here));
    let (code, _, err) = world.xtask(&["charts", "pull", "--refresh"]);
    assert_eq!(code, 3, "{err}");
}

#[test]
fn a_chart_may_be_a_whole_git_repository() {
    let world = World::new();
    let text = REPOSITORY.replace("some/repository", "some/root").replace("./charts/delta", "./");
    world.write("repository/flux/all.yaml", &text);
    assert!(world.pulled(&[]).contains(&("delta".to_owned(), "3.0.0".to_owned(), false)));
}

#[test]
fn of_the_tags_of_a_git_repository_the_newest_in_a_range_is_taken() {
    let world = World::new();
    world.write("repository/flux/all.yaml", &REPOSITORY.replace("tag: v3.0.0", "semver: '>=3'"));
    assert!(world.pulled(&[]).contains(&("delta".to_owned(), "3.0.0".to_owned(), false)));
}

#[test]
fn a_program_gets_one_document_with_what_was_fetched_and_what_was_not() {
    let world = World::new();
    world.write("repository/flux/all.yaml", &REPOSITORY.replace("tag: 1.0.0", "tag: 9.9.9"));
    let (code, out, _) = world.xtask(&["charts", "pull", "--output", "json"]);
    let found: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, found["version"].as_u64()), (1, Some(1)));
    assert_eq!(found["charts"].as_array().map(Vec::len), Some(4));
    assert_eq!(found["findings"][0]["code"], "charts/pull");
}

#[test]
fn a_name_that_is_not_in_an_index_or_a_repository_is_told_with_a_likely_one() {
    let world = World::new();
    let text = REPOSITORY.replace("chart: gamma", "chart: gama").replace("tag: v3.0.0", "tag: v3.0.1");
    world.write("repository/flux/all.yaml", &text);
    let (code, _, err) = world.xtask(&["charts", "pull"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("has no refs/tags/v3.0.1; the newest there are v3.0.0"), "{err}");
    assert!(err.contains("has no chart `gama`"), "{err}");
}

#[test]
fn credentials_are_not_read_and_that_is_told() {
    let world = World::new();
    let secret = "tag: 1.0.0}, secretRef: {name: token}";
    world.write("repository/flux/all.yaml", &REPOSITORY.replace("tag: 1.0.0}", secret));
    let (code, _, err) = world.xtask(&["charts", "pull"]);
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("was fetched without the credentials of Secret `token`"), "{err}");
    world.write(
        "repository/flux/all.yaml",
        &REPOSITORY.replace("tag: 1.0.0}", &secret.replace("1.0.0", "9.0.0")),
    );
    let (code, _, err) = world.xtask(&["charts", "pull"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("which are not read here"), "{err}");
}

#[test]
fn charts_that_cannot_be_reached_are_the_reason_why_nothing_is_verified() {
    let mut world = World::new();
    world.proxy = "http://127.0.0.1:1".to_owned();
    let (code, out, err) = world.xtask_here(&["charts", "verify", "--check"]);
    assert_eq!((code, out.as_str()), (3, ""), "{err}");
    assert!(err.contains("its chart nextcloud ") && err.contains("nobody answered"), "{err}");
}
