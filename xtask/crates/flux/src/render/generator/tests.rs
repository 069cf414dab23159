use kustomize_rs::Limits;
use kustomize_rs::yaml::json::read_as_json;
use yamltree::tree::{MemTree, files_below};

use super::*;

const REPOSITORY: &str = "#- apps/a/x.yaml\na: 1\n#- apps/a/README.md\nread\n#- apps/B/x.yaml\nb: 2\n#- base/v.yaml\nv: {a: 1}\n\
                          #- base/w.yaml\nv: {b: 2}\n#- base/p.png\nno\n#- t.tgz\n\n";

fn generated(spec: &str) -> (Vec<(String, String)>, Option<String>) {
    let object = format!("{{apiVersion: x/v1, metadata: {{name: g, namespace: n}}, spec: {{{spec}}}}}");
    let object = read_as_json(&object, "test", Limits::default()).unwrap();
    let tree = MemTree::from_fixture(REPOSITORY).unwrap();
    let generator = ArtifactGenerator::of(&object, "");
    let made = generator.generate(&BTreeMap::from([("repo", &tree as &dyn Tree)]));
    let shown = |files: &Files| {
        let paths = files_below(files, &RepoPath::root());
        paths.iter().map(|path| path.as_str().to_owned()).collect::<Vec<_>>().join(" ")
    };
    let artifacts = made.artifacts.iter().map(|(name, files)| (name.clone(), shown(files))).collect();
    (artifacts, made.wrong.map(|wrong| wrong.message))
}

/// The files of one artifact with these copy operations, or what is wrong.
fn copied(copies: &str) -> Result<String, String> {
    let sources = "sources: [{alias: repo, kind: GitRepository, name: r}]";
    let (mut made, wrong) = generated(&format!("{sources}, artifacts: [{{name: x, copy: [{copies}]}}]"));
    match wrong {
        Some(wrong) => Err(wrong),
        None => Ok(made.remove(0).1),
    }
}

#[test]
fn folders_files_and_patterns_are_copied_as_cp_does() {
    let cases = [
        ("{from: '@repo/apps/a', to: '@artifact/'}", "a/README.md a/x.yaml"),
        ("{from: '@repo/apps/a/', to: '@artifact/z/'}", "z/a/README.md z/a/x.yaml"),
        ("{from: '@repo/apps/a/**', to: '@artifact/'}", "README.md x.yaml"),
        ("{from: '@repo/apps/*/x.yaml', to: '@artifact/'}", "apps/B/x.yaml apps/a/x.yaml"),
        ("{from: '@repo/base/v.yaml', to: '@artifact/w'}", "w"),
        ("{from: '@repo/base/v.yaml', to: '@artifact/w/'}", "w/v.yaml"),
        ("{from: '@repo/base/../base/v.yaml', to: '@artifact/.'}", "v.yaml"),
        ("{from: '@repo/apps/', to: '@artifact/', exclude: ['*.md', B/**]}", "apps/a/x.yaml"),
        ("{from: '@repo/base/**', to: '@artifact/'}", "v.yaml w.yaml"),
    ];
    for (copies, wanted) in cases {
        assert_eq!(copied(copies).as_deref(), Ok(wanted), "{copies}");
    }
}

#[test]
fn what_cannot_be_copied_is_said_with_artifact_and_operation() {
    let cases = [
        ("{from: '@other/a', to: '@artifact/'}", "no source has the alias `other`"),
        ("{from: 'repo/a', to: '@artifact/'}", "`from` must begin with `@`"),
        ("{from: '@repo/a', to: '@repo/'}", "`to` must begin with `@artifact/`"),
        ("{from: '@repo/nothing', to: '@artifact/'}", "source: `nothing` does not exist"),
        ("{from: '@repo/z*', to: '@artifact/'}", "nothing in the source matches `z*`"),
        ("{from: '@repo/[a', to: '@artifact/'}", "`[a` is a malformed pattern"),
        ("{from: '@repo/*', to: '@artifact/', exclude: ['**']}", "all that matches `*` is excluded"),
        ("{from: '@repo/*', to: '@artifact/', exclude: ['[']}", "`exclude` has the malformed pattern `[`"),
        ("{from: '@repo/../x', to: '@artifact/'}", "source: path `../x` leads out of the tree"),
        ("{from: '@repo/t.tgz', to: '@artifact/../x'}", "`..` leads out of the artifact"),
        ("{from: '@repo/apps', to: '@artifact/', strategy: Extract}", "is a folder"),
        ("{from: '@repo/t.tgz', to: '@artifact/', strategy: Extract}", "not supported"),
        ("{from: '@repo/apps', to: '@artifact/', strategy: Move}", "there is no strategy `Move`"),
    ];
    for (copies, wanted) in cases {
        let wrong = copied(copies).unwrap_err();
        assert!(wrong.starts_with("artifact `x`") && wrong.contains(wanted), "{copies}: {wrong}");
    }
}

#[test]
fn a_file_that_is_there_is_merged() {
    let copies = "{from: '@repo/base/v.yaml', to: '@artifact/v'}, {from: '@repo/base/w.yaml', to: '@artifact/v', strategy: Merge}";
    assert_eq!(copied(copies).as_deref(), Ok("v"));
    let wrong = copied(&copies.replace("base/w.yaml", "apps/a/README.md")).unwrap_err();
    assert!(wrong.contains("`apps/a/README.md` and `v` of the artifact"), "{wrong}");
}

#[test]
fn a_pattern_of_paths_makes_artifacts_for_each_folder() {
    let sources = "sources: [{alias: repo, kind: GitRepository, name: r}]";
    let artifacts =
        "artifacts: [{name: 'app-{app}', copy: [{from: '@repo/apps/{app}/*.yaml', to: '@artifact/'}]}]";
    let (made, wrong) = generated(&format!("{sources}, pathPattern: '@repo/apps/{{app}}', {artifacts}"));
    let wanted = [("app-b", "apps/B/x.yaml"), ("app-a", "apps/a/x.yaml")];
    let made: Vec<(&str, &str)> = made.iter().map(|(name, files)| (name.as_str(), files.as_str())).collect();
    assert_eq!((made, wrong), (wanted.to_vec(), None));
}

#[test]
fn artifacts_before_the_one_that_fails_are_there() {
    let (made, wrong) = generated(
        "sources: [{alias: repo, kind: GitRepository, name: r}], artifacts: [\
         {name: a, copy: [{from: '@repo/base/v.yaml', to: '@artifact/'}]}, {name: b, copy: [{from: '@repo/z', to: '@artifact/'}]}]",
    );
    assert_eq!(made, [("a".to_owned(), "v.yaml".to_owned())]);
    assert_eq!(
        wrong.unwrap(),
        "artifact `b`, copy from `@repo/z` to `@artifact/`: source: `z` does not exist"
    );
}

#[test]
fn an_artifact_with_the_name_of_a_source_holds_all_of_it() {
    let (made, _) = generated(
        "sources: [{alias: repo, kind: GitRepository, name: r}], artifacts: [\
         {name: repo, copy: [{from: '@repo/base/v.yaml', to: '@artifact/z/'}]}, {name: b, copy: [{from: '@repo/z', to: '@artifact/'}]}]",
    );
    assert!(made[0].1.contains("apps/a/x.yaml") && made[0].1.contains("z/v.yaml"), "{made:?}");
    assert_eq!(made[1].1, "z/v.yaml");
}
