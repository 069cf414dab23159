//! The sandbox tier: the real binary, the real control plane, the real Flux, on stand-in charts. One file a topic; each
//! test takes its turn (see `tests::shared`).

#![allow(clippy::unwrap_used)]

mod beside;
mod differential;
mod effective_values;
mod ending;
mod envsubst;
mod interrupted;
mod machine;
mod mutation;
mod own_charts;
mod platform;
mod rendering;
mod surroundings;
mod values;
mod verified;
