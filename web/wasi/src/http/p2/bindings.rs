//! What Wasmtime's `bindgen!` makes of the world `wasi:http/proxy`.

#[expect(
    missing_docs,
    reason = "generated from WIT that carries no documentation"
)]
mod generated {
    amphi_web::component::bindgen!({
        path: [
            "wit/io",
            "wit/clocks",
            "wit/random",
            "wit/filesystem",
            "wit/sockets",
            "wit/cli",
            "wit/http",
        ],
        world: "wasi:http/proxy",
        imports: { default: trappable },
        exports: { default: async },
        trappable_error_type: {
            "wasi:http/types.error-code" => crate::http::p2::HttpError,
            "wasi:http/types.header-error" => crate::http::p2::HeaderError,
        },
        with: {
            "wasi:io": crate::p2::bindings::io,
            "wasi:cli": crate::p2::bindings::cli,
            "wasi:clocks": crate::p2::bindings::clocks,
            "wasi:random": crate::p2::bindings::random,
            "wasi:http/types.fields": crate::http::FieldMap,
            "wasi:http/types.future-incoming-response": crate::http::types::HostFutureIncomingResponse,
            "wasi:http/types.future-trailers": crate::http::body::HostFutureTrailers,
            "wasi:http/types.incoming-body": crate::http::body::HostIncomingBody,
            "wasi:http/types.incoming-request": crate::http::types::HostIncomingRequest,
            "wasi:http/types.incoming-response": crate::http::types::HostIncomingResponse,
            "wasi:http/types.outgoing-body": crate::http::body::HostOutgoingBody,
            "wasi:http/types.outgoing-request": crate::http::types::HostOutgoingRequest,
            "wasi:http/types.outgoing-response": crate::http::types::HostOutgoingResponse,
            "wasi:http/types.request-options": crate::http::RequestOptions,
            "wasi:http/types.response-outparam": crate::http::types::HostResponseOutparam,
        },
        require_store_data_send: true,
        wasmtime_crate: amphi_web,
    });
}

pub use generated::wasi::http;
pub use generated::{Proxy, ProxyIndices, ProxyPre, exports};
