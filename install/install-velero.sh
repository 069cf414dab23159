#!/bin/sh
# Adds Velero, which makes backups, to the cluster in CLUSTER_DIR: `cargo xtask apps add`, then `cargo xtask bootstrap`, without asking.
set -eu
. "$(dirname "$0")/cluster-folder.sh"
cargo xtask apps add "$CLUSTER_DIR" velero
exec cargo xtask bootstrap "$CLUSTER_DIR" --yes "$@"
