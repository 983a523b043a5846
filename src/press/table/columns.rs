//! How wide columns are (CSS Tables 3, §3.8 and §3.9; in detail as in Chromium, of which the specification
//! is a description). Lengths are sixty-fourths of a CSS pixel, as browsers count them.

/// What a column asks for, or a cell.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Wish {
    pub min: i64,
    pub max: i64,
    pub percent: Option<f32>,
    /// Whether `max` was given as a length.
    pub is_fixed: bool,
    /// Padding and border that come on top of the percentage, in a fixed layout.
    pub around: i64,
}

impl Wish {
    /// The wish of a column that has this cell, too.
    pub(super) fn encompass(&mut self, cell: &Self) {
        self.max = match (self.is_fixed, cell.is_fixed) {
            (true, false) => self.max.max(cell.min),
            (false, true) => self.min.max(cell.max),
            _ => self.max.max(cell.max),
        };
        self.min = self.min.max(cell.min);
        self.max = self.max.max(self.min);
        self.is_fixed |= cell.is_fixed;
        if cell.percent > self.percent {
            self.percent = cell.percent;
            self.around = cell.around;
        }
    }

    fn percent_of(&self, width: i64) -> i64 {
        self.percent.map_or(0, |percent| (percent * width as f32 / 100.0) as i64).max(self.min)
    }

    fn kind(&self) -> Kind {
        match self {
            Self { percent: Some(_), .. } => Kind::Percent,
            Self { is_fixed: true, .. } => Kind::Fixed,
            _ => Kind::Auto,
        }
    }
}

/// In the order in which columns grow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Percent,
    Fixed,
    Auto,
}

/// A cell over several columns.
#[derive(Debug, Clone)]
pub(super) struct Wide {
    pub columns: std::ops::Range<usize>,
    pub wish: Wish,
}

/// Gives columns what cells over several of them ask for.
pub(super) fn spread(columns: &mut [Wish], wide: &mut [Wide], spacing: i64) {
    wide.sort_by_key(|cell| (cell.columns.len(), cell.columns.start));
    for cell in wide {
        let own = &mut columns[cell.columns.clone()];
        let between = spacing * (own.len() as i64 - 1);
        if let Some(percent) = cell.wish.percent {
            spread_percent(own, percent);
        }
        let min = share_out((cell.wish.min - between).max(0), own, true);
        for (column, min) in own.iter_mut().zip(min) {
            column.min = column.min.max(min);
            column.max = column.max.max(column.min);
        }
        let max = share_out((cell.wish.max - between).max(0), own, cell.wish.is_fixed);
        for (column, max) in own.iter_mut().zip(max) {
            column.max = column.max.max(max);
        }
    }
    // Together they have no more than all.
    let mut left = 100.0_f32;
    for column in columns {
        if let Some(percent) = &mut column.percent {
            *percent = percent.min(left);
            left -= *percent;
        }
    }
}

fn spread_percent(columns: &mut [Wish], percent: f32) {
    let surplus = percent - columns.iter().filter_map(|column| column.percent).sum::<f32>();
    let others = columns.iter().filter(|column| column.percent.is_none());
    let (count, all) = others.fold((0, 0), |(count, all), column| (count + 1, all + column.max));
    if surplus <= 0.0 {
        return;
    }
    for column in columns.iter_mut().filter(|column| column.percent.is_none()) {
        let part = if all > 0 { column.max as f32 / all as f32 } else { 1.0 / count as f32 };
        column.percent = Some(surplus * part);
    }
}

