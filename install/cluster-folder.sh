# Read by the scripts beside it: from here on CLUSTER_DIR is absolute, and the checkout is the current folder.
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
