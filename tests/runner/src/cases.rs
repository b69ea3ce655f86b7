//! Runs a case file: every case with every component that the file names.

use amphi::component::{Component, Instance, Linker};
use amphi::{Result, Store, format_err, invoke};

use crate::case::{Case, CaseFile};
use crate::host::{self, State};
use crate::json;
use crate::outcome::{self, Outcome};
use crate::report::Line;
use crate::stage::Stage;

/// The lines of the case file `name`.
pub async fn run(
    stage: &mut Stage,
    load: &impl AsyncFn(&str) -> Result<Vec<u8>>,
    name: &str,
    text: &str,
) -> Result<Vec<Line>> {
    let file: CaseFile =
        toml::from_str(text).map_err(|error| format_err!("file `{name}`: {error}"))?;
    let mut linker = stage.linker()?;
    host::link(&mut linker)?;
    let mut lines = Vec::new();
    for component_name in &file.components {
        let component = stage.component(load, component_name).await?;
        let mut scene = Scene {
            component,
            linker: &linker,
            running: None,
        };
        for case in &file.cases {
            if !file.shared {
                scene.running = None;
            }
            let body = case
                .json
                .as_ref()
                .map_or(String::new(), |body| format!(" {body}"));
            let place = format!("{name}: {component_name}: {}{body}", case.call);
            lines.push(scene.run(stage, place, case)?);
        }
    }
    Ok(lines)
}

/// A component, and the instance of it that the next case may find.
struct Scene<'a> {
    component: Component,
    linker: &'a Linker<State>,
    running: Option<(Store<State>, Instance)>,
}

impl Scene<'_> {
    fn run(&mut self, stage: &Stage, place: String, case: &Case) -> Result<Line> {
        let (store, instance) = match &mut self.running {
            Some((store, instance)) => (store, *instance),
            none => {
                let mut store = stage.store();
                let instance = self.linker.instantiate(&mut store, &self.component)?;
                let (store, instance) = none.insert((store, instance));
                (store, *instance)
            }
        };
        let result = match &case.json {
            Some(body) => json::call(&mut *store, &self.component, &instance, &case.call, body),
            None => invoke::call(&mut *store, &self.component, &instance, &case.call),
        };
        Ok(outcome::line(
            place,
            case,
            &Outcome::of(result),
            store.data_mut(),
        ))
    }
}
