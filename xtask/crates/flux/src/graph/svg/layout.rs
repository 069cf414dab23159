//! Where boxes stand: in columns by what must be first, ordered so that few arrows cross, and none behind a box.

use std::collections::BTreeMap;

use super::super::order::Needs;

/// Space between two columns; the arrows bend in it.
const BETWEEN_COLUMNS: i32 = 72;
/// Space between two boxes of a column.
const BETWEEN_BOXES: f64 = 14.0;
/// Space between two arrows that pass a column.
const BETWEEN_LANES: f64 = 7.0;

/// What a box needs.
#[derive(Debug, Clone, Copy)]
pub(in crate::graph) struct Size {
    pub(in crate::graph) width: i32,
    pub(in crate::graph) height: i32,
}

/// An arrow between two boxes, by their numbers. Arrows of one kind that leave the same box share their way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::graph) struct Arrow {
    pub(in crate::graph) from: usize,
    pub(in crate::graph) to: usize,
    pub(in crate::graph) kind: u8,
}

/// Where a box stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::graph) struct Rect {
    pub(in crate::graph) x: i32,
    pub(in crate::graph) y: i32,
    pub(in crate::graph) width: i32,
    pub(in crate::graph) height: i32,
}

/// How an arrow goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::graph) enum Route {
    /// Through these points: a bend from the first to the second, straight through a column to the third, and so on.
    Through(Vec<(i32, i32)>),
    /// Between two boxes of one column, around its left side; only in a cycle.
    Around((i32, i32), (i32, i32)),
}

/// The whole picture, from 0 on.
#[derive(Debug, Default)]
pub(in crate::graph) struct Layout {
    pub(in crate::graph) boxes: Vec<Rect>,
    /// One for each arrow.
    pub(in crate::graph) routes: Vec<Route>,
    pub(in crate::graph) width: i32,
    pub(in crate::graph) height: i32,
}

/// A box, or the way of the arrows of one box and kind through a column.
struct Slot {
    height: f64,
    center: f64,
    /// Slots of the column to the left that arrows lead here from.
    left: Vec<usize>,
    /// Slots of the column to the right.
    right: Vec<usize>,
}

/// The slots, those of the boxes first, and the slots of each column from top to bottom.
struct Board {
    boxes: usize,
    slots: Vec<Slot>,
    columns: Vec<Vec<usize>>,
    /// The slots that each arrow passes, its boxes included; fewer than two for one within a column.
    ways: Vec<Vec<usize>>,
}

/// Lays boxes out.
pub(in crate::graph) fn layout(sizes: &[Size], arrows: &[Arrow]) -> Layout {
    let mut board = Board::new(sizes, arrows);
    // Each pass helps less than the one before.
    for _ in 0..4 {
        board.sort(true);
        board.sort(false);
    }
    board.sort(true);
    board.columns.clone().iter().for_each(|column| board.settle(column, None));
    for is_forward in [false, true, false, true] {
        board.align(is_forward);
    }
    board.drawn(sizes, arrows)
}

impl Board {
    fn new(sizes: &[Size], arrows: &[Arrow]) -> Self {
        let mut needs = vec![Vec::new(); sizes.len()];
        arrows.iter().for_each(|arrow| needs[arrow.to].push(arrow.from));
        let layers = Needs::new(needs).layers();
        let slot = |height| Slot { height, center: 0.0, left: Vec::new(), right: Vec::new() };
        let mut slots: Vec<Slot> = sizes.iter().map(|size| slot(f64::from(size.height))).collect();
        let mut columns = vec![Vec::new(); layers.iter().max().map_or(0, |last| last + 1)];
        layers.iter().zip(0..).for_each(|(layer, number)| columns[*layer].push(number));
        let mut lanes: BTreeMap<(usize, u8, usize), usize> = BTreeMap::new();
        let mut ways = Vec::new();
        for arrow in arrows {
            let mut way = vec![arrow.from];
            for (layer, column) in
                columns.iter_mut().enumerate().take(layers[arrow.to]).skip(layers[arrow.from] + 1)
            {
                let lane = lanes.entry((arrow.from, arrow.kind, layer)).or_insert_with(|| {
                    slots.push(slot(2.0));
                    column.push(slots.len() - 1);
                    slots.len() - 1
                });
                way.push(*lane);
            }
            if layers[arrow.from] < layers[arrow.to] {
                way.push(arrow.to);
            }
            for pair in way.windows(2) {
                if let [left, right] = *pair {
                    slots[left].right.push(right);
                    slots[right].left.push(left);
                }
            }
            ways.push(way);
        }
        Board { boxes: sizes.len(), slots, columns, ways }
    }

    /// The mean of a value over what a slot is beside; none if there is nothing.
    fn mean(&self, slot: usize, is_forward: bool, of: impl Fn(usize) -> f64) -> Option<f64> {
        let Slot { left, right, .. } = &self.slots[slot];
        let beside = if is_forward { left } else { right };
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        let count = beside.len() as f64;
        (!beside.is_empty()).then(|| beside.iter().map(|other| of(*other)).sum::<f64>() / count)
    }

