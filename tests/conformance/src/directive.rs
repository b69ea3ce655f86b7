//! Runs one directive: parses it, does what it says, and compares what comes of it with what it
//! expects.

use crate::report::Outcome;
use crate::script::lexer;
use crate::stage::Stage;
use crate::value;
use amphi::component::Val;
use amphi::error::Context as _;
use amphi::{Error, Result, bail, format_err};
use wast::parser::{self, ParseBuffer};
use wast::token::Id;
use wast::{QuoteWat, Wast, WastDirective, WastExecute, WastInvoke, WastRet, Wat};

/// Runs the directive with this text.
pub(crate) fn run(stage: &mut Stage, text: &str) -> Outcome {
    let buffer = match ParseBuffer::new_with_lexer(lexer(text)) {
        Ok(buffer) => buffer,
        Err(error) => return unreadable(&error),
    };
    let directive = match parser::parse::<Wast<'_>>(&buffer) {
        Ok(mut script) => script.directives.pop(),
        Err(error) => return unreadable(&error),
    };
    let Some(directive) = directive else {
        return Outcome::Failed("expected a directive, found nothing".to_owned());
    };
    if let Some(what) = left_out(&directive) {
        return Outcome::LeftOut(what.to_owned());
    }
    match perform(stage, directive) {
        Ok(()) => Outcome::Passed,
        Err(error) => Outcome::Failed(in_full(&error)),
    }
}

fn perform(stage: &mut Stage, directive: WastDirective<'_>) -> Result<()> {
    match directive {
        WastDirective::Module(mut wat) => {
            let id = wat.name();
            let made = component(stage, &mut wat).and_then(|made| stage.enter(name(id), &made));
            keep(stage, id, made)
        }
        WastDirective::ModuleDefinition(mut wat) => {
            let bytes = encode(&mut wat)?;
            stage.define(name(wat.name()), &bytes)
        }
        WastDirective::ModuleInstance {
            instance, module, ..
        } => {
            let made = stage
                .definition(name(module))
                .and_then(|found| stage.enter(name(instance), &found));
            keep(stage, instance, made)
        }
        WastDirective::Register {
            name: alias,
            module,
            ..
        } => stage.register(name(module), alias),
        WastDirective::Invoke(invoke) => call(stage, &invoke).map(drop),
        WastDirective::AssertReturn { exec, results, .. } => {
            returned(&execute(stage, exec)?, &results)
        }
        WastDirective::AssertTrap { exec, message, .. } => failed(execute(stage, exec), message),
        WastDirective::AssertExhaustion {
            call: invoke,
            message,
            ..
        } => failed(call(stage, &invoke), message),
        WastDirective::AssertInvalid {
            mut module,
            message,
            ..
        }
        | WastDirective::AssertMalformed {
            mut module,
            message,
            ..
        } => failed(component(stage, &mut module), message),
        WastDirective::AssertUnlinkable {
            module, message, ..
        } => {
            let found = component(stage, &mut QuoteWat::Wat(module))?;
            failed(stage.instantiate(&found), message)
        }
        WastDirective::AssertInvalidCustom { .. }
        | WastDirective::AssertMalformedCustom { .. }
        | WastDirective::AssertException { .. }
        | WastDirective::AssertSuspension { .. }
        | WastDirective::Thread(_)
        | WastDirective::Wait { .. } => bail!("expected a directive of component scripts"),
    }
}

