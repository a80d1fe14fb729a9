use super::*;

/// Rings in metres east and north of a place.
fn read(origin: [f64; 2], rings: &[&[(f64, f64)]]) -> Result<Shape, Vec<Fault>> {
    let plane = Plane::around(origin);
    let ring = |ring: &&[(f64, f64)]| ring.iter().map(|&(x, y)| plane.lift(Coord { x, y })).collect();
    Shape::of(rings.iter().map(ring).collect())
}

const HERE: [f64; 2] = [73.85, 18.52];
const SQUARE: &[(f64, f64)] = &[(0.0, 0.0), (40.0, 0.0), (40.0, 40.0), (0.0, 40.0)];

#[test]
fn what_is_no_fence_is_refused_at_its_place() {
    use At::{Ring, Vertex};
    let many: Vec<(f64, f64)> =
        (0..501).map(|n| f64::from(n).to_radians()).map(|a| (900.0 * a.cos(), 900.0 * a.sin())).collect();
    let hole: &[(f64, f64)] = &[(10.0, 10.0), (20.0, 10.0), (20.0, 20.0), (10.0, 20.0)];
    // Holes of three vertices each, side by side.
    let holes: Vec<[(f64, f64); 3]> = (0..100)
        .map(|n| (f64::from(n % 10) * 4.0, f64::from(n / 10) * 4.0))
        .map(|(x, y)| [(x + 1.0, y + 1.0), (x + 3.0, y + 1.0), (x + 1.0, y + 3.0)])
        .collect();
    let rings: Vec<&[(f64, f64)]> = [SQUARE].into_iter().chain(holes.iter().map(|hole| &hole[..])).collect();
    read(HERE, &rings[..100]).expect("as many rings as there may be");
    let table: [(&str, &[&[(f64, f64)]], At); 21] = [
        ("nothing", &[], At::Polygon),
        ("an empty ring", &[&[]], Ring(0)),
        ("two vertices", &[&SQUARE[..2]], Ring(0)),
        ("two vertices, closed", &[&[SQUARE[0], SQUARE[1], SQUARE[0]]], Ring(0)),
        ("too many vertices", &[&many], At::Polygon),
        ("101 rings", &rings, At::Polygon),
        ("a bow tie", &[&[SQUARE[0], SQUARE[1], SQUARE[3], SQUARE[2]]], Vertex(0, 1)),
        ("a vertex twice", &[&[SQUARE[0], SQUARE[1], SQUARE[1], SQUARE[2]]], Vertex(0, 2)),
        ("the first vertex thrice", &[&[SQUARE[0], SQUARE[1], SQUARE[2], SQUARE[0], SQUARE[0]]], Vertex(0, 3)),
        ("a spike", &[&[SQUARE[0], SQUARE[1], SQUARE[2], (60.0, 60.0), SQUARE[2], SQUARE[3]]], Vertex(0, 3)),
        ("a line", &[&[(0.0, 0.0), (10.0, 10.0), (20.0, 20.0)]], Vertex(0, 2)),
        (
            "a pinched waist",
            &[&[(0.0, 0.0), (20.0, 20.0), (40.0, 0.0), (40.0, 40.0), (20.0, 20.0), (0.0, 40.0)]],
            Vertex(0, 0),
        ),
        ("half a square metre", &[&[(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)]], Ring(0)),
        ("a country", &[&[(0.0, 0.0), (190_000.0, 0.0), (95_000.0, 150_000.0)]], At::Polygon),
        ("a continent", &[&[(0.0, 0.0), (3_000_000.0, 0.0), (0.0, 3_000_000.0)]], Vertex(0, 1)),
        ("a hole outside", &[SQUARE, &[(50.0, 0.0), (60.0, 0.0), (60.0, 10.0)]], Ring(1)),
        ("a hole across the edge", &[SQUARE, &[(30.0, 10.0), (60.0, 10.0), (60.0, 20.0)]], Ring(1)),
        ("a hole along the edge", &[SQUARE, &[(10.0, 0.0), (20.0, 0.0), (15.0, 10.0)]], Ring(1)),
        ("holes over each other", &[SQUARE, hole, &[(15.0, 15.0), (25.0, 15.0), (25.0, 25.0)]], Ring(2)),
        ("a crossed hole", &[SQUARE, &[hole[0], hole[1], hole[3], hole[2]]], Vertex(1, 1)),
        ("a hole that is all", &[SQUARE, SQUARE], Ring(1)),
    ];
    for (name, rings, at) in table {
        let faults = read(HERE, rings).expect_err(name);
        assert_eq!(faults.iter().map(|fault| fault.at).collect::<Vec<_>>(), [at], "{name}: {faults:?}");
    }
    let faults = Shape::of(vec![vec![[181.0, 0.0], [0.0, -90.5], [f64::NAN, f64::INFINITY]]]).expect_err("no places");
    let places: Vec<_> = faults.iter().map(|fault| fault.at).collect();
    assert_eq!(places, [Vertex(0, 0), Vertex(0, 1), Vertex(0, 2), Vertex(0, 2)]);
}

#[test]
fn one_form_is_kept_of_all_that_mean_the_same() {
    let hole: &[(f64, f64)] = &[(10.0, 10.0), (10.0, 20.0), (20.0, 20.0), (20.0, 10.0)];
    let turned = |ring: &[(f64, f64)]| [&ring[..1], &ring[1..].iter().rev().copied().collect::<Vec<_>>()].concat();
    let closed = |ring: &[(f64, f64)]| [ring, &ring[..1]].concat();
    for origin in [HERE, [180.0, 0.0], [0.0, 90.0]] {
        let kept = read(origin, &[SQUARE, hole]).expect("a fence");
        for ring in &kept.polygon.coordinates {
            assert_eq!((ring.len(), ring.first()), (5, ring.last()), "closed");
        }
        assert_eq!(read(origin, &[&turned(SQUARE), &turned(hole)]).as_ref(), Ok(&kept), "{origin:?}: turned");
        assert_eq!(read(origin, &[&closed(SQUARE), &closed(hole)]).as_ref(), Ok(&kept), "{origin:?}: closed");
        assert_eq!(Shape::of(kept.polygon.coordinates.clone()).as_ref(), Ok(&kept), "{origin:?}: again");
        assert!((28.28..28.9).contains(&kept.circle.radius_meters), "{origin:?}: {:?}", kept.circle);
        let text = serde_json::to_string(&kept.polygon).expect("JSON");
        assert_eq!(serde_json::from_str::<Polygon>(&text).ok().as_ref(), Some(&kept.polygon), "{text}");
        assert!(text.starts_with("{\"type\":\"Polygon\",\"coordinates\":[[["), "{text}");
    }
}
