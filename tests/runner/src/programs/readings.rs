//! The filter: readings that it refuses, and the readings of the demo page with their labels.

use amphi::component::{Component, HasSelf};
use amphi::{Result, format_err};
use serde::Deserialize;

use super::Transcript;
use crate::bindings::sensor::Sensor;
use crate::bindings::sensor::exports::demo::sensor::filter::{Reading, Unit};
use crate::stage::Stage;

/// How many readings the filter may drop that carry no label, per label.
const FALSE_ALARMS: f64 = 0.1;

/// A row of the demo page's file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    sensor: String,
    timestamp: u64,
    value: f64,
    unit: UnitName,
    tags: Vec<(String, String)>,
    quality: Option<f32>,
    #[serde(default)]
    outlier: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum UnitName {
    Celsius,
    Hectopascal,
    Percent,
    Other(String),
}

/// Runs the filter on the page's readings and on some that are wrong.
pub fn run(t: &mut Transcript, stage: &Stage, component: &Component, file: &[u8]) -> Result<()> {
    let mut linker = stage.linker()?;
    Sensor::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| state)?;
    let mut store = stage.store();
    let sensor = Sensor::instantiate(&mut store, component, &linker)?;
    let filter = sensor.demo_sensor_filter();

    let rows: Vec<Row> =
        serde_json::from_slice(file).map_err(|error| format_err!("readings: {error}"))?;
    let labels: Vec<bool> = rows.iter().map(|row| row.outlier).collect();
    let mut readings: Vec<Reading> = rows.into_iter().map(reading).collect();
    let report = filter
        .call_run(&mut store, &readings)?
        .map_err(|error| format_err!("{error}"))?;
    for summary in &report.summaries {
        t.saw(&summary.sensor, summary);
    }
    for outlier in &report.outliers {
        t.saw("outlier", outlier);
    }
    let found = report
        .outliers
        .iter()
        .filter(|outlier| labels[outlier.index as usize])
        .count();
    let labelled = labels.iter().filter(|label| **label).count();
    t.same("labelled outliers found", found, labelled);
    let wrong = report.outliers.len() - found;
    t.same(
        "few false alarms",
        (wrong as f64) < FALSE_ALARMS * labelled as f64,
        labelled > 0,
    );
    t.saw("log", std::mem::take(&mut store.data_mut().calls));

    t.saw("no readings", filter.call_run(&mut store, &[])?);
    readings[1_234].value = f64::NAN;
    t.saw("not a number", filter.call_run(&mut store, &readings)?);
    readings.truncate(4);
    let few = filter
        .call_run(&mut store, &readings)?
        .map_err(|error| format_err!("{error}"))?;
    t.same(
        "four readings",
        (few.summaries.len(), few.outliers.len()),
        (4, 0),
    );
    readings[3].sensor = String::new();
    t.saw("no sensor", filter.call_run(&mut store, &readings)?);
    readings[2].quality = Some(-0.5);
    t.saw("bad quality", filter.call_run(&mut store, &readings)?);
    readings[1].sensor = readings[0].sensor.clone();
    readings[1].unit = Unit::Other("°F".to_owned());
    t.saw("another unit", filter.call_run(&mut store, &readings)?);
    t.saw(
        "log of the refusals",
        std::mem::take(&mut store.data_mut().calls),
    );
    Ok(())
}

fn reading(row: Row) -> Reading {
    Reading {
        sensor: row.sensor,
        timestamp: row.timestamp,
        value: row.value,
        unit: match row.unit {
            UnitName::Celsius => Unit::Celsius,
            UnitName::Hectopascal => Unit::Hectopascal,
            UnitName::Percent => Unit::Percent,
            UnitName::Other(name) => Unit::Other(name),
        },
        tags: row.tags,
        quality: row.quality,
    }
}
