//! cluster_edit
