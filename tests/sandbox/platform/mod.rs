//! What is seen on one finished platform. These tests share it: their names come one after the other, so that it is
//! bootstrapped once.

mod bootstrap;
mod following;
mod kubectl;
mod live;
mod overrides;
mod removal;
mod rendered;
mod scripts;
mod updates;
