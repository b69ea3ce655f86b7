//! Core functions between guests and JavaScript, with no Rust between them.

use amphi_translate::codegen;
use amphi_translate::plan::{CoreType, Def, Export, Options, Plan, Signature, Step};
use amphi_web::embed::{self, Lowered, Modules, SharedStore};
use amphi_web::{Result, bail, format_err};
use wasm_bindgen::JsValue;

thread_local! {
    static SCRIPT_CALLS: Modules<(Signature, bool)> = Modules::default();
    static FENCED_CALLS: Modules<Signature> = Modules::default();
}

/// The functions behind an export.
pub struct Exported {
    /// The core function.
    pub call: JsValue,
    /// What is called with its flat result once that is lifted.
    pub post_return: Option<JsValue>,
}

/// What lifting and lowering work on.
pub struct Environment {
    /// The memory.
    pub memory: Option<JsValue>,
    /// Its allocator.
    pub realloc: Option<JsValue>,
}

/// The functions behind the export `index` of the store's instance.
///
/// # Errors
///
/// It is no function.
pub fn exported<T>(store: &SharedStore<T>, index: u32) -> Result<Exported> {
    let component = store.component()?;
    let plan = embed::plan(&component);
    let Some(Export::Func { func, options, .. }) = plan.export_items.get(index as usize) else {
        bail!("export {index} is not a function");
    };
    let call = store.resolve(func)?;
    let Some(wanted) = options_of(plan, options.as_u32())?.post_return else {
        return Ok(Exported {
            call,
            post_return: None,
        });
    };
    let post_return = plan.steps.iter().find_map(|step| match step {
        Step::ExtractPostReturn {
            index,
            def,
            params,
            instance,
        } if *index == wanted => Some((def, params, *instance)),
        _ => None,
    });
    let (def, params, instance) =
        post_return.ok_or_else(|| format_err!("a `post-return` was not extracted"))?;
    let signature = Signature {
        params: params.clone(),
        results: Box::default(),
    };
    Ok(Exported {
        call,
        post_return: Some(fenced_call(store, signature, def, instance)?),
    })
}

/// What functions with the canonical options `options` work on in the store's instance.
///
/// # Errors
///
/// It is not there yet.
pub fn environment<T>(store: &SharedStore<T>, options: u32) -> Result<Environment> {
    let component = store.component()?;
    let plan = embed::plan(&component);
    let options = options_of(plan, options)?;
    let memory = options.memory.and_then(|wanted| {
        plan.steps.iter().find_map(|step| match step {
            Step::ExtractMemory { index, export } if *index == wanted => Some(export),
            _ => None,
        })
    });
    let memory = memory.map(|export| store.resolve(&Def::Export(export.clone())));
    let realloc = options.realloc.and_then(|wanted| plan.realloc(wanted));
    let realloc = realloc.map(|(def, instance)| {
        let signature = Signature {
            params: [CoreType::I32; 4].into(),
            results: [CoreType::I32].into(),
        };
        fenced_call(store, signature, def, instance)
    });
    Ok(Environment {
        memory: memory.transpose()?,
        realloc: realloc.transpose()?,
    })
}

fn options_of(plan: &Plan, index: u32) -> Result<&Options> {
    let options = plan.options.get(index as usize);
    options.ok_or_else(|| format_err!("there are no canonical options {index}"))
}

/// What JavaScript calls for the function `def` of a guest, which may not leave its component
/// instance; see [`codegen::fenced_call`].
fn fenced_call<T>(
    store: &SharedStore<T>,
    signature: Signature,
    def: &Def,
    instance: usize,
) -> Result<JsValue> {
    let imports = [
        ("f", "f", store.resolve(def)?),
        ("f", "flags", store.resolve(&Def::Flags(instance))?),
    ];
    FENCED_CALLS.with(|modules| {
        let generate = || codegen::fenced_call(&signature);
        embed::joined(modules, signature.clone(), generate, imports)
    })
}

/// What a guest calls for `function`, which is JavaScript and sets the global `failed` rather than
/// throw; see [`codegen::script_call`].
pub fn script_call(lowered: Lowered<'_>, function: JsValue, failed: JsValue) -> Result<JsValue> {
    let Lowered {
        signature, flags, ..
    } = lowered;
    let fixed = [
        ("f", "f", function),
        ("f", "failed", failed),
        ("s", "room", embed::room()?),
    ];
    let leave_flag = flags.is_some();
    let flags = flags.map(|flags| ("f", "flags", flags));
    SCRIPT_CALLS.with(|modules| {
        let key = (signature.clone(), leave_flag);
        let generate = || codegen::script_call(signature, leave_flag);
        embed::joined(modules, key, generate, fixed.into_iter().chain(flags))
    })
}
