//! What the server's addresses have in common, and what is answered at which.

use std::net::SocketAddr;

use super::super::{Admin, PagePlace, Pages, Server, Tls};
use super::{Finder, file};

pub fn check(found: &mut Finder, server: &Server) {
    tls(found, server.tls.as_ref());
    found.at("pages", |found| pages(found, server));
    if let Some(api) = &server.admin {
        found.at("admin", |found| admin(found, server, api));
    }
}

fn tls(found: &mut Finder, files: Option<&Tls>) {
    if let Some(Tls { certificate, key }) = files {
        found.at("tls", |found| {
            found.at("certificate", |found| file(found, certificate));
            found.at("key", |found| file(found, key));
        });
    }
}

fn pages(found: &mut Finder, server: &Server) {
    let Pages {
        docs,
        openapi,
        metrics,
    } = server.pages;
    let pages = [
        ("docs", Some(docs)),
        ("openapi", Some(openapi)),
        ("metrics", metrics),
    ];
    for (key, place) in pages {
        if place == Some(PagePlace::Admin) && server.admin.is_none() {
            found.at(key, |found| found.refuse("there is no `admin` address"));
        }
    }
    if docs != PagePlace::Nowhere && docs != openapi {
        found.at("docs", |found| {
            found.refuse(
                "it reads `/openapi.json` at its own address: expected both at one, or `nowhere`",
            )
        });
    }
}

fn admin(found: &mut Finder, server: &Server, admin: &Admin) {
    let clash = clash(admin.listen, server.listen);
    found.at("listen", |found| {
        found.expect(!clash, "an address other than the server's", admin.listen);
    });
    tls(found, admin.tls.as_ref());
    let others = !admin.listen.ip().is_loopback();
    match &admin.token_file {
        Some(token) => found.at("token-file", |found| file(found, token)),
        None if others => found.refuse(format_args!(
            "expected a `token-file`, since `{}` can be reached from other machines",
            admin.listen
        )),
        None => {}
    }
    if others && server.admin_tls().is_none() {
        found.refuse(format_args!(
            "expected `tls`, here or in `server`, since the token would be sent unencrypted to `{}`",
            admin.listen
        ));
    }
}

/// Whether only one of two addresses can be listened at: one port of one machine's address, or of
/// all of them.
fn clash(one: SocketAddr, other: SocketAddr) -> bool {
    let all = one.ip().is_unspecified() || other.ip().is_unspecified();
    let port = one.port();
    port != 0 && port == other.port() && (all || one.ip() == other.ip())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_port_of_all_addresses_is_one_of_each() {
        let clash = |one: &str, other: &str| {
            let address = |text: &str| text.parse().expect("an address");
            let (one, other) = (address(one), address(other));
            assert_eq!(super::clash(one, other), super::clash(other, one));
            super::clash(one, other)
        };
        assert!(clash("127.0.0.1:80", "127.0.0.1:80"));
        assert!(clash("0.0.0.0:80", "127.0.0.1:80"));
        assert!(clash("[::]:80", "127.0.0.1:80"), "both families at once");
        assert!(!clash("127.0.0.2:80", "127.0.0.1:80"));
        assert!(!clash("0.0.0.0:81", "127.0.0.1:80"));
        assert!(!clash("127.0.0.1:0", "127.0.0.1:0"), "a free one for each");
    }
}
