//! The walk along a tour subgraph: an Eulerian circuit.
//!
//! A connected multigraph whose degrees are all even has a closed walk that uses every edge exactly once. Hierholzer and
//! Wiener (1873, doi 10.1007/BF01442866): follow unused edges until stuck, back up to the last vertex with an unused edge,
//! go on. O(edges) time and memory. Here a vertex has at most four neighbours, so adjacency is four slots per vertex.

/// Most neighbours of a vertex: a crossing has the aisle to its front and back, and the cross-aisle to both sides.
const DEGREE: usize = 4;

const NO_EDGE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy)]
struct Edge {
    ends: [u32; 2],
    copies: u8,
}

/// A multigraph on numbered vertices.
#[derive(Debug, Default)]
pub(super) struct Graph {
    edges: Vec<Edge>,
    slots: Vec<[u32; DEGREE]>,
    stack: Vec<u32>,
    walk: Vec<u32>,
}

impl Graph {
    /// Forget all edges, and provide for `vertices` vertices.
    pub fn reset(&mut self, vertices: usize) {
        self.edges.clear();
        self.slots.clear();
        self.slots.resize(vertices, [NO_EDGE; DEGREE]);
    }

    /// Connect two vertices by `copies` parallel edges; once per pair.
    pub fn connect(&mut self, a: u32, b: u32, copies: u8) {
        if copies == 0 {
            return;
        }
        let edge = self.edges.len() as u32;
        self.edges.push(Edge {
            ends: [a, b],
            copies,
        });
        for vertex in [a, b] {
            let free = self.slots[vertex as usize]
                .iter_mut()
                .find(|slot| **slot == NO_EDGE)
                .expect("a vertex has at most four neighbours");
            *free = edge;
        }
    }

    /// The circuit through `start`, as the vertices passed. Uses up the edges.
    pub fn circuit(&mut self, start: u32) -> Vec<u32> {
        self.walk.clear();
        self.stack.clear();
        self.stack.push(start);
        while let Some(&here) = self.stack.last() {
            match self.leave(here) {
                Some(next) => self.stack.push(next),
                None => {
                    self.walk.push(here);
                    self.stack.pop();
                }
            }
        }
        std::mem::take(&mut self.walk)
    }

    /// Use one copy of an edge at `here`; the other end.
    fn leave(&mut self, here: u32) -> Option<u32> {
        for &slot in &self.slots[here as usize] {
            if slot == NO_EDGE {
                return None;
            }
            let edge = &mut self.edges[slot as usize];
            if edge.copies > 0 {
                edge.copies -= 1;
                return Some(edge.ends[0] ^ edge.ends[1] ^ here);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_edge_once() {
        // A square 0-1-2-3 with a dead end 2-4-5 walked there and back.
        let mut graph = Graph::default();
        graph.reset(6);
        for (a, b, copies) in [
            (0, 1, 1),
            (1, 2, 1),
            (2, 3, 1),
            (3, 0, 1),
            (2, 4, 2),
            (4, 5, 2),
        ] {
            graph.connect(a, b, copies);
        }
        let walk = graph.circuit(0);
        let mut used: Vec<(u32, u32)> = walk
            .windows(2)
            .map(|w| (w[0].min(w[1]), w[0].max(w[1])))
            .collect();
        used.sort_unstable();
        assert_eq!(
            used,
            [
                (0, 1),
                (0, 3),
                (1, 2),
                (2, 3),
                (2, 4),
                (2, 4),
                (4, 5),
                (4, 5)
            ]
        );
        assert_eq!((walk[0], walk[walk.len() - 1]), (0, 0));
    }
}
