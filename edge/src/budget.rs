//! How much memory the bodies that are being read may take together. They are read before anyone knows who sends them, so
//! without a budget anyone could fill the memory. Small bodies need none of it: a flood of large ones does not stop them.

use tokio::sync::{Semaphore, SemaphorePermit};

/// What a body may hold without asking.
const FREE_BYTES: usize = 16 * 1024;
const UNIT_BYTES: usize = 1024;

/// The memory for all bodies.
pub(crate) struct Budget(Semaphore);

impl Budget {
    pub(crate) fn new(bytes: usize) -> Budget {
        Budget(Semaphore::new(bytes / UNIT_BYTES))
    }

    pub(crate) fn share(&self) -> Share<'_> {
        Share { budget: self, permit: None, units: 0 }
    }
}

/// One body's part, given back when it is dropped.
pub(crate) struct Share<'b> {
    budget: &'b Budget,
    permit: Option<SemaphorePermit<'b>>,
    units: usize,
}

impl Share<'_> {
    /// Whether the body may grow to a size.
    pub(crate) fn grow(&mut self, bytes: usize) -> bool {
        let wanted = bytes.saturating_sub(FREE_BYTES).div_ceil(UNIT_BYTES);
        let Some(more) = wanted.checked_sub(self.units).filter(|more| *more > 0) else { return true };
        let Ok(more_units) = u32::try_from(more) else { return false };
        let Ok(permit) = self.budget.0.try_acquire_many(more_units) else { return false };
        self.units = wanted;
        match &mut self.permit {
            Some(held) => held.merge(permit),
            None => self.permit = Some(permit),
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_share_a_budget_and_give_it_back() {
        let budget = Budget::new(64 * 1024);
        let mut first = budget.share();
        assert!(first.grow(10 * 1024) && first.grow(16 * 1024 + 40 * 1024));
        let mut second = budget.share();
        assert!(second.grow(16 * 1024));
        assert!(!second.grow(16 * 1024 + 25 * 1024));
        assert!(second.grow(16 * 1024 + 24 * 1024));
        assert!(!budget.share().grow(17 * 1024));
        drop(first);
        assert!(budget.share().grow(17 * 1024));
    }
}
