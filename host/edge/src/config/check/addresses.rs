//! What the server's addresses have in common, and what is answered at which.

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
    let same = admin.listen == server.listen && admin.listen.port() != 0;
    found.at("listen", |found| {
        found.expect(!same, "another address than the server's", admin.listen);
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
            "expected `tls`, here or of the server, since others could read the token on its way to `{}`",
            admin.listen
        ));
    }
}
