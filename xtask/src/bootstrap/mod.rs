//! Bootstrap: observe, plan, show, execute, observe again.
