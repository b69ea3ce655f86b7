//! The rule for outliers: how far a value lies from the median of its neighbours, in units of their
//! usual deviation.

/// A score above this makes an outlier.
pub const LIMIT: f64 = 3.5;

/// How many neighbours are looked at, the value itself included.
const WINDOW: usize = 31;

/// Fewer neighbours than this say nothing.
const LEAST: usize = 5;

/// What makes the median absolute deviation of normally distributed values their standard
/// deviation.
const MEDIAN_SCALE: f64 = 1.4826;

/// The same for the mean absolute deviation.
const MEAN_SCALE: f64 = 1.2533;

/// For each value of a series in the order of time, the median of its neighbours and its score.
pub fn scores(values: &[f64]) -> impl Iterator<Item = (f64, f64)> {
    values.iter().enumerate().map(|(index, &value)| {
        let start = index
            .saturating_sub(WINDOW / 2)
            .min(values.len().saturating_sub(WINDOW));
        let end = (start + WINDOW).min(values.len());
        score(value, &mut values[start..end].to_vec())
    })
}

/// The median of `window`, and how unusual `value` is in it.
fn score(value: f64, window: &mut [f64]) -> (f64, f64) {
    let expected = median(window);
    if window.len() < LEAST {
        return (expected, 0.0);
    }
    let mut distances: Vec<f64> = window.iter().map(|x| (x - expected).abs()).collect();
    let mut usual = MEDIAN_SCALE * median(&mut distances);
    if usual == 0.0 {
        usual = MEAN_SCALE * distances.iter().sum::<f64>() / distances.len() as f64;
    }
    let score = if usual == 0.0 {
        0.0
    } else {
        (value - expected).abs() / usual
    };
    (expected, score)
}

/// Sorts `values`, which must not be empty, and returns the middle one, or the mean of the two in
/// the middle.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        values[middle]
    } else {
        (values[middle - 1] + values[middle]) / 2.0
    }
}
