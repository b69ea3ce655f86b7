//! `WasmBacktrace`: the functions of guests that were on the stack, as far as the browser tells.

use amphi_translate::search::{self, find};
use std::fmt;
use std::num::NonZeroUsize;

/// How many frames are kept unless `Config::wasm_backtrace_max_frames` says otherwise.
pub const DEFAULT_MAX_FRAMES: NonZeroUsize = NonZeroUsize::new(20).expect("20 is not 0");

/// How many frames between the guest and the guard are this engine's own: the trampoline, and the
/// dispatcher that calls it.
const OWN: usize = 2;

/// The functions of guests that were on the stack when one of them ended, as
/// `wasmtime::WasmBacktrace`: the error of a call has it as context.
///
/// The frames are those that the browser tells of, which in Chromium are ten unless the page raises
/// `Error.stackTraceLimit`; of a guest that was suspended there are none.
#[derive(Debug)]
pub struct WasmBacktrace {
    frames: Vec<FrameInfo>,
}

/// A function on the stack, as `wasmtime::FrameInfo`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameInfo {
    name: Option<String>,
    offset: Option<usize>,
    /// What the browser says.
    line: String,
}

impl WasmBacktrace {
    /// The frames, innermost first.
    pub fn frames(&self) -> &[FrameInfo] {
        &self.frames
    }

    /// Reads the frames out of a browser's stack, `most` at the most; `None` if the guard is not on
    /// it. With `called_out`, the innermost frame is the wrapper of a host function. `modules` are
    /// the names of modules, which some browsers put before those of functions.
    pub(crate) fn read(
        stack: &str,
        called_out: bool,
        most: Option<NonZeroUsize>,
        modules: &[&str],
    ) -> Option<WasmBacktrace> {
        let most = most?.get();
        let guard = stack
            .lines()
            .position(|line| find(line, "amphiGuard").is_some())?;
        let lines: Vec<_> = stack
            .lines()
            .take(guard)
            .filter(|line| find(line, "wasm").is_some())
            .collect();
        let guests = lines.len().saturating_sub(OWN);
        let frames = lines[..guests].iter().skip(usize::from(called_out));
        Some(WasmBacktrace {
            frames: frames
                .take(most)
                .map(|line| FrameInfo::read(line, modules))
                .collect(),
        })
    }
}

impl FrameInfo {
    /// The name that the module gives the function.
    pub fn func_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Where in the module's bytes the instruction begins, if the browser tells.
    pub fn module_offset(&self) -> Option<usize> {
        self.offset
    }

    /// Reads a line of a browser's stack.
    fn read(line: &str, modules: &[&str]) -> FrameInfo {
        let line = line.trim();
        let offset = search::rsplit_once(line, "]:0x").and_then(|(_, digits)| {
            let end = digits.find(|c: char| !c.is_ascii_hexdigit());
            usize::from_str_radix(&digits[..end.unwrap_or(digits.len())], 16).ok()
        });
        FrameInfo {
            name: name(line, modules).map(str::to_owned),
            offset,
            line: line.strip_prefix("at ").unwrap_or(line).to_owned(),
        }
    }
}

/// The name of the function in a line of a browser's stack.
fn name<'a>(line: &'a str, modules: &[&str]) -> Option<&'a str> {
    let alone = |name: &'a str| {
        let mut modules = modules.iter();
        modules.find_map(|module| name.strip_prefix(module)?.strip_prefix('.'))
    };
    if let Some(frame) = line.strip_prefix("at ") {
        // V8: `at name (wasm://wasm/0badcafe:wasm-function[6]:0x1a3)`, or `at module.name
        // (wasm://wasm/module-0badcafe:...)`.
        let (name, _) = search::split_once(frame, " (wasm://wasm/")?;
        return Some(alone(name).unwrap_or(name));
    }
    let (name, _) = line.split_once('@')?;
    match search::rsplit_once(name, "wasm-function[") {
        // SpiderMonkey: `name@http://...`, or `module.name@http://...`.
        None => Some(alone(name).unwrap_or(name)),
        // SpiderMonkey: `wasm-function[6]@http://...`; JavaScriptCore:
        // `<?>.wasm-function[name]@[wasm code]`, or a number in place of the name.
        Some((_, inner)) => {
            let name = inner.strip_suffix(']')?;
            name.parse::<u32>().is_err().then_some(name)
        }
    }
}

