//! `kustomize-rs build DIR`: the library on files of a disk.
#![allow(clippy::disallowed_methods, reason = "the only part of the crate that touches a disk")]

fn main() -> std::process::ExitCode {
    kustomize_rs::cli::main()
}