/// What `directive` is, if it is nothing for components.
fn left_out(directive: &WastDirective<'_>) -> Option<&'static str> {
    const CORE: &str = "core module";
    let quoted = |wat: &QuoteWat<'_>| {
        let core = matches!(
            wat,
            QuoteWat::QuoteModule(..) | QuoteWat::Wat(Wat::Module(_))
        );
        core.then_some(CORE)
    };
    let executed = |exec: &WastExecute<'_>| match exec {
        WastExecute::Invoke(_) | WastExecute::Wat(Wat::Component(_)) => None,
        WastExecute::Wat(Wat::Module(_)) => Some(CORE),
        WastExecute::Get { .. } => Some("core global"),
    };
    match directive {
        WastDirective::Module(wat)
        | WastDirective::ModuleDefinition(wat)
        | WastDirective::AssertInvalid { module: wat, .. }
        | WastDirective::AssertMalformed { module: wat, .. } => quoted(wat),
        WastDirective::AssertUnlinkable { module, .. } => {
            matches!(module, Wat::Module(_)).then_some(CORE)
        }
        WastDirective::AssertReturn { exec, .. } | WastDirective::AssertTrap { exec, .. } => {
            executed(exec)
        }
        WastDirective::ModuleInstance { .. }
        | WastDirective::Register { .. }
        | WastDirective::Invoke(_)
        | WastDirective::AssertExhaustion { .. } => None,
        WastDirective::AssertInvalidCustom { .. } | WastDirective::AssertMalformedCustom { .. } => {
            Some("custom section of a core module")
        }
        WastDirective::AssertException { .. } => Some("exception of a core module"),
        WastDirective::AssertSuspension { .. } => Some("suspension of a core module"),
        WastDirective::Thread(_) | WastDirective::Wait { .. } => Some("thread"),
    }
}

/// When an instance was not made, what it was to replace is no longer meant by later directives.
fn keep(stage: &mut Stage, instance: Option<Id<'_>>, made: Result<()>) -> Result<()> {
    if made.is_err() {
        stage.leave(name(instance));
    }
    made
}

fn component(stage: &Stage, wat: &mut QuoteWat<'_>) -> Result<amphi::component::Component> {
    stage.compile(&encode(wat)?)
}

fn encode(wat: &mut QuoteWat<'_>) -> Result<Vec<u8>> {
    wat.encode()
        .map_err(|error| format_err!("{}", error.message()))
}

fn execute(stage: &mut Stage, exec: WastExecute<'_>) -> Result<Vec<Val>> {
    match exec {
        WastExecute::Invoke(invoke) => call(stage, &invoke),
        WastExecute::Wat(wat) => {
            let found = component(stage, &mut QuoteWat::Wat(wat))?;
            stage.instantiate(&found).map(|_| Vec::new())
        }
        WastExecute::Get { global, .. } => bail!("expected a call, found the global `{global}`"),
    }
}

fn call(stage: &mut Stage, invoke: &WastInvoke<'_>) -> Result<Vec<Val>> {
    let running = stage.running(name(invoke.module))?;
    let mut store = running.store.borrow_mut();
    let func = running
        .instance
        .get_func(&mut *store, invoke.name)
        .with_context(|| format!("expected a function `{}`, found none", invoke.name))?;
    let ty = func.ty(&*store);
    let params: Vec<_> = ty.params().map(|(_, ty)| ty).collect();
    let args = invoke.args.iter().enumerate();
    let args = args
        .map(|(index, arg)| value::argument(arg, params.get(index)))
        .collect::<Result<Vec<_>>>()?;
    let mut results = vec![Val::Bool(false); ty.results().len()];
    let reach = running.reach;
    reach.call(&mut store, &func, &args, &mut results)?;
    Ok(results)
}

fn returned(found: &[Val], expected: &[WastRet<'_>]) -> Result<()> {
    if found.len() != expected.len() {
        bail!("expected {} results, found {found:?}", expected.len());
    }
    let mut pairs = expected.iter().zip(found);
    pairs.try_for_each(|(expected, found)| value::check(expected, found))
}

/// Expects an error whose text, causes included, has `message` in it.
fn failed<T>(result: Result<T>, message: &str) -> Result<()> {
    let Err(error) = result else {
        bail!("expected an error with `{message}`, found no error");
    };
    let found = in_full(&error);
    if !found.contains(message) {
        bail!("expected an error with `{message}`, found `{found}`");
    }
    Ok(())
}

/// The error with its causes, without the stack of the guest, whose words are the host's own.
fn in_full(error: &Error) -> String {
    let parts: Vec<String> = error.chain().map(ToString::to_string).collect();
    let told = parts
        .iter()
        .filter(|part| !part.starts_with("error while executing at wasm backtrace"));
    told.map(String::as_str).collect::<Vec<_>>().join(": ")
}

fn name<'a>(id: Option<Id<'a>>) -> Option<&'a str> {
    id.map(|id| id.name())
}

fn unreadable(error: &wast::Error) -> Outcome {
    Outcome::Failed(format!("cannot be parsed: {}", error.message()))
}
