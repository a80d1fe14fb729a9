use geo::LineString;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use super::*;

/// Enough that a share that is counted has a standard deviation of 0.0025 at most.
const DRAWS: usize = 40_000;
/// Four standard deviations of a share that was counted, and what the formulas themselves may be wrong by.
const MARGIN: f64 = 4.0 * 0.5 / 200.0 + 1e-6;

/// Box and Muller: two values of a normal distribution.
fn bell(dice: &mut StdRng) -> Coord {
    let (a, b): (f64, f64) = (dice.random(), dice.random());
    let (sin, cos) = (TAU * b).sin_cos();
    Coord { x: cos, y: sin } * (-2.0 * (1.0 - a).ln()).sqrt()
}

fn share(dice: &mut StdRng, is_inside: impl Fn(Coord) -> bool) -> f64 {
    (0..DRAWS).filter(|_| is_inside(bell(dice))).count() as f64 / DRAWS as f64
}

fn ring(corners: &[(f64, f64)]) -> LineString {
    LineString::from(corners.to_vec())
}

fn polygon(corners: &[(f64, f64)]) -> Polygon {
    Polygon::new(ring(corners), vec![])
}

#[test]
fn the_radius_of_an_accuracy_holds_68_percent() {
    for accuracy in [0.1, 5.0, 50.0] {
        let found = of_circle(accuracy, 0.0, deviation(accuracy));
        assert!((found - 0.68).abs() < 1e-6, "{accuracy}: {found}");
    }
}

#[test]
fn a_circle_holds_what_tables_say() {
    // Radius and distance in standard deviations: the distribution of χ² with two degrees of freedom and the noncentrality d²,
    // by `scipy.stats.ncx2.cdf(R², 2, d²)` and by its series; and Φ where the edge is as good as straight.
    let table = [
        (1.0, 0.0, 0.393_469_34),
        (2.0, 0.0, 0.864_664_72),
        (1.0, 1.0, 0.267_120_19),
        (0.01, 0.0, 0.000_049_998_75),
        (1e6, 1e6, 0.5),
        (1e6, 1e6 - 1.0, 0.841_344_75),
        (1e6, 1e6 + 2.0, 0.022_750_13),
        (1e6, 0.0, 1.0),
        (50.0, 1e6, 0.0),
    ];
    for (radius, distance, expected) in table {
        let found = of_circle(radius, distance, 1.0);
        assert!((found - expected).abs() < 2e-6, "{radius} {distance}: {found} is not {expected}");
        // What is in metres does not matter.
        assert!((of_circle(radius * 7.0, distance * 7.0, 7.0) - found).abs() < 1e-9);
    }
    for radius in [0.01, 0.5, 2.0, 8.0, 100.0] {
        assert!((at_centre(radius, 1.0) - of_circle(radius, 0.0, 1.0)).abs() < 1e-6, "{radius}");
    }
}

#[test]
fn a_circle_holds_what_the_dice_say() {
    let mut dice = StdRng::seed_from_u64(20);
    for radius in [0.3_f64, 1.0, 3.0, 20.0] {
        for off in [-2.0, -0.7, 0.0, 0.4, 1.5, 3.0] {
            let distance = (radius + off).max(0.0);
            let counted = share(&mut dice, |at| (at.x + distance).hypot(at.y) <= radius);
            let found = of_circle(radius, distance, 1.0);
            assert!((found - counted).abs() < MARGIN, "{radius} {off}: {found}, counted {counted}");
        }
    }
}

