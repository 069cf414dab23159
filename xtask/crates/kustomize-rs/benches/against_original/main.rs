//! kustomize-rs against the kustomize that it follows, in the same run, in turn: CPU time (medians) and peak memory.
//!
//! ```sh
//! cargo bench -p kustomize-rs --bench against_original --features cli [-- --quick]
//! OAS_TREES=DIR:DIR cargo bench …      # real trees instead of generated ones: every folder with a kustomization file
//! OAS_KUSTOMIZE=FILE cargo bench …     # with the row of one call of the program
//! ```
//!
//! The original is kustomize's own library, in the version whose behaviour ours has (`benches/original`, built with `go
//! build`), and for the last row the program itself. Exit code 1 if a goal is missed. `--json FILE` writes the rows too.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    reason = "a tool of the developers, never part of the crate"
)]

mod child;
mod inputs;
mod table;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use child::Work;
use table::{Goal, Row, median, slope};

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    if child::main(&arguments).is_some() {
        return ExitCode::SUCCESS;
    }
    let is_quick = arguments.iter().any(|a| a == "--quick");
    let json = arguments.iter().position(|a| a == "--json").map(|at| arguments.remove(at + 1));
    let runs = if is_quick { 3 } else { 9 };
    let scratch = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("against-original");
    let _ = std::fs::remove_dir_all(&scratch);
    std::fs::create_dir_all(&scratch).unwrap();
    let original = original(&scratch);
    println!("medians of {runs} runs in turn, CPU time; load before: {}", load());
    let mut rows = Vec::new();
    for (name, root, paths) in trees(&scratch) {
        rows.extend(whole_tree(&name, root, paths, &original, runs, is_quick));
    }
    rows.extend(many_objects(&scratch, &original, runs, is_quick));
    rows.extend(one_call(&scratch, runs));
    println!("load after: {}\n", load());
    table::print(&rows);
    if let Some(path) = json {
        std::fs::write(path, table::json(&rows)).unwrap();
    }
    if rows.iter().any(|row| row.is_met() == Some(false)) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

/// Builds the program around kustomize's library.
fn original(scratch: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/original");
    let program = scratch.join("original");
    let status = Command::new("go").current_dir(source).args(["build", "-o"]).arg(&program).arg(".").status();
    assert!(status.is_ok_and(|s| s.success()), "go build failed");
    program
}

type Named = (String, PathBuf, Vec<String>);

fn trees(scratch: &Path) -> Vec<Named> {
    let Ok(list) = std::env::var("OAS_TREES") else {
        return [(77, 436), (176, 1119)]
            .map(|(paths, files)| {
                let root = scratch.join(format!("tree-{paths}"));
                let built = inputs::tree(&root, paths, files);
                (format!("{} paths of a tree of {} files", built.len(), inputs::count(&root)), root, built)
            })
            .into();
    };
    let named = list.split(':').map(|root| {
        let root = PathBuf::from(root);
        let paths = inputs::kustomizations(&root);
        let name = root.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        (format!("{} paths of {name}", paths.len()), root, paths)
    });
    named.collect()
}

fn whole_tree(
    name: &str,
    root: PathBuf,
    paths: Vec<String>,
    original: &Path,
    runs: usize,
    is_quick: bool,
) -> Vec<Row> {
    let work = Work { root, paths, ..Work::default() };
    let (mut theirs, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        theirs.push(work.original(original));
        ours.push(work.ours());
    }
    let (they, we) = (&theirs[0], &ours[0]);
    assert_eq!((they.bytes, they.refused), (we.bytes, we.refused), "{name}: bytes and refusals differ");
    let first = |needed: &[child::Needed]| median(needed.iter().map(|n| n.cpu[0]));
    let peak = |needed: &[child::Needed]| median(needed.iter().map(|n| n.peak as f64 / 1024.0));
    let (their_cpu, our_cpu) = (first(&theirs), first(&ours));
    let mut rows = vec![
        Row::new(&format!("all {name}, one process"), "ms", Some(their_cpu), our_cpu, Goal::TimesLess(10.0)),
        Row::new("— the aim", "ms", Some(their_cpu), our_cpu, Goal::Aim(20.0)),
        Row::new("— peak memory", "MiB", Some(peak(&theirs)), peak(&ours), Goal::NoMoreThanOriginal),
    ];
    if !is_quick {
        let flux = Work { as_flux: true, ..work.clone() }.original(original);
        rows.push(Row::new(
            "— as Flux calls it (the original once)",
            "ms",
            Some(flux.cpu[0]),
            our_cpu,
            Goal::None,
        ));
    }
    rows.push(both_cores(&work, runs, is_quick));
    rows
}

