//! Calls of functions by the list, one after the other in one instance.

use std::collections::BTreeMap;

use amphi::component::{Instance, Type, Val};
use amphi::invoke::Target;
use amphi::{Result, Store, ensure, format_err, invoke, wave};

use super::list::Call;
use super::{Found, brief, line, step};
use crate::host::State;
use crate::outcome::Outcome;
use crate::report::Line;

/// The lines of all calls, up to one that could not be made.
pub async fn run(found: &Found<'_>, readings: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut scene = match Scene::new(found, readings).await {
        Ok(scene) => scene,
        Err(error) => {
            let text = Outcome::of(Err(error)).text(None);
            let failure = "expected a component that can be instantiated".to_owned();
            lines.push(line("instantiate".to_owned(), text, Some(failure)));
            return lines;
        }
    };
    for call in &found.wild.calls {
        lines.push(scene.line(call).await);
    }
    lines
}

/// An instance, and what was kept of its results.
struct Scene<'a> {
    found: &'a Found<'a>,
    readings: &'a str,
    store: Store<State>,
    instance: Instance,
    kept: BTreeMap<String, Val>,
}

impl<'a> Scene<'a> {
    async fn new(found: &'a Found<'a>, readings: &'a str) -> Result<Self> {
        let mut store = found.stage.store();
        let linker = found.linker()?;
        let instance = linker
            .instantiate_async(&mut store, &found.component)
            .await?;
        Ok(Self {
            found,
            readings,
            store,
            instance,
            kept: BTreeMap::new(),
        })
    }

    async fn line(&mut self, call: &Call) -> Line {
        let (text, failure) = match self.call(call).await {
            Ok((value, missed)) => (shown(value.as_ref()), missed),
            Err(error) => {
                let failure = "expected a call that ends well".to_owned();
                (Outcome::of(Err(error)).text(None), Some(failure))
            }
        };
        step(call.function.clone(), text, failure, self.store.data_mut())
    }

    /// The result, and what was expected if it is not that.
    async fn call(&mut self, call: &Call) -> Result<(Option<Val>, Option<String>)> {
        let written = invoke::parse(&format!("{}()", call.function))?;
        let target = invoke::resolve(&self.found.component, &written)?;
        let arguments = self.arguments(&target, call)?;
        let store = &mut self.store;
        let results = invoke::call_values_async(store, &self.instance, &target, &arguments).await?;
        let result = results.into_iter().next();
        let missed = self.missed(&target, call, result.as_ref())?;
        if let (Some(name), Some(value)) = (&call.keep, &result) {
            self.kept.insert(name.clone(), good(value).clone());
        }
        Ok((result, missed))
    }

    fn arguments(&self, target: &Target, call: &Call) -> Result<Vec<Val>> {
        let params = target.func.params();
        let count = params.len();
        ensure!(
            count == call.with.len(),
            "expected {count} arguments, found {}",
            call.with.len()
        );
        params
            .zip(&call.with)
            .map(|((_, ty), text)| self.value(&ty, text))
            .collect()
    }

    /// The value that the list writes so.
    fn value(&self, ty: &Type, text: &str) -> Result<Val> {
        let Some(name) = text.strip_prefix('$') else {
            return Ok(wave::from_text(ty, text)?);
        };
        if name == "readings" {
            return Ok(wave::from_text(ty, self.readings)?);
        }
        let kept = self.kept.get(name).cloned();
        kept.ok_or_else(|| format_err!("expected a value that was kept, found `{text}`"))
    }

    fn missed(&self, target: &Target, call: &Call, found: Option<&Val>) -> Result<Option<String>> {
        let text = found.map(wave::to_text).transpose();
        let text = text.ok().flatten().unwrap_or_default();
        if let Some(result) = &call.result {
            return Ok((text != *result).then(|| format!("expected {result}")));
        }
        if let Some(part) = &call.has {
            return Ok((!text.contains(part)).then(|| format!("expected a part {part}")));
        }
        if let (Some(same), Some(value)) = (&call.same, found) {
            let ty = target.func.results().next().map(|ty| good_type(&ty));
            let ty = ty.ok_or_else(|| format_err!("expected a result"))?;
            let expected = self.value(&ty, same)?;
            let within = call.within;
            let met = apart(&expected, good(value)).is_some_and(|distance| distance <= within);
            return Ok((!met).then(|| format!("expected `{same}`, to within {within}")));
        }
        let failed = matches!(found, Some(Val::Result(Err(_))));
        Ok(failed.then(|| "expected no error".to_owned()))
    }
}

/// The text of a result.
fn shown(value: Option<&Val>) -> String {
    let text = value.map(wave::to_text);
    match text {
        None => "no result".to_owned(),
        Some(Ok(text)) => format!("result: {}", brief(&text)),
        Some(Err(_)) => "result: a handle".to_owned(),
    }
}

/// A value without the `ok` around it.
fn good(value: &Val) -> &Val {
    match value {
        Val::Result(Ok(Some(value))) => value,
        value => value,
    }
}

fn good_type(ty: &Type) -> Type {
    match ty {
        Type::Result(result) => result.ok().unwrap_or_else(|| ty.clone()),
        ty => ty.clone(),
    }
}

/// How far numbers of one value are at most from those of another; none where they differ in
/// anything else.
fn apart(one: &Val, other: &Val) -> Option<f64> {
    match (one, other) {
        (Val::Float64(one), Val::Float64(other)) if one.to_bits() != other.to_bits() => {
            let distance = (one - other).abs();
            (!distance.is_nan()).then_some(distance)
        }
        (Val::List(one), Val::List(other)) if one.len() == other.len() => {
            furthest(one.iter().zip(other))
        }
        (Val::Record(one), Val::Record(other)) if one.len() == other.len() => {
            let values = one.iter().zip(other);
            furthest(values.map(|((_, one), (_, other))| (one, other)))
        }
        (Val::Variant(one, Some(value)), Val::Variant(other, Some(other_value)))
            if one == other =>
        {
            apart(value, other_value)
        }
        (one, other) => (one == other).then_some(0.0),
    }
}

fn furthest<'a>(mut pairs: impl Iterator<Item = (&'a Val, &'a Val)>) -> Option<f64> {
    pairs.try_fold(0.0, |most: f64, (one, other)| {
        Some(most.max(apart(one, other)?))
    })
}
