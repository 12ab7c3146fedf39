//! Coastlines and borders under the map: Natural Earth 1:50m, simplified (datasets/outline/README.md), 59 KB in the binary.
//!
//! Format of `land.bin`: lines of zig-zag varints; each a number of points, then longitude and latitude in hundredths of a degree,
//! every point as the difference to the one before. A zero ends the list: first the rings of land, then the borders.

static LAND: &[u8] = include_bytes!("../../../datasets/outline/land.bin");

/// A point: longitude, latitude, degrees.
pub type Point = (f64, f64);

/// West, south, east, north, degrees.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
}

impl Frame {
    pub fn holds(&self, (lon, lat): Point) -> bool {
        (self.west..=self.east).contains(&lon) && (self.south..=self.north).contains(&lat)
    }
}

/// What is to be drawn within a frame.
pub struct Outline {
    /// Closed, cut at the frame.
    pub land: Vec<Vec<Point>>,
    /// Pieces with a point in the frame.
    pub borders: Vec<Vec<Point>>,
}

/// Land and borders within `frame`. O(points).
pub fn outline(frame: Frame) -> Outline {
    let mut bytes = LAND.iter();
    let rings = lines(&mut bytes);
    let borders = lines(&mut bytes);
    Outline {
        land: rings
            .into_iter()
            .map(|ring| clip(ring, frame))
            .filter(|ring| ring.len() > 2)
            .collect(),
        borders: borders
            .iter()
            .flat_map(|line| line.split(|&point| !frame.holds(point)))
            .filter(|piece| piece.len() > 1)
            .map(<[Point]>::to_vec)
            .collect(),
    }
}

fn lines(bytes: &mut std::slice::Iter<'_, u8>) -> Vec<Vec<Point>> {
    let mut lines = Vec::new();
    loop {
        let points = number(bytes);
        if points <= 0 {
            return lines;
        }
        let (mut lon, mut lat) = (0, 0);
        let line = (0..points).map(|_| {
            lon += number(bytes);
            lat += number(bytes);
            (lon as f64 / 100.0, lat as f64 / 100.0)
        });
        lines.push(line.collect());
    }
}

/// The next varint; 0 at the end.
fn number(bytes: &mut std::slice::Iter<'_, u8>) -> i64 {
    let mut value = 0u64;
    for (i, &byte) in bytes.by_ref().take(9).enumerate() {
        value |= u64::from(byte & 127) << (7 * i);
        if byte < 128 {
            break;
        }
    }
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

/// Cuts a ring at the four sides of the frame (Sutherland and Hodgman 1974, doi:10.1145/360767.360802).
fn clip(ring: Vec<Point>, frame: Frame) -> Vec<Point> {
    // How far within each side a point lies.
    let sides: [&dyn Fn(Point) -> f64; 4] = [
        &|p| p.0 - frame.west,
        &|p| frame.east - p.0,
        &|p| p.1 - frame.south,
        &|p| frame.north - p.1,
    ];
    sides.into_iter().fold(ring, |ring, depth| {
        let mut kept = Vec::with_capacity(ring.len());
        for (i, &to) in ring.iter().enumerate() {
            let from = ring[if i == 0 { ring.len() - 1 } else { i - 1 }];
            let (a, b) = (depth(from), depth(to));
            if (a < 0.0) != (b < 0.0) {
                let t = a / (a - b);
                kept.push((from.0 + (to.0 - from.0) * t, from.1 + (to.1 - from.1) * t));
            }
            if b >= 0.0 {
                kept.push(to);
            }
        }
        kept
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn great_britain_is_where_it_should_be() {
        let frame = Frame {
            west: -11.0,
            south: 49.0,
            east: 3.0,
            north: 60.0,
        };
        let outline = outline(frame);
        let points = outline.land.iter().map(Vec::len).sum::<usize>();
        assert!((200..3_000).contains(&points), "{points}");
        let within = |&(lon, lat): &Point| {
            lon > frame.west - 1e-9
                && lon < frame.east + 1e-9
                && lat > frame.south - 1e-9
                && lat < frame.north + 1e-9
        };
        assert!(outline.land.iter().flatten().all(within));
        assert!(!outline.borders.is_empty(), "Northern Ireland has a border");
    }

    #[test]
    fn the_file_is_small_and_read_to_its_end() {
        assert!(LAND.len() < 60_000);
        let mut bytes = LAND.iter();
        assert!(lines(&mut bytes).len() > 100 && lines(&mut bytes).len() > 100);
        assert_eq!(bytes.len(), 0);
    }
}