/// The narrowest and the widest that columns want to be together. With `percents`, wide enough for
/// columns to have their part of it.
pub(super) fn bounds(columns: &[Wish], percents: bool) -> (i64, i64) {
    let min = columns.iter().map(|column| column.min).sum();
    let mut max: i64 = columns.iter().map(|column| column.max).sum();
    if percents {
        let (mut of_all, mut others) = (0.0_f32, 0);
        for column in columns {
            match column.percent {
                Some(percent) if percent > 0.0 => {
                    of_all += percent;
                    max = max.max((column.max as f32 * 100.0 / percent) as i64);
                }
                _ => others += column.max,
            }
        }
        // What is left for no part at all has no bounds.
        if of_all > 0.0 && of_all < 99.9 {
            max = max.max((others as f32 * 100.0 / (100.0 - of_all)) as i64);
        }
    }
    (min, max.max(min))
}

/// Widths of columns that make up `width`, or more where they must. Columns grow kind by kind. With
/// `grow_fixed`, those of a fixed width take what no others can.
pub(super) fn share_out(width: i64, columns: &[Wish], grow_fixed: bool) -> Vec<i64> {
    let total = |sizes: &[i64]| sizes.iter().sum::<i64>();
    let mut sizes: Vec<i64> = columns.iter().map(|column| column.min).collect();
    let width = width.max(total(&sizes));
    for kind in [Kind::Percent, Kind::Fixed, Kind::Auto] {
        let missing = width - total(&sizes);
        let grown = |column: &Wish| if kind == Kind::Percent { column.percent_of(width) } else { column.max };
        let growth: Vec<i64> = columns
            .iter()
            .map(|column| if column.kind() == kind { grown(column) - column.min } else { 0 })
            .collect();
        let growth = if total(&growth) <= missing { growth } else { parts(missing, &growth) };
        sizes.iter_mut().zip(growth).for_each(|(size, growth)| *size += growth);
    }
    let excess = width - total(&sizes);
    if excess <= 0 {
        return sizes;
    }
    let has = |kind: Kind| columns.iter().any(|column| column.kind() == kind);
    let kind = if has(Kind::Auto) {
        Kind::Auto
    } else if has(Kind::Fixed) && grow_fixed {
        Kind::Fixed
    } else if has(Kind::Percent) {
        Kind::Percent
    } else {
        return sizes;
    };
    let weight = |column: &Wish| match column.percent {
        Some(percent) => (percent * 64.0) as i64,
        None => column.max,
    };
    let weights: Vec<i64> =
        columns.iter().map(|column| if column.kind() == kind { weight(column) } else { 0 }).collect();
    let weights = if total(&weights) > 0 {
        weights
    } else {
        columns.iter().map(|column| i64::from(column.kind() == kind)).collect()
    };
    sizes.iter_mut().zip(parts(excess, &weights)).for_each(|(size, part)| *size += part);
    sizes
}

/// Widths of the columns of `table-layout: fixed`: whatever is in them. Columns without a width share
/// what the others leave.
pub(super) fn share_out_fixed(width: i64, columns: &[Wish]) -> Vec<i64> {
    let is_set = |column: &Wish| column.kind() == Kind::Fixed && column.max > 0;
    let own: Vec<i64> = columns
        .iter()
        .map(|column| match column.kind() {
            Kind::Percent => column.percent_of(width) + column.around,
            Kind::Fixed => column.max,
            Kind::Auto => 0,
        })
        .collect();
    let left = width - own.iter().sum::<i64>();
    let free: Vec<i64> = columns.iter().map(|column| i64::from(column.kind() == Kind::Auto)).collect();
    if left <= 0 {
        return own;
    }
    let growing = if free.contains(&1) {
        free
    } else if columns.iter().any(is_set) {
        own.iter().zip(columns).map(|(own, column)| if is_set(column) { *own } else { 0 }).collect()
    } else if own.iter().any(|own| *own > 0) {
        own.clone()
    } else {
        vec![1; own.len()]
    };
    own.iter().zip(parts(left, &growing)).map(|(own, part)| own + part).collect()
}