#[test]
fn a_polygon_holds_what_the_dice_and_tables_say() {
    use geo::{Contains as _, Point};
    let (one, two): (f64, f64) = (0.682_689_49, 0.954_499_74);
    // As the squares of one dimension's shares are known.
    let table = [
        (polygon(&[(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]), one * one),
        (polygon(&[(-2.0, -1.0), (2.0, -1.0), (2.0, 1.0), (-2.0, 1.0)]), one * two),
        // The position lies on an edge, in a corner, and on an edge's line.
        (polygon(&[(-2.0, 0.0), (2.0, 0.0), (2.0, 1.0), (-2.0, 1.0)]), one * two / 2.0),
        (polygon(&[(0.0, 0.0), (2.0, 0.0), (2.0, 1.0), (0.0, 1.0)]), one * two / 4.0),
        (polygon(&[(1.0, 0.0), (2.0, 0.0), (2.0, 1.0), (1.0, 1.0)]), (two - one) * one / 4.0),
        // Very near an edge: no step there.
        (polygon(&[(-2.0, 1e-6), (2.0, 1e-6), (2.0, 1.0), (-2.0, 1.0)]), one * two / 2.0),
        (polygon(&[(-2.0, 0.03), (2.0, 0.03), (2.0, 1.0), (-2.0, 1.0)]), two * (one / 2.0 - 0.011_966_47)),
        (polygon(&[(-1e5, -1e5), (1e5, -1e5), (1e5, 0.0), (-1e5, 0.0)]), 0.5),
        (polygon(&[(-1e5, -1e5), (1e5, -1e5), (1e5, 1e5), (-1e5, 1e5)]), 1.0),
        (polygon(&[(20.0, -1e5), (1e5, -1e5), (1e5, 1e5), (20.0, 1e5)]), 0.0),
        // A hundredth of a metre wide: its area by the density in the middle.
        (polygon(&[(-0.005, -0.005), (0.005, -0.005), (0.005, 0.005), (-0.005, 0.005)]), 1e-4 / TAU),
    ];
    for (shape, expected) in table {
        let found = of_polygon(&shape, Coord::zero(), 1.0);
        assert!((found - expected).abs() < 2e-6, "{shape:?}: {found} is not {expected}");
    }
    let mut dice = StdRng::seed_from_u64(21);
    for corners in [3, 4, 7, 12, 100] {
        for reach in [0.5, 2.0, 10.0] {
            let star = (0..corners).map(|corner| {
                let angle = TAU * (f64::from(corner) + dice.random_range(0.0..0.4)) / f64::from(corners);
                let distance = reach * dice.random_range(0.3..1.0);
                Coord { x: distance * angle.cos(), y: distance * angle.sin() }
            });
            let star = LineString::from_iter(star);
            let quarter = |at: Coord| at * 0.2 * reach / 1.5;
            let hole = [(-0.5, -0.5), (-0.5, 0.5), (0.5, 0.5), (0.5, -0.5)].map(|at| quarter(at.into()));
            let shape = Polygon::new(star, vec![LineString::from(hole.to_vec())]);
            let from = Coord { x: reach * dice.random_range(-1.0..1.0), y: reach * dice.random_range(-1.0..1.0) };
            let counted = share(&mut dice, |at| shape.contains(&Point::from(from + at)));
            let found = of_polygon(&shape, from, 1.0);
            assert!((found - counted).abs() < MARGIN, "{corners} {reach} {from:?}: {found}, counted {counted}");
        }
    }
}

#[test]
fn a_polygon_of_many_corners_holds_what_its_circle_holds() {
    for (radius, distance) in [(0.5, 0.0), (1.0, 1.3), (6.0, 5.5), (40.0, 40.2), (40.0, 39.0)] {
        let corners = (0..4000).map(|corner| {
            let angle = TAU * f64::from(corner) / 4000.0;
            Coord { x: radius * angle.cos(), y: radius * angle.sin() }
        });
        let shape = Polygon::new(LineString::from_iter(corners), vec![]);
        let found = of_polygon(&shape, Coord { x: 0.6 * distance, y: 0.8 * distance }, 1.0);
        let expected = of_circle(radius, distance, 1.0);
        assert!((found - expected).abs() < 3e-5, "{radius} {distance}: {found} is not {expected}");
    }
}
