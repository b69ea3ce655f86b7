//! What the host supplies by the list: functions that write down how they were called, and answer.

use std::collections::BTreeMap;

use amphi::component::{Linker, LinkerInstance, Val};
use amphi::{Result, wave};

use crate::host::State;

/// Defines the functions of each interface, those of the world itself under the empty name.
pub fn link(
    linker: &mut Linker<State>,
    imports: &BTreeMap<String, BTreeMap<String, String>>,
) -> Result<()> {
    for (interface, functions) in imports {
        let mut instance = match interface.as_str() {
            "" => linker.root(),
            name => linker.instance(name)?,
        };
        for (function, answer) in functions {
            define(&mut instance, interface, function, answer)?;
        }
    }
    Ok(())
}

fn define(
    instance: &mut LinkerInstance<'_, State>,
    interface: &str,
    function: &str,
    answer: &str,
) -> Result<()> {
    let name = match interface {
        "" => function.to_owned(),
        interface => format!("{interface}#{function}"),
    };
    let answer = answer.to_owned();
    instance.func_new(function, move |mut store, ty, params, results| {
        let call = format!("{name}({})", texts(params)?.join(", "));
        store.data_mut().calls.push(call);
        for (place, ty) in results.iter_mut().zip(ty.results()) {
            *place = wave::from_text(&ty, &answer)?;
        }
        Ok(())
    })
}

fn texts(values: &[Val]) -> Result<Vec<String>> {
    values
        .iter()
        .map(|value| Ok(wave::to_text(value)?))
        .collect()
}
