//! The binary: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::main(std::env::args_os())
}
