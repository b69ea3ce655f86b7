//! What a guest does with fields, by the functions of the interface: as they are here, and as
//! Wasmtime has them.

use crate::tests::compare;
use http::{HeaderMap, HeaderName, HeaderValue};

/// A guest with fields, as `$http` implements them.
macro_rules! guest {
    ($name:ident, $($http:ident)::+) => {
        mod $name {
            use http::HeaderMap;
            use $($http)::+::p2::bindings::http::types::{
                HeaderError, Host, HostFields, HostOutgoingResponse,
            };
            use $($http)::+::p2::HeaderError as Trappable;
            use $($http)::+::{FieldMap, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiBody};
            use $($http)::+::{Error, RequestOptions, Result as HttpResult};
            use wasmtime::component::{Resource, ResourceTable};

            type Beside = Box<dyn Future<Output = HttpResult<(), Error>> + Send>;

            /// Hooks that forbid what is forbidden anyhow, and send nothing.
            struct Hooks;

            impl WasiHttpHooks for Hooks {
                fn send_request(
                    &mut self,
                    _: http::Request<WasiBody>,
                    _: Option<RequestOptions>,
                    _: Beside,
                ) -> Box<dyn Future<Output = HttpResult<(http::Response<WasiBody>, Beside)>> + Send>
                {
                    Box::new(async { Err(Error::HttpRequestDenied) })
                }
            }

            pub struct Guest {
                table: ResourceTable,
                ctx: WasiHttpCtx,
                hooks: Hooks,
                /// The fields at hand.
                fields: u32,
            }

            impl Guest {
                pub fn new(limit: usize, incoming: HeaderMap) -> Guest {
                    let mut ctx = WasiHttpCtx::new();
                    ctx.set_field_size_limit(limit);
                    let (mut table, mut hooks) = (ResourceTable::new(), Hooks);
                    let fields = FieldMap::new_immutable(&mut hooks, incoming);
                    let fields = table.push(fields).unwrap().rep();
                    Guest { table, ctx, hooks, fields }
                }

                fn view(&mut self) -> WasiHttpCtxView<'_> {
                    WasiHttpCtxView {
                        hooks: &mut self.hooks,
                        table: &mut self.table,
                        ctx: &mut self.ctx,
                    }
                }

                pub fn run(&mut self, line: &str) -> String {
                    let words: Vec<&str> = line.split(' ').collect();
                    let fields = Resource::new_borrow(self.fields);
                    let mut view = self.view();
                    let bytes = |word: &str| super::bytes(word);
                    let said = match *words {
                        ["new"] => {
                            self.fields = HostFields::new(&mut view).unwrap().rep();
                            Ok("ok".to_owned())
                        }
                        ["from-list", ref pairs @ ..] => {
                            let pairs = pairs.iter().map(|pair| {
                                let (name, value) = pair.split_once('=').expect("a pair");
                                (name.to_owned(), bytes(value))
                            });
                            let made = view.from_list(pairs.collect());
                            made.map(|made| {
                                self.fields = made.rep();
                                "ok".to_owned()
                            })
                        }
                        ["clone"] => {
                            self.fields = HostFields::clone(&mut view, fields).unwrap().rep();
                            Ok("ok".to_owned())
                        }
                        ["get", name] => {
                            let values = view.get(fields, name.into()).unwrap();
                            Ok(super::shown(values.iter().map(|value| ("", &**value))))
                        }
                        ["has", name] => Ok(view.has(fields, name.into()).unwrap().to_string()),
                        ["entries"] => {
                            let entries = view.entries(fields).unwrap();
                            Ok(super::shown(entries.iter().map(|(name, value)| (&**name, &**value))))
                        }
                        ["set", name, ref values @ ..] => {
                            let values = values.iter().map(|value| bytes(value));
                            let set = view.set(fields, name.into(), values.collect());
                            set.map(|()| "ok".to_owned())
                        }
                        ["append", name, value] => {
                            let appended = view.append(fields, super::name(name), bytes(value));
                            appended.map(|()| "ok".to_owned())
                        }
                        ["delete", name] => {
                            view.delete(fields, name.into()).map(|()| "ok".to_owned())
                        }
                        ["body"] => {
                            let headers = HostFields::clone(&mut view, fields).unwrap();
                            let response = HostOutgoingResponse::new(&mut view, headers).unwrap();
                            let body = HostOutgoingResponse::body(&mut view, response).unwrap();
                            Ok(body.map_or("refused", |_| "ok").to_owned())
                        }
                        _ => panic!("`{line}` says nothing"),
                    };
                    said.unwrap_or_else(|error| self.named(error))
                }

                fn named(&mut self, error: Trappable) -> String {
                    match self.view().convert_header_error(error) {
                        Ok(HeaderError::InvalidSyntax) => "invalid-syntax".to_owned(),
                        Ok(HeaderError::Forbidden) => "forbidden".to_owned(),
                        Ok(HeaderError::Immutable) => "immutable".to_owned(),
                        Err(_) => "trap".to_owned(),
                    }
                }
            }
        }
    };
}

