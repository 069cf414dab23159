//! Taking turns. Two cores carry one sandbox well and many badly, so every test of the sandbox tier takes its turn first:
//! alone, or on the one finished platform that several tests share and that each leaves as complete as it was.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::checkout::Checkout;
use crate::run::Ran;

static PLATFORM: Mutex<Option<Platform>> = Mutex::new(None);

/// A checkout whose sandbox runs the whole platform, on stand-in charts if nobody says otherwise.
#[derive(Debug)]
pub struct Platform {
    /// The checkout.
    pub checkout: Checkout,
    /// What the bootstrap said that made it.
    pub bootstrap: Ran,
}

/// The charts of the shared platform: stand-ins, or those in the folder that `OAS_TEST_CHARTS` names.
pub fn charts() -> String {
    std::env::var("OAS_TEST_CHARTS").unwrap_or_else(|_| "stand-in".to_owned())
}

/// The turn of a test; others wait until it is dropped.
#[derive(Debug)]
pub struct Turn(MutexGuard<'static, Option<Platform>>);

/// A turn without any other sandbox: the shared platform ends if it runs.
pub fn alone() -> Turn {
    // A test that failed has poisoned the lock; the platform is judged by the next test that uses it.
    let mut turn = Turn(PLATFORM.lock().unwrap_or_else(PoisonError::into_inner));
    turn.0.take();
    turn
}

/// A turn on the shared platform, which is bootstrapped by the first test that asks, and again after one that failed.
pub fn platform() -> Turn {
    let mut platform = match PLATFORM.lock() {
        Ok(platform) => platform,
        Err(poisoned) => {
            let mut platform = poisoned.into_inner();
            platform.take();
            PLATFORM.clear_poison();
            platform
        }
    };
    platform.get_or_insert_with(|| {
        let checkout = Checkout::new().with_tools();
        let bootstrap = checkout.xtask(&["bootstrap", "--charts", &charts(), "--patience", "5"]).expect(0);
        Platform { checkout, bootstrap }
    });
    Turn(platform)
}

impl std::ops::Deref for Turn {
    type Target = Platform;

    /// The shared platform.
    fn deref(&self) -> &Platform {
        self.0.as_ref().expect("this turn was taken alone")
    }
}