impl fmt::Display for WasmBacktrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error while executing at wasm backtrace:")?;
        for (index, frame) in self.frames.iter().enumerate() {
            write!(f, "\n    {index}: {}", frame.line)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{DEFAULT_MAX_FRAMES, WasmBacktrace};
    use std::num::NonZeroUsize;

    const MODULES: &[&str] = &["add", "adder"];

    const CHROMIUM: &str = "RuntimeError: unreachable
    at adder.in.ner (wasm://wasm/adder-0e5d2a4e:wasm-function[1]:0x2a)
    at wasm://wasm/0e5d2a4e:wasm-function[2]:0x30
    at call (wasm://wasm/00c0ffee:wasm-function[1]:0x40)
    at enter (wasm://wasm/00decade:wasm-function[0]:0x50)
    at amphiGuard (http://127.0.0.1/guard.js:9:7)
    at outer (wasm://wasm/00facade:wasm-function[9]:0x60)";

    const FIREFOX: &str =
        "adder.in.ner@http://127.0.0.1/x.js line 12 > WebAssembly.Module:wasm-function[1]:0x2a
wasm-function[2]@http://127.0.0.1/x.js line 12 > WebAssembly.Module:wasm-function[2]:0x30
call@http://127.0.0.1/x.js line 12 > WebAssembly.Module:wasm-function[1]:0x40
enter@http://127.0.0.1/x.js line 12 > WebAssembly.Module:wasm-function[0]:0x50
amphiGuard@http://127.0.0.1/guard.js:9:12";

    const WEBKIT: &str = "<?>.wasm-function[in.ner]@[wasm code]
<?>.wasm-function[2]@[wasm code]
<?>.wasm-function[1]@[wasm code]
<?>.wasm-function[0]@[wasm code]
amphiGuard@http://127.0.0.1/guard.js:9:12";

    fn frames(stack: &str, called_out: bool) -> Vec<(Option<String>, Option<usize>)> {
        let backtrace = WasmBacktrace::read(stack, called_out, Some(DEFAULT_MAX_FRAMES), MODULES)
            .expect("the guard is on the stack");
        let frames = backtrace.frames().iter();
        frames
            .map(|frame| (frame.func_name().map(str::to_owned), frame.module_offset()))
            .collect()
    }

    #[test]
    fn the_guests_frames_of_each_browser_are_read() {
        let name = || Some("in.ner".to_owned());
        let told = vec![(name(), Some(0x2a)), (None, Some(0x30))];
        assert_eq!(frames(CHROMIUM, false), told);
        assert_eq!(frames(FIREFOX, false), told);
        assert_eq!(frames(WEBKIT, false), [(name(), None), (None, None)]);
        assert_eq!(frames(CHROMIUM, true), [(None, Some(0x30))]);
    }

    #[test]
    fn there_are_no_more_than_asked_for() {
        let none = WasmBacktrace::read(CHROMIUM, false, None, MODULES);
        assert!(none.is_none());
        let one = WasmBacktrace::read(CHROMIUM, false, NonZeroUsize::new(1), MODULES);
        assert_eq!(one.map_or(0, |one| one.frames().len()), 1);
        let no_guard = "RuntimeError: unreachable\n  at wasm://wasm/0e5d2a4e:wasm-function[2]:0x30";
        assert!(WasmBacktrace::read(no_guard, false, Some(DEFAULT_MAX_FRAMES), MODULES).is_none());
    }
}
