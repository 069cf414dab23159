//! The `install-*.sh` scripts that 0.6 documented.
