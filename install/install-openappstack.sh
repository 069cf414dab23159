#!/bin/sh
# Brings the cluster in CLUSTER_DIR to what its folder says: `cargo xtask bootstrap`, without asking.
set -eu
. "$(dirname "$0")/cluster-folder.sh"
exec cargo xtask bootstrap "$CLUSTER_DIR" --yes "$@"
