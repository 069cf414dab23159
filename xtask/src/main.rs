//! The binary: arguments in, exit code out.

use std::process::ExitCode;

/// Everything that is rendered is many small values, made on several threads; the allocator of glibc asks the kernel for each few of
/// them there.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    xtask::main(std::env::args_os())
}