/// How much two threads gain, against what a loop that only counts gains at the same time.
fn both_cores(work: &Work, runs: usize, is_quick: bool) -> Row {
    let seconds = if is_quick { 0.3 } else { 1.0 };
    let gain = |verb: &str| {
        let one = child::throughput(verb, 1, seconds, &work.root, &work.paths);
        child::throughput(verb, 2, seconds, &work.root, &work.paths) / one
    };
    let (mut loops, mut builds) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        loops.push(gain("--spin"));
        builds.push(gain("--repeat"));
    }
    let (spun, built) = (median(loops), median(builds));
    let name = format!("— two threads, repeated for {seconds} s (a loop that only counts gains ×{spun:.2})");
    Row::new(&name, "× one thread", None, built, Goal::AtLeast(0.9 * spun))
}

fn many_objects(scratch: &Path, original: &Path, runs: usize, is_quick: bool) -> Vec<Row> {
    let sizes: &[usize] =
        if is_quick { &[250, 500, 1_000, 2_000] } else { &[250, 500, 1_000, 2_000, 4_000, 8_000] };
    let mut rows = Vec::new();
    for with_transformers in [false, true] {
        let name = if with_transformers { "with five transformers" } else { "plain" };
        let (mut our_points, mut their_points) = (Vec::new(), Vec::new());
        for &size in sizes {
            let root = scratch.join(format!("deployments-{size}-{with_transformers}"));
            inputs::deployments(&root, size, with_transformers);
            let work = Work { root, paths: vec![".".into()], in_memory: true, passes: 1, ..Work::default() };
            // The original is quadratic: above 2,000 it is not asked, and at 2,000 and 1,000 not as often.
            let (mut theirs, mut ours) = (Vec::new(), Vec::new());
            let their_runs = match (size, is_quick) {
                (4_000.., _) => 0,
                (1_000.., true) => 1,
                (1_000.., false) => 3,
                _ => runs,
            };
            for run in 0..runs {
                ours.push(work.ours().cpu[0]);
                if run < their_runs {
                    theirs.push(work.original(original).cpu[0]);
                }
            }
            let (our_cpu, their_cpu) = (median(ours), (!theirs.is_empty()).then(|| median(theirs)));
            our_points.push((size as f64, our_cpu));
            their_points.extend(their_cpu.map(|cpu| (size as f64, cpu)));
            let goal = if with_transformers && size == 2_000 { Goal::Under(60.0) } else { Goal::None };
            rows.push(Row::new(&format!("{size} Deployments, {name}"), "ms", their_cpu, our_cpu, goal));
        }
        let name = format!("— slope, {name} (the original up to 2000)");
        rows.push(Row::new(&name, "", Some(slope(&their_points)), slope(&our_points), Goal::Under(1.10)));
    }
    rows
}

/// One small overlay, with the start of the program.
fn one_call(scratch: &Path, runs: usize) -> Vec<Row> {
    let Ok(kustomize) = std::env::var("OAS_KUSTOMIZE") else {
        println!("one call of the program is left out: OAS_KUSTOMIZE does not name the real one");
        return Vec::new();
    };
    let root = scratch.join("overlay");
    inputs::overlay(&root);
    let folder = root.join("overlay");
    let arguments = ["build", folder.to_str().unwrap()];
    let (mut theirs, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        theirs.push(child::process(Path::new(&kustomize), &arguments));
        ours.push(child::process(Path::new(env!("CARGO_BIN_EXE_kustomize-rs")), &arguments));
    }
    let cpu = |all: &[(f64, u64)]| median(all.iter().map(|one| one.0));
    let peak = |all: &[(f64, u64)]| median(all.iter().map(|one| one.1 as f64 / 1024.0));
    vec![
        Row::new("one small overlay, a process", "ms", Some(cpu(&theirs)), cpu(&ours), Goal::Under(3.0)),
        Row::new("— peak memory", "MiB", Some(peak(&theirs)), peak(&ours), Goal::Under(8.0)),
    ]
}