guest!(here, crate::http);
guest!(wasmtime, wasmtime_wasi_http);

/// A word of a line: `_` is an empty one, `\r` and the like are what Rust calls so.
fn bytes(word: &str) -> Vec<u8> {
    let word = if word == "_" { "" } else { word };
    let word = word
        .replace("\\r", "\r")
        .replace("\\n", "\n")
        .replace("\\t", "\t");
    let word = word.replace("\\0", "\0").replace("\\s", " ");
    // A byte above those of ASCII, which no UTF-8 has.
    word.bytes()
        .map(|byte| if byte == b'~' { 0xff } else { byte })
        .collect()
}

/// As [`bytes`], of a name.
fn name(word: &str) -> String {
    String::from_utf8(bytes(word)).expect("names are texts here")
}

fn shown<'a>(fields: impl Iterator<Item = (&'a str, &'a [u8])>) -> String {
    let fields = fields.map(|(name, value)| match name {
        "" => value.escape_ascii().to_string(),
        name => format!("{name}={}", value.escape_ascii()),
    });
    fields.collect::<Vec<_>>().join(", ")
}

/// Has a guest do each line, which says what is expected after an arrow or else that all is well.
/// It begins with the fields `incoming`, and may make some of `limit` bytes.
fn check_with(limit: usize, incoming: &[(&'static str, &'static str)], script: &str) {
    let mut fields = HeaderMap::new();
    for (name, value) in incoming {
        fields.append(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    let mut here = here::Guest::new(limit, fields.clone());
    let mut wasmtime = wasmtime::Guest::new(limit, fields);
    compare(script, |does| {
        [("here", here.run(does)), ("Wasmtime", wasmtime.run(does))]
    });
}

fn check(script: &str) {
    check_with(10_000, &[], script);
}

#[test]
fn names_have_no_case_and_keep_their_order() {
    check(
        "new
         append B-one 1
         append a 2
         append b-ONE 3
         append C 4
         entries => b-one=1, b-one=3, a=2, c=4
         get B-ONE => 1, 3
         has A => true
         has d => false
         get d => _
         set b-One 5 6 7
         entries => b-one=5, b-one=6, b-one=7, a=2, c=4
         set a 8
         entries => b-one=5, b-one=6, b-one=7, a=8, c=4
         set d 9
         set a
         delete none
         entries => b-one=5, b-one=6, b-one=7, d=9, c=4
         delete B-ONE
         entries => c=4, d=9
         from-list z=1 y=2 Z=3
         entries => z=1, z=3, y=2",
    );
}

#[test]
fn what_comes_from_outside_cannot_be_changed_and_a_clone_can() {
    check_with(
        10_000,
        &[
            ("a", "1"),
            ("host", "example.com"),
            ("connection", "close"),
            ("b", "2"),
        ],
        "entries => a=1, b=2
         append a 2 => immutable
         set a 2 => immutable
         set a => immutable
         delete a => immutable
         delete none => immutable
         append host x => forbidden
         append a\\s x => invalid-syntax
         append a x\\ny => invalid-syntax
         set a x\\ny => immutable
         clone
         append a 2
         entries => a=1, a=2, b=2",
    );
}

#[test]
fn names_that_are_the_hosts_are_forbidden() {
    for name in crate::http::DEFAULT_FORBIDDEN_HEADERS {
        let loud = name.as_str().to_ascii_uppercase();
        check(&format!(
            "from-list {name}=x => forbidden
             new
             append {loud} x => forbidden
             set {name} x => forbidden
             set {name} => forbidden
             delete {name} => forbidden
             append {name} x\\ny => forbidden
             get {name} => _
             entries => _"
        ));
    }
}

#[test]
fn names_and_values_that_cannot_be_are_refused() {
    check(
        "new
         append _ x => invalid-syntax
         append a:b x => invalid-syntax
         append ä x => invalid-syntax
         set a\\n x => invalid-syntax
         delete a(b => invalid-syntax
         get a:b => _
         has a:b => false
         append a x\\r => invalid-syntax
         append a x\\ny => invalid-syntax
         append a \\0 => invalid-syntax
         set a x y\\n => invalid-syntax
         entries => _
         append a x\\ty
         append b ~
         append c _
         append d \\sx
         entries => a=x\\ty, b=\\xff, c=, d= x
         from-list e=1 f=\\n => invalid-syntax",
    );
}

#[test]
fn a_length_is_one_number() {
    check(
        "new
         append content-length +5 => invalid-syntax
         append content-length -5 => invalid-syntax
         append content-length 5.0 => invalid-syntax
         append content-length _ => invalid-syntax
         append content-length 18446744073709551616 => invalid-syntax
         append content-length 18446744073709551615
         append Content-Length 5 => invalid-syntax
         set content-length 5 6 => invalid-syntax
         set content-length x => invalid-syntax
         get content-length => 18446744073709551615
         set content-length 007
         get content-length => 7
         set content-length
         append content-length 8
         from-list content-length=1 content-length=1 => invalid-syntax",
    );
}

#[test]
fn a_body_is_as_long_as_one_number_says() {
    let length = "content-length";
    check("new\nbody");
    check_with(10_000, &[(length, "5")], "body");
    for wrong in ["+5", "-5", "", "x", "18446744073709551616", "5, 5"] {
        check_with(10_000, &[(length, wrong)], "body => refused");
    }
    check_with(10_000, &[(length, "5"), (length, "5")], "body => refused");
}

/// What a field of a name and a value of one byte each takes.
const SIZE: usize = size_of::<HeaderName>() + size_of::<HeaderValue>() + 2;

#[test]
fn fields_take_so_much_and_no_more() {
    check_with(
        2 * SIZE,
        &[],
        "new
         append a 1
         append b 22 => trap
         append b 2
         append c _ => trap
         append a _ => trap
         set a 12 => trap
         set a 3
         entries => a=3, b=2
         delete a
         append c 4
         entries => b=2, c=4
         set b
         append d 5
         from-list a=1 b=2 c=3 => trap
         from-list a=1 b=2",
    );
    let shared = SIZE + size_of::<HeaderValue>() + 1;
    check_with(
        shared,
        &[],
        "new
         append a 1
         append a 2
         append a _ => trap
         set a 3 4
         set a 3 4 _ => trap
         entries => a=3, a=4",
    );
}

#[test]
fn fields_that_are_larger_than_they_may_become_only_shrink() {
    check_with(
        SIZE,
        &[("a", "1"), ("b", "2"), ("c", "3")],
        "clone
         append d 4 => trap
         set d
         set a 5 => trap
         delete a
         delete b
         set c 4
         entries => c=4",
    );
}