    /// Orders each column by what it is beside in the one before.
    fn sort(&mut self, is_forward: bool) {
        let mut places = vec![0.0; self.slots.len()];
        let number = |places: &mut Vec<f64>, column: &[usize]| {
            column.iter().fold(0.0, |place, slot| {
                places[*slot] = place;
                place + 1.0
            });
        };
        self.columns.iter().for_each(|column| number(&mut places, column));
        for step in 0..self.columns.len() {
            let index = if is_forward { step } else { self.columns.len() - 1 - step };
            let mut column = std::mem::take(&mut self.columns[index]);
            let wanted: BTreeMap<usize, f64> = column
                .iter()
                .map(|slot| (*slot, self.mean(*slot, is_forward, |o| places[o]).unwrap_or(places[*slot])))
                .collect();
            column.sort_by(|a, b| wanted[a].total_cmp(&wanted[b]));
            number(&mut places, &column);
            self.columns[index] = column;
        }
    }

    /// Moves every slot as near as it can to the middle of what it is beside.
    fn align(&mut self, is_forward: bool) {
        for step in 0..self.columns.len() {
            let index = if is_forward { step } else { self.columns.len() - 1 - step };
            let column = self.columns[index].clone();
            self.settle(&column, Some(is_forward));
        }
    }

    /// Places a column without overlap, each slot where it is wanted or, all together, as near to that as can be
    /// (isotonic regression by pooling neighbours).
    fn settle(&mut self, column: &[usize], is_forward: Option<bool>) {
        // Pools of slots that touch: how many, and the sum of where their top should be, less what stands above.
        let mut pools: Vec<(f64, f64)> = Vec::new();
        let mut above = Vec::new();
        let mut offset = 0.0;
        for (place, &slot) in column.iter().enumerate() {
            if let Some(before) = place.checked_sub(1).and_then(|before| column.get(before)) {
                let are_lanes = slot >= self.boxes && *before >= self.boxes;
                offset += self.slots[*before].height + if are_lanes { BETWEEN_LANES } else { BETWEEN_BOXES };
            }
            above.push(offset);
            let own = &self.slots[slot];
            let center = is_forward.and_then(|it| self.mean(slot, it, |other| self.slots[other].center));
            let top =
                if is_forward.is_some() { center.unwrap_or(own.center) - own.height / 2.0 } else { offset };
            pools.push((1.0, top - offset));
            while let [.., (count, sum), (last_count, last_sum)] = pools[..] {
                if sum / count <= last_sum / last_count {
                    break;
                }
                pools.pop();
                pools.pop();
                pools.push((count + last_count, sum + last_sum));
            }
        }
        let mut slots = column.iter().zip(above);
        for (count, sum) in pools {
            let mut left = count;
            while left > 0.5
                && let Some((slot, offset)) = slots.next()
            {
                let own = &mut self.slots[*slot];
                own.center = sum / count + offset + own.height / 2.0;
                left -= 1.0;
            }
        }
    }

    fn drawn(&self, sizes: &[Size], arrows: &[Arrow]) -> Layout {
        let top = self.slots.iter().map(|slot| slot.center - slot.height / 2.0).fold(f64::INFINITY, f64::min);
        #[expect(clippy::cast_possible_truncation, reason = "far below the limit")]
        let down = |y: f64| (y - top).round() as i32;
        let mut layout = Layout::default();
        let mut spans = vec![(0, 0); self.slots.len()];
        layout.boxes = vec![Rect { x: 0, y: 0, width: 0, height: 0 }; sizes.len()];
        let mut x = 0;
        for column in &self.columns {
            let widths = column.iter().filter_map(|slot| sizes.get(*slot)).map(|size| size.width);
            let width = widths.max().unwrap_or(0);
            for &slot in column {
                spans[slot] = (x, x + width);
                let own = &self.slots[slot];
                let y = down(own.center - own.height / 2.0);
                if let (Some(size), Some(rect)) = (sizes.get(slot), layout.boxes.get_mut(slot)) {
                    // All boxes of a column are equally wide.
                    *rect = Rect { x, y, width, height: size.height };
                    layout.height = layout.height.max(y + size.height);
                }
                layout.height = layout.height.max(y + 2);
            }
            layout.width = x + width;
            x += width + BETWEEN_COLUMNS;
        }
        let middle = |slot: usize| down(self.slots[slot].center);
        for (arrow, way) in arrows.iter().zip(&self.ways) {
            layout.routes.push(if way.len() < 2 {
                let point = |slot: usize| (spans[slot].0, middle(slot));
                Route::Around(point(arrow.from), point(arrow.to))
            } else {
                let both = way
                    .iter()
                    .flat_map(|slot| [(spans[*slot].0, middle(*slot)), (spans[*slot].1, middle(*slot))]);
                // From the right side of the first to the left side of the last.
                let points: Vec<(i32, i32)> = both.collect();
                Route::Through(points.get(1..points.len() - 1).unwrap_or_default().to_vec())
            });
        }
        layout
    }
}

#[cfg(test)]
mod tests;
