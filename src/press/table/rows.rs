//! How tall rows are (CSS Tables 3, §3.10; where it says nothing, as in Chromium). Lengths are
//! sixty-fourths of a CSS pixel.

use std::ops::Range;

use super::columns::parts;

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Row {
    pub height: i64,
    /// Whether the row or a cell that is in no other has a height of its own.
    pub is_fixed: bool,
    /// Whether a cell over several rows begins here.
    pub begins_tall: bool,
}

/// A cell over several rows.
#[derive(Debug, Clone)]
pub(super) struct Tall {
    pub rows: Range<usize>,
    pub height: i64,
}

/// Makes rows tall enough for the cells over several of them.
pub(super) fn spread(rows: &mut [Row], tall: &mut [Tall], spacing: i64) {
    // Cells within the rows of others first.
    tall.sort_by_key(|cell| (cell.rows.len(), cell.rows.start));
    for cell in tall {
        let own = &mut rows[cell.rows.clone()];
        let missing = cell.height - spacing * (own.len() as i64 - 1) - total(own);
        if missing <= 0 {
            continue;
        }
        // Where other such cells begin, rows take it all.
        let beginning: Vec<i64> =
            own.iter().enumerate().map(|(index, row)| i64::from(index > 0 && row.begins_tall)).collect();
        if beginning.contains(&1) {
            add(own, missing, &beginning);
        } else if own.iter().all(|row| row.height == 0) {
            own[own.len() - 1].height += missing;
        } else {
            grow(own, missing);
        }
    }
}

/// Makes rows up to a height, which a table or a group of rows has.
pub(super) fn fill(rows: &mut [Row], height: i64, spacing: i64) {
    let missing = height - spacing * (rows.len() as i64 - 1) - total(rows);
    if missing <= 0 || rows.is_empty() {
        return;
    }
    let is_empty = |row: &Row| row.height == 0;
    if rows.iter().all(|row| is_empty(row) || row.is_fixed) && rows.iter().any(is_empty) {
        let free = |row: &Row| i64::from(is_empty(row) && !row.is_fixed);
        let mut weights: Vec<i64> = rows.iter().map(free).collect();
        if !weights.contains(&1) {
            weights = rows.iter().map(|row| i64::from(is_empty(row))).collect();
        }
        add(rows, missing, &weights);
    } else {
        grow(rows, missing);
    }
}

/// Rows grow in proportion to their heights; those with a height of their own, when there are no others.
fn grow(rows: &mut [Row], missing: i64) {
    let mut weights: Vec<i64> = rows.iter().map(|row| if row.is_fixed { 0 } else { row.height }).collect();
    if weights.iter().all(|weight| *weight == 0) {
        weights = rows.iter().map(|row| row.height).collect();
    }
    add(rows, missing, &weights);
}

fn add(rows: &mut [Row], missing: i64, weights: &[i64]) {
    for (row, part) in rows.iter_mut().zip(parts(missing, weights)) {
        row.height += part;
    }
}

fn total(rows: &[Row]) -> i64 {
    rows.iter().map(|row| row.height).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(heights: &[(i64, bool)]) -> Vec<Row> {
        heights.iter().map(|&(height, is_fixed)| Row { height, is_fixed, ..Row::default() }).collect()
    }

    fn heights(rows: &[Row]) -> Vec<i64> {
        rows.iter().map(|row| row.height).collect()
    }

    #[test]
    fn tall_cells_are_spread() {
        for (before, height, after) in [
            (&[(10, false), (30, false)][..], 85, [20, 60]),
            (&[(10, true), (30, false)], 85, [10, 70]),
            (&[(10, true), (30, true)], 85, [20, 60]),
            (&[(0, false), (0, false)], 45, [0, 40]),
            (&[(20, false), (30, false)], 10, [20, 30]),
        ] {
            let mut own = rows(before);
            spread(&mut own, &mut [Tall { rows: 0..2, height }], 5);
            assert_eq!(heights(&own), after, "{before:?}");
        }
        let mut own = rows(&[(10, false), (10, false), (10, false)]);
        own[1].begins_tall = true;
        spread(&mut own, &mut [Tall { rows: 0..3, height: 60 }], 0);
        assert_eq!(heights(&own), [10, 40, 10]);
    }

    #[test]
    fn a_table_taller_than_its_rows_is_filled() {
        for (before, after) in [
            (&[(10, false), (30, false)][..], [20, 60]),
            (&[(10, true), (30, false)], [10, 70]),
            (&[(10, true), (0, false)], [10, 70]),
            (&[(0, false), (0, false)], [40, 40]),
            (&[(10, true), (30, true)], [20, 60]),
        ] {
            let mut own = rows(before);
            fill(&mut own, 85, 5);
            assert_eq!(heights(&own), after, "{before:?}");
        }
    }
}
