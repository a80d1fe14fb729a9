//! How well a rate is known.

/// 95 % of a normal distribution lie within so many standard deviations.
const Z: f64 = 1.959_964;

/// Between what bounds a rate lies, most probably (Wilson 1927).
pub fn wilson(accepted: u32, all: u32) -> (f64, f64) {
    let (accepted, all) = (f64::from(accepted), f64::from(all));
    let (rate, z2) = (accepted / all, Z * Z);
    let middle = (rate + z2 / (2.0 * all)) / (1.0 + z2 / all);
    let half = Z / (1.0 + z2 / all) * (rate * (1.0 - rate) / all + z2 / (4.0 * all * all)).sqrt();
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_those_of_wilson() {
        // From tables: 0 of 10, 5 of 10, 10 of 10 and 95 of 100.
        let table = [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (95, 100, 0.8882, 0.9785)];
        for (accepted, all, low, high) in table {
            let (lower, upper) = wilson(accepted, all);
            assert!((lower - low).abs() < 1e-4 && (upper - high).abs() < 1e-4, "{accepted} of {all}: {lower} {upper}");
        }
    }
}
