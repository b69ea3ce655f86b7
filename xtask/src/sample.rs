//! `sample`: writes the readings that the demo page shows, `web/demo/data/readings.json`.
//!
//! They are made up, from a fixed seed and with plain arithmetic only, so that every machine writes
//! the same file: six sensors, one reading of each every ten minutes for three and a half days.
//! About one reading in sixty is replaced by a value that does not belong there and labelled
//! `"outlier": true`; a few others are noise of which the sensor itself says that it does not trust
//! it. The label is for the plot and for the tests. The filter never sees it.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};

const SEED: u64 = 0x5eed_0f5e_4501;
const READINGS_PER_SENSOR: u64 = 500;
/// Ten minutes, in milliseconds.
const STEP: u64 = 600_000;
const DAY: u64 = 86_400_000;
/// The start of the first day of May 2026 (UTC), in milliseconds.
const START: u64 = 1_777_593_600_000;

/// How one sensor's readings come about.
struct Sensor {
    id: &'static str,
    /// The unit and the tags, as JSON.
    unit: &'static str,
    tags: &'static str,
    /// The value at six in the morning of the first day.
    base: f64,
    /// How far the value rises by noon and falls by midnight.
    daily: f64,
    /// How far it drifts in a day.
    drift: f64,
    /// How far a reading strays from its value at most.
    noise: f64,
    /// The values that there can be without an error of the sensor.
    range: (f64, f64),
}

const SENSORS: [Sensor; 6] = [
    Sensor {
        id: "cellar",
        unit: r#""celsius""#,
        tags: r#"[["site","house"]]"#,
        base: 11.4,
        daily: 0.2,
        drift: 0.05,
        noise: 0.12,
        range: (-40.0, 60.0),
    },
    Sensor {
        id: "roof-north",
        unit: r#""celsius""#,
        tags: r#"[["site","roof"]]"#,
        base: 12.0,
        daily: 6.5,
        drift: 0.6,
        noise: 0.6,
        range: (-40.0, 60.0),
    },
    Sensor {
        id: "roof-south",
        unit: r#""celsius""#,
        tags: r#"[["site","roof"],["shade","none"]]"#,
        base: 14.5,
        daily: 9.0,
        drift: 0.7,
        noise: 0.9,
        range: (-40.0, 60.0),
    },
    Sensor {
        id: "barometer",
        unit: r#""hectopascal""#,
        tags: r#"[["site","house"]]"#,
        base: 1_017.0,
        daily: 0.6,
        drift: -2.5,
        noise: 0.4,
        range: (850.0, 1_090.0),
    },
    Sensor {
        id: "greenhouse",
        unit: r#""percent""#,
        tags: r#"[["site","garden"],["glass","double"]]"#,
        base: 68.0,
        daily: -14.0,
        drift: 1.0,
        noise: 2.4,
        range: (0.0, 100.0),
    },
    Sensor {
        id: "yard",
        unit: r#"{"other":"lux"}"#,
        tags: r#"[["site","garden"]]"#,
        base: 0.0,
        daily: 42_000.0,
        drift: 0.0,
        noise: 2_600.0,
        range: (0.0, 120_000.0),
    },
];

/// Writes the file below `root`, the folder of the workspace.
///
/// # Errors
///
/// The file cannot be written.
pub fn run(root: &Path) -> Result<()> {
    let path = root.join("web/demo/data/readings.json");
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("folder `{}`", folder.display()))?;
    }
    std::fs::write(&path, text()).with_context(|| format!("file `{}`", path.display()))
}

/// The whole file: a JSON list with one reading a line.
fn text() -> String {
    let mut random = Random(SEED);
    let mut rows = Vec::new();
    for step in 0..READINGS_PER_SENSOR {
        for (place, sensor) in SENSORS.iter().enumerate() {
            // The sensors report one after the other, not all at the same moment.
            let time = step * STEP + place as u64 * 1_500 + random.below(1_000);
            rows.push(row(sensor, time, &mut random));
        }
    }
    format!("[\n{}\n]\n", rows.join(",\n"))
}

/// One reading as JSON.
fn row(sensor: &Sensor, time: u64, random: &mut Random) -> String {
    let mut value = sensor.at(time, random);
    let kind = random.below(1_000);
    let (outlier, distrusted) = (kind < 16, (16..22).contains(&kind));
    if outlier || distrusted {
        let far = (sensor.noise + 0.12 * sensor.daily.abs()) * (9.0 + 7.0 * random.fraction());
        let up = value - far < sensor.range.0 || random.below(2) == 0;
        value += if up { far } else { -far };
    }
    let mut text = format!(
        r#"{{"sensor":"{}","timestamp":{},"value":{:.2},"unit":{},"tags":{}"#,
        sensor.id,
        START + time,
        value,
        sensor.unit,
        sensor.tags
    );
    let quality = match distrusted {
        true => Some(random.below(20)),
        false => (random.below(4) == 0).then(|| 80 + random.below(20)),
    };
    if let Some(percent) = quality {
        write!(text, r#","quality":0.{percent:02}"#).expect("a string takes any text");
    }
    text + if outlier { r#","outlier":true}"# } else { "}" }
}

impl Sensor {
    /// A regular reading at `time`, in milliseconds from the start.
    fn at(&self, time: u64, random: &mut Random) -> f64 {
        let days = time as f64 / DAY as f64;
        let calm = self.base + self.daily * cycle(time) + self.drift * days;
        if calm <= self.range.0 {
            return self.range.0;
        }
        // The mean of four numbers: most readings are near the middle.
        let stray = (0..4).map(|_| random.fraction() - 0.5).sum::<f64>() / 2.0;
        (calm + self.noise * stray).clamp(self.range.0, self.range.1)
    }
}

/// The time of day as a wave of two parabolas: 0 at six in the morning, 1 at noon, -1 at midnight.
fn cycle(time: u64) -> f64 {
    let half = DAY / 2;
    let since_six = (time + DAY - DAY / 4) % DAY;
    let part = (since_six % half) as f64 / half as f64;
    let height = 4.0 * part * (1.0 - part);
    if since_six < half { height } else { -height }
}

/// The generator SplitMix64: a counter with its bits mixed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A whole number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// A number from 0 up to 1.
    fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn committed_file_is_what_the_generator_writes() {
        let committed = include_str!("../../web/demo/data/readings.json");
        assert!(
            committed == super::text(),
            "`web/demo/data/readings.json` is stale: run `cargo xtask sample`"
        );
    }
}
