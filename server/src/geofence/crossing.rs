//! Where a ring meets itself.

use geo::{BoundingRect as _, Coord, Distance as _, Euclidean, Line, Point, Rect};

/// Vertices and edges that are nearer to each other touch.
const TOUCH_METERS: f64 = 0.001;

/// The first vertex of a ring, given without its first vertex again at the end, from which something goes wrong, and what.
pub fn first(ring: &[Coord]) -> Option<(usize, String)> {
    let count = ring.len();
    let next = |vertex: usize| (vertex + 1) % count;
    let edges: Vec<Line> = (0..count).map(|vertex| Line::new(ring[vertex], ring[next(vertex)])).collect();
    let repeat = edges.iter().position(|edge| Euclidean.distance(edge.start, edge.end) < TOUCH_METERS);
    if let Some(vertex) = repeat {
        // The last edge leads back to the first vertex: then it is the last one that is there twice.
        let (again, of) = if next(vertex) == 0 { (vertex, 0) } else { (next(vertex), vertex) };
        return Some((again, format!("is the same as vertex {of}")));
    }
    if let Some(turn) = (0..count).map(next).find(|turn| turns_back(&edges[(turn + count - 1) % count], &edges[*turn]))
    {
        return Some((turn, "turns back along the edge that leads to it".to_owned()));
    }
    let rooms: Vec<Rect> = edges.iter().map(|edge| widened(edge.bounding_rect())).collect();
    for one in 0..count {
        for other in one + 2..count {
            if next(other) == one {
                continue;
            }
            if meet(rooms[one], rooms[other]) && Euclidean.distance(&edges[one], &edges[other]) < TOUCH_METERS {
                let description = format!(
                    "begins the edge to vertex {}, which meets that from vertex {other} to vertex {}",
                    next(one),
                    next(other)
                );
                return Some((one, description));
            }
        }
    }
    None
}

/// Whether of two edges that follow each other one lies on the other.
fn turns_back(one: &Line, other: &Line) -> bool {
    let lies_on = |point: Coord, edge: &Line| Euclidean.distance(&Point::from(point), edge) < TOUCH_METERS;
    lies_on(one.start, other) || lies_on(other.end, one)
}

fn widened(room: Rect) -> Rect {
    let margin = Coord { x: TOUCH_METERS, y: TOUCH_METERS };
    Rect::new(room.min() - margin, room.max() + margin)
}

fn meet(one: Rect, other: Rect) -> bool {
    use geo::Intersects as _;
    one.intersects(&other)
}
