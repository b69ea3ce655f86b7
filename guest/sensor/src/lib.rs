//! The filter of `demo:sensor`: validates readings, drops outliers, and sums up what is left of
//! each sensor.

#[expect(unsafe_code, reason = "exports are called with addresses")]
mod bindings {
    wit_bindgen::generate!({ path: "../../wit/sensor", additional_derives: [PartialEq] });
    use super::Filter;
    export!(Filter);
}
mod outlier;

use std::collections::BTreeMap;

use bindings::demo::sensor::log::{Level, record_message};
use bindings::exports::demo::sensor::filter::{
    Fault, FilterError, Guest, Outlier, Problem, Reading, Report, Summary,
};

/// Readings that their sensor trusts less than this are ignored.
const LEAST_QUALITY: f32 = 0.25;

struct Filter;

impl Guest for Filter {
    fn run(readings: Vec<Reading>) -> Result<Report, FilterError> {
        if readings.is_empty() {
            record_message(Level::Error, "no readings");
            return Err(FilterError::Empty);
        }
        let sensors = by_sensor(&readings).map_err(|fault| {
            record_message(Level::Error, &format!("reading {} is invalid", fault.index));
            FilterError::Invalid(fault)
        })?;
        let mut report = Report {
            summaries: Vec::new(),
            outliers: Vec::new(),
        };
        for (sensor, indices) in &sensors {
            report
                .summaries
                .extend(filter(sensor, indices, &readings, &mut report.outliers));
        }
        report.outliers.sort_by_key(|outlier| outlier.index);
        let (all, dropped) = (readings.len(), report.outliers.len());
        let message = format!(
            "{all} readings of {} sensors, {dropped} outliers",
            sensors.len()
        );
        record_message(Level::Info, &message);
        Ok(report)
    }
}

/// The positions of each sensor's readings, or the first fault.
fn by_sensor(readings: &[Reading]) -> Result<BTreeMap<&str, Vec<usize>>, Fault> {
    let mut sensors = BTreeMap::<&str, Vec<usize>>::new();
    for (index, reading) in readings.iter().enumerate() {
        let indices = sensors.entry(&reading.sensor).or_default();
        let first = &readings[*indices.first().unwrap_or(&index)];
        if let Some(problem) = problem(reading, first) {
            let index = index as u32;
            return Err(Fault {
                index,
                sensor: reading.sensor.clone(),
                problem,
            });
        }
        indices.push(index);
    }
    Ok(sensors)
}

/// What is wrong with `reading`, whose sensor's first reading is `first`.
fn problem(reading: &Reading, first: &Reading) -> Option<Problem> {
    if reading.sensor.is_empty() {
        return Some(Problem::MissingSensor);
    }
    if !reading.value.is_finite() {
        return Some(Problem::NotFinite);
    }
    if reading.unit != first.unit {
        return Some(Problem::UnitChanged(first.unit.clone()));
    }
    let quality = reading.quality?;
    (!(0.0..=1.0).contains(&quality)).then_some(Problem::QualityOutOfRange(quality))
}

/// Filters one sensor's readings: adds to `outliers`, and sums up the rest if there is any.
fn filter(
    sensor: &str,
    indices: &[usize],
    readings: &[Reading],
    outliers: &mut Vec<Outlier>,
) -> Option<Summary> {
    let trusted = |index: &&usize| readings[**index].quality.is_none_or(|q| q >= LEAST_QUALITY);
    let mut series: Vec<usize> = indices.iter().filter(trusted).copied().collect();
    series.sort_by_key(|&index| readings[index].timestamp);
    let values: Vec<f64> = series.iter().map(|&index| readings[index].value).collect();
    let ignored = (indices.len() - series.len()) as u32;

    let mut kept = Vec::new();
    for ((&index, &value), (expected, score)) in
        series.iter().zip(&values).zip(outlier::scores(&values))
    {
        if score > outlier::LIMIT {
            outliers.push(Outlier {
                index: index as u32,
                sensor: sensor.to_owned(),
                value,
                expected,
                score,
            });
        } else {
            kept.push(index);
        }
    }
    let dropped = (series.len() - kept.len()) as u32;
    if dropped > 0 {
        record_message(
            Level::Warn,
            &format!("{sensor}: dropped {dropped} of {}", series.len()),
        );
    }
    let (&first, &last) = (kept.first()?, kept.last()?);
    let mut values: Vec<f64> = kept.iter().map(|&index| readings[index].value).collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let median = outlier::median(&mut values);
    Some(Summary {
        sensor: sensor.to_owned(),
        unit: readings[first].unit.clone(),
        kept: kept.len() as u32,
        dropped,
        ignored,
        span: (readings[first].timestamp, readings[last].timestamp),
        minimum: values[0],
        maximum: values[values.len() - 1],
        mean,
        median,
    })
}
