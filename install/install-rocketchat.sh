#!/bin/sh
# Adds Rocket.Chat to the cluster in CLUSTER_DIR: `cargo xtask apps add`, then `cargo xtask bootstrap`, without asking.
set -eu

if [ -z "${CLUSTER_DIR:-}" ]; then
  echo "CLUSTER_DIR is not set: it names the cluster's folder, e.g. CLUSTER_DIR=clusters/example $0" >&2
  exit 2
fi
# Relative to where the person is, not to the checkout.
case "$CLUSTER_DIR" in
  /*) ;;
  *) CLUSTER_DIR="$PWD/$CLUSTER_DIR" ;;
esac
cd "$(dirname "$0")/.."
cargo xtask apps add "$CLUSTER_DIR" rocketchat
exec cargo xtask bootstrap "$CLUSTER_DIR" --yes "$@"
