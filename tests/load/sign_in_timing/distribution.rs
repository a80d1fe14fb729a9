//! Whether two samples can come from the same distribution.

/// Numbers in order.
pub struct Sample(Vec<f64>);

impl Sample {
    pub fn new(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        Self(values)
    }

    pub fn median(&self) -> f64 {
        let middle = self.0.len() / 2;
        match self.0.len() % 2 {
            0 if middle > 0 => f64::midpoint(self.0[middle - 1], self.0[middle]),
            1 => self.0[middle],
            _ => f64::NAN,
        }
    }

    /// Kolmogorov and Smirnov's: the most that the two shares of values below any bound differ by.
    pub fn distance(&self, other: &Self) -> f64 {
        let share = |sample: &Self, bound: f64| {
            sample.0.partition_point(|&value| value <= bound) as f64 / sample.0.len() as f64
        };
        let bounds = self.0.iter().chain(&other.0);
        bounds.map(|&bound| (share(self, bound) - share(other, bound)).abs()).fold(0.0, f64::max)
    }

    /// How likely samples of one distribution are at least so far apart, by the asymptotic formula with Stephens' correction.
    pub fn likelihood(&self, other: &Self) -> f64 {
        let (own, others) = (self.0.len() as f64, other.0.len() as f64);
        let root = (own * others / (own + others)).sqrt();
        let lambda = (root + 0.12 + 0.11 / root) * self.distance(other);
        // The series does not converge for nothing.
        if lambda < 0.2 {
            return 1.0;
        }
        let term = |k: f64| (-2.0 * (k * lambda).powi(2)).exp();
        let sum: f64 = (1..=100).map(|k| if k % 2 == 1 { term(f64::from(k)) } else { -term(f64::from(k)) }).sum();
        (2.0 * sum).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evenly(from: u32, to: u32) -> Sample {
        Sample::new((from..to).map(f64::from).collect())
    }

    #[test]
    fn samples_are_told_apart_as_tables_have_it() {
        assert!((evenly(0, 5).median() - 2.0).abs() < 1e-9);
        assert!((evenly(0, 4).median() - 1.5).abs() < 1e-9);
        // The same, one that is moved by a tenth, and another one altogether.
        for (other, distance, likelihood) in
            [(evenly(0, 1000), 0.0, 1.0), (evenly(50, 1050), 0.05, 0.16), (evenly(2000, 3000), 1.0, 0.0)]
        {
            let sample = evenly(0, 1000);
            assert!((sample.distance(&other) - distance).abs() < 1e-9);
            assert!((sample.likelihood(&other) - likelihood).abs() < 0.01, "{}", sample.likelihood(&other));
        }
    }
}
