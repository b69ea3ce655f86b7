//! A host function that awaits the page's `fetch`, from source that compiles for both hosts.

use amphi::Result;
use amphi::component::{Component, HasSelf, Linker};

use super::Transcript;
use crate::host::State;
use crate::stage::Stage;

#[cfg(target_arch = "wasm32")]
use crate::page as files;
#[cfg(not(target_arch = "wasm32"))]
use native as files;

amphi::component::bindgen!({
    inline: "
        package demo:waiting;
        interface clock {
            wait: func(turns: u32) -> u32;
            answer: func(question: string) -> string;
            fail: func(turns: u32);
        }
        interface waiter {
            ask: func(question: string) -> string;
        }
        world fetching {
            import clock;
            export waiter;
        }
    ",
    imports: { default: async | trappable },
    exports: { default: async },
});

/// A state whose answers are files.
struct Files(State);

impl demo::waiting::clock::Host for Files {
    async fn wait(&mut self, turns: u32) -> Result<u32> {
        Ok(turns)
    }

    async fn answer(&mut self, question: String) -> Result<String> {
        let bytes = amphi::page_future(files::load(&question)).await?;
        self.0.calls.push(question);
        Ok(String::from_utf8(bytes)?)
    }

    async fn fail(&mut self, _turns: u32) -> Result<()> {
        Ok(())
    }
}

/// Asks for a file that is there, and for one that is not.
pub async fn run(t: &mut Transcript, stage: &Stage, component: &Component) -> Result<()> {
    let mut linker = Linker::new(&stage.engine);
    Fetching::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| state)?;
    let mut store = amphi::Store::new(&stage.engine, Files(State::new()));
    let it = Fetching::instantiate_async(&mut store, component, &linker).await?;
    let waiter = it.demo_waiting_waiter();
    let text = waiter.call_ask(&mut store, "corpus/index.json").await?;
    t.saw("a file", text.len());
    t.same("its beginning", text.get(..1), Some("["));
    t.same("asked for", &store.data().0.calls, ["corpus/index.json"]);
    let absent = waiter.call_ask(&mut store, "corpus/absent.json").await;
    t.fails("an absent file", absent, "corpus/absent.json");
    Ok(())
}

/// Where the corpus is natively.
#[cfg(not(target_arch = "wasm32"))]
mod native {
    use amphi::{Result, format_err};
    use std::path::Path;

    pub async fn load(path: &str) -> Result<Vec<u8>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        std::fs::read(folder.join(path)).map_err(|error| format_err!("file `{path}`: {error}"))
    }
}
