//! More connections than there are places.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::server::{LONG, Raw, Server};

const PROBE: &str = "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n";
const PEER: &str = "GET /peer HTTP/1.1\r\nhost: a\r\n\r\n";

const CLIENT: [u8; 4] = [127, 0, 0, 2];
const OTHER: [u8; 4] = [127, 0, 0, 3];

/// The beginning of the answer to `request`.
async fn ask(connection: &mut Raw, request: &str) -> String {
    connection.send(request).await;
    connection.receive().await.chars().take(12).collect()
}

#[tokio::test]
async fn a_client_has_so_many_connections_and_others_have_theirs() {
    let server = Server::start(|settings| settings.connections_per_client = 2).await;
    let mut first = server.raw_from(CLIENT).await;
    assert_eq!(ask(&mut first, PEER).await, "HTTP/1.1 200");
    let second = server.raw_from(CLIENT).await;
    let mut probe = server.raw_from(CLIENT).await;
    probe.send(PROBE).await;
    let answer = probe.rest().await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let mut third = server.raw_from(CLIENT).await;
    third.send(PEER).await;
    let answer = third.rest().await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("\r\nretry-after: 1\r\n"), "{answer}");
    assert!(
        answer.ends_with("`/healthz` and `/readyz` are answered\n"),
        "{answer}"
    );

    let mut other = server.raw_from(OTHER).await;
    assert_eq!(ask(&mut other, PEER).await, "HTTP/1.1 200");
    assert_eq!(ask(&mut first, PEER).await, "HTTP/1.1 200");
    drop(second);
    assert_eq!(server.drain().await.lost, 0);
}

#[tokio::test]
async fn a_client_has_a_part_of_the_reserve() {
    let server = Server::start(|settings| {
        settings.connections_per_client = 1;
        settings.reserve = Duration::from_secs(3600);
    })
    .await;
    let mut own = server.raw_from(CLIENT).await;
    assert_eq!(ask(&mut own, PEER).await, "HTTP/1.1 200");
    let silent = [server.raw_from(CLIENT).await, server.raw_from(CLIENT).await];
    let mut refused = server.raw_from(CLIENT).await;
    assert_eq!(refused.rest().await, "", "it is closed at once");
    let mut other = server.raw_from(OTHER).await;
    assert_eq!(ask(&mut other, PEER).await, "HTTP/1.1 200");
    drop(silent);
}

#[tokio::test]
async fn who_is_silent_does_not_stay_in_the_reserve() {
    let server = Server::start(|settings| {
        settings.connections_per_client = 1;
        settings.reserve = Duration::from_millis(200);
    })
    .await;
    let mut own = server.raw_from(CLIENT).await;
    assert_eq!(ask(&mut own, PEER).await, "HTTP/1.1 200");
    let mut silent = server.raw_from(CLIENT).await;
    assert_eq!(silent.rest().await, "");
    assert_eq!(ask(&mut own, PEER).await, "HTTP/1.1 200");
}

#[tokio::test]
async fn places_of_who_leaves_are_free() {
    let server = Server::start(|settings| {
        settings.connections = 1;
        settings.connections_per_client = 1;
    })
    .await;
    for _ in 0..20 {
        let answered = async {
            loop {
                let mut connection = server.raw_from(CLIENT).await;
                connection
                    .send("GET /peer HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
                    .await;
                // The server closes a connection before it lets go of its place.
                if connection.rest().await.starts_with("HTTP/1.1 200 ") {
                    return;
                }
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(LONG, answered).await.expect("its place is free");
    }
}

#[tokio::test]
async fn a_trusted_proxy_has_as_many_as_it_likes() {
    let server = Server::start(|settings| {
        settings.connections_per_client = 1;
        settings.trusted_proxies = vec!["127.0.0.2/32".parse().expect("a network")];
    })
    .await;
    let mut all = Vec::new();
    for _ in 0..20 {
        let mut connection = server.raw_from(CLIENT).await;
        assert_eq!(ask(&mut connection, PEER).await, "HTTP/1.1 200");
        all.push(connection);
    }
}

#[tokio::test]
async fn who_is_idle_for_longest_makes_room() {
    let server = Server::start(|settings| {
        settings.connections = 2;
        settings.spare = Duration::ZERO;
    })
    .await;
    let mut oldest = server.raw_from(CLIENT).await;
    assert_eq!(ask(&mut oldest, PEER).await, "HTTP/1.1 200");
    let mut newer = server.raw_from(OTHER).await;
    assert_eq!(ask(&mut newer, PEER).await, "HTTP/1.1 200");
    let mut new = server.raw().await;
    assert_eq!(ask(&mut new, PEER).await, "HTTP/1.1 200");
    assert_eq!(oldest.rest().await, "");
    assert_eq!(ask(&mut newer, PEER).await, "HTTP/1.1 200");
}

#[tokio::test]
async fn who_was_asked_just_now_is_not_sent_away() {
    let server = Server::start(|settings| {
        settings.connections = 2;
        settings.spare = Duration::from_secs(3600);
    })
    .await;
    let mut open = [server.raw_from(CLIENT).await, server.raw_from(OTHER).await];
    for one in &mut open {
        assert_eq!(ask(one, PEER).await, "HTTP/1.1 200");
    }
    let mut probe = server.raw().await;
    assert_eq!(ask(&mut probe, PROBE).await, "HTTP/1.1 200");
    let mut refused = server.raw().await;
    assert_eq!(ask(&mut refused, PEER).await, "HTTP/1.1 503");
    for one in &mut open {
        assert_eq!(ask(one, PEER).await, "HTTP/1.1 200");
    }
}

#[tokio::test]
async fn who_is_answered_is_not_sent_away() {
    let server = Server::start(|settings| {
        settings.connections = 1;
        settings.spare = Duration::ZERO;
    })
    .await;
    let mut busy = server.raw().await;
    busy.send("GET /stream/a HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        .await;
    let stream = server.handler.stream("a").await;
    let mut probe = server.raw().await;
    assert_eq!(ask(&mut probe, PROBE).await, "HTTP/1.1 200");
    let mut refused = server.raw().await;
    assert_eq!(ask(&mut refused, PEER).await, "HTTP/1.1 503");
    stream.send("all of it".into()).await.expect("it is wanted");
    drop(stream);
    assert!(busy.rest().await.starts_with("HTTP/1.1 200 "));
}