/// `total` in proportion to weights, exactly: the last one that has any takes what rounding leaves.
pub(super) fn parts(total: i64, weights: &[i64]) -> Vec<i64> {
    let all: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if all <= 0 {
        return vec![0; weights.len()];
    }
    let mut parts: Vec<i64> =
        weights.iter().map(|weight| (i128::from(total) * i128::from(*weight) / all) as i64).collect();
    let left = total - parts.iter().sum::<i64>();
    if let Some(last) = weights.iter().rposition(|weight| *weight > 0) {
        parts[last] += left;
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn auto(min: i64, max: i64) -> Wish {
        Wish { min, max, ..Wish::default() }
    }

    fn fixed(min: i64, max: i64) -> Wish {
        Wish { is_fixed: true, ..auto(min, max) }
    }

    fn percent(min: i64, max: i64, percent: f32) -> Wish {
        Wish { percent: Some(percent), ..auto(min, max) }
    }

    #[test]
    fn columns_grow_kind_by_kind() {
        let columns = [auto(10, 40), fixed(10, 30), percent(10, 20, 50.0)];
        for (width, expected) in [
            (20, [10, 10, 10]),
            (40, [10, 10, 20]),
            (60, [10, 20, 30]),
            (100, [20, 30, 50]),
            (200, [70, 30, 100]),
        ] {
            assert_eq!(share_out(width, &columns, true), expected, "{width}");
        }
        assert_eq!(share_out(100, &[fixed(5, 10), fixed(5, 30)], true), [25, 75]);
        assert_eq!(share_out(100, &[fixed(5, 10), fixed(5, 30)], false), [10, 30]);
        assert_eq!(share_out(100, &[percent(0, 0, 30.0), auto(0, 0)], true), [30, 70]);
        assert_eq!(share_out(100, &[percent(0, 0, 10.0), percent(0, 0, 30.0)], true), [25, 75]);
    }

    #[test]
    fn fixed_columns_leave_the_rest_to_the_others() {
        assert_eq!(share_out_fixed(100, &[fixed(0, 20), auto(0, 0), auto(0, 0)]), [20, 40, 40]);
        assert_eq!(share_out_fixed(100, &[fixed(0, 20), percent(0, 0, 30.0), auto(0, 0)]), [20, 30, 50]);
        assert_eq!(share_out_fixed(100, &[fixed(0, 10), fixed(0, 40)]), [20, 80]);
        let padded = Wish { around: 6, ..percent(0, 0, 30.0) };
        assert_eq!(share_out_fixed(100, &[padded, auto(0, 0)]), [36, 64]);
    }

    #[test]
    fn wide_cells_are_spread() {
        let mut columns = [auto(10, 20), auto(10, 60)];
        spread(&mut columns, &mut [Wide { columns: 0..2, wish: auto(45, 125) }], 5);
        assert_eq!(columns, [auto(13, 30), auto(27, 90)]);
        assert_eq!(bounds(&columns, false), (40, 120));
        assert_eq!(bounds(&[percent(0, 10, 20.0), auto(0, 30)], true), (0, 50));
    }

    fn wish() -> impl Strategy<Value = Wish> {
        (0..2000_i64, 0..2000_i64, proptest::option::of(0.0_f32..40.0), any::<bool>()).prop_map(
            |(min, more, percent, is_fixed)| Wish { min, max: min + more, percent, is_fixed, around: 0 },
        )
    }

    proptest! {
        #[test]
        fn columns_fill_their_table(mut columns in prop::collection::vec(wish(), 1..6), width in 0..40_000_i64) {
            spread(&mut columns, &mut [], 0);
            let sizes = share_out(width, &columns, true);
            let (min, _) = bounds(&columns, false);
            prop_assert_eq!(sizes.iter().sum::<i64>(), width.max(min));
            for (size, column) in sizes.iter().zip(&columns) {
                prop_assert!(*size >= column.min);
            }
            prop_assert!(share_out_fixed(width, &columns).iter().sum::<i64>() >= width);
        }
    }
}
