//! What the guest `kitchen` asks of its host.

use amphi::component::{Linker, Resource, ResourceType};
use amphi_edge::{CallState, Plugin};

/// A plugin that has it.
pub struct Pantry;

struct Counter(u32);

impl Plugin for Pantry {
    fn name(&self) -> &str {
        "pantry"
    }

    fn link(&self, linker: &mut Linker<CallState>) -> amphi::Result<()> {
        let mut host = linker.instance("demo:kitchen/host@1.0.0")?;
        host.resource(
            "counter",
            ResourceType::host::<Counter>(),
            |mut call, rep| {
                call.data_mut()
                    .table()
                    .delete(Resource::<Counter>::new_own(rep))?;
                Ok(())
            },
        )?;
        host.func_wrap("[constructor]counter", |mut call, (start,): (u32,)| {
            Ok((call.data_mut().table().push(Counter(start))?,))
        })?;
        host.func_wrap(
            "[method]counter.increment",
            |mut call, (counter, by): (Resource<Counter>, u32)| {
                let counter = call.data_mut().table().get_mut(&counter)?;
                counter.0 = counter.0.wrapping_add(by);
                Ok((counter.0,))
            },
        )?;
        host.func_wrap(
            "[method]counter.value",
            |mut call, (counter,): (Resource<Counter>,)| {
                Ok((call.data_mut().table().get(&counter)?.0,))
            },
        )?;
        host.func_wrap(
            "[static]counter.merge",
            |mut call, (a, b): (Resource<Counter>, Resource<Counter>)| {
                let table = call.data_mut().table();
                let sum = table.delete(a)?.0.wrapping_add(table.get(&b)?.0);
                Ok((table.push(Counter(sum))?,))
            },
        )?;
        host.func_wrap("add-one", |_, (x,): (u32,)| Ok((x.wrapping_add(1),)))?;
        host.func_wrap("ask", |_, (question,): (String,)| {
            Ok((Ok::<String, String>(question),))
        })?;
        host.func_wrap("fail", |_, (reason,): (String,)| {
            Err::<(), _>(amphi::format_err!("{reason}"))
        })
    }
}
