//! Work on several threads, with the results in the order of the work.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Does the work on up to so many threads; results are in the order of the work.
pub fn each<W: Sync, R: Send>(threads: usize, work: &[W], act: impl Fn(&W) -> R + Sync) -> Vec<R> {
    if threads < 2 || work.len() < 2 {
        return work.iter().map(act).collect();
    }
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(work.len()));
    std::thread::scope(|scope| {
        for _ in 0..threads.min(work.len()) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(one) = work.get(index) else { break };
                    let result = act(one);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_are_in_the_order_of_the_work() {
        let work: Vec<usize> = (0..100).collect();
        assert_eq!(super::each(3, &work, |n| n * 2), work.iter().map(|n| n * 2).collect::<Vec<_>>());
    }
}
