//! Tries of `wasi:keyvalue`.

use crate::Outcome;
use crate::bindings::wasi::keyvalue::store::{Bucket, Error, open};
use crate::bindings::wasi::keyvalue::{atomics, batch};

/// The store that was opened last.
#[derive(Default)]
pub struct Vault(Option<Bucket>);

impl Vault {
    /// Does what `name` says.
    pub fn attempt(&mut self, name: &str, argument: &str) -> Outcome {
        let (key, value) = argument.split_once('=').unwrap_or((argument, ""));
        if name == "open" {
            self.0 = Some(open(argument).map_err(told)?);
            return Ok(done(()));
        }
        let bucket = self.0.as_ref().ok_or("no store is open")?;
        match name {
            "get" => bucket
                .get(key)
                .map(|value| format!("{:?}", value.map(text))),
            "set" => bucket.set(key, value.as_bytes()).map(done),
            "fill" => {
                let bytes = value.parse().map_err(|_| "no number of bytes")?;
                bucket.set(key, &vec![b'x'; bytes]).map(done)
            }
            "delete" => bucket.delete(key).map(done),
            "exists" => bucket.exists(key).map(|there| there.to_string()),
            "keys" => {
                let page = bucket.list_keys(argument.parse().ok());
                page.map(|page| format!("{:?} {:?}", page.keys, page.cursor))
            }
            "increment" => {
                let delta = value.parse().map_err(|_| "no number")?;
                atomics::increment(bucket, key, delta).map(|sum| sum.to_string())
            }
            "get-many" => batch::get_many(bucket, &list(argument)).map(|found| {
                let pair = |(key, value): (String, Vec<u8>)| format!("{key}={}", text(value));
                let pairs = found
                    .into_iter()
                    .map(|found| found.map_or("-".to_owned(), pair));
                pairs.collect::<Vec<_>>().join(" ")
            }),
            "set-many" => {
                let pair = |pair: &str| {
                    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                    (key.to_owned(), value.as_bytes().to_vec())
                };
                let pairs: Vec<_> = argument.split(',').map(pair).collect();
                batch::set_many(bucket, &pairs).map(done)
            }
            "delete-many" => batch::delete_many(bucket, &list(argument)).map(done),
            _ => return Err("it is nothing to try".to_owned()),
        }
        .map_err(told)
    }
}

fn done((): ()) -> String {
    "done".to_owned()
}

fn told(error: Error) -> String {
    match error {
        Error::NoSuchStore => "no-such-store".to_owned(),
        Error::AccessDenied => "access-denied".to_owned(),
        Error::Other(message) => message,
    }
}

fn list(keys: &str) -> Vec<String> {
    keys.split(',').map(str::to_owned).collect()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}
