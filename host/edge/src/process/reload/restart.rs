//! What of a configuration a process takes when it starts, and not again.

use serde_json::Value;

use amphi_edge_config::Server;

/// The keys of the `server` section that `now` has otherwise than `before`, as paths in the
/// configuration: `server.timeouts.idle`.
pub fn differences(before: &Server, now: &Server) -> Vec<String> {
    let value = |server: &Server| serde_json::to_value(server).unwrap_or_default();
    let mut found = Vec::new();
    compare("server", &value(before), &value(now), &mut found);
    found
}

fn compare(path: &str, before: &Value, now: &Value, found: &mut Vec<String>) {
    match (before, now) {
        (Value::Object(before), Value::Object(now)) => {
            for (key, value) in before {
                let other = now.get(key).unwrap_or(&Value::Null);
                compare(&format!("{path}.{key}"), value, other, found);
            }
        }
        (before, now) if before == now => {}
        _ => found.push(path.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use amphi_edge_config::{Admin, LogLevel};

    use super::*;

    #[test]
    fn every_key_that_differs_is_named() {
        let before = Server::default();
        let check = |change: &dyn Fn(&mut Server), expected: &[&str]| {
            let mut now = before.clone();
            change(&mut now);
            assert_eq!(differences(&before, &now), expected);
        };
        check(&|_| {}, &[]);
        check(
            &|server| server.log.level = LogLevel::Debug,
            &["server.log.level"],
        );
        let admin = Admin {
            listen: ([127, 0, 0, 1], 1).into(),
            token_file: None,
            tls: None,
        };
        let two = |server: &mut Server| {
            server.admin = Some(admin.clone());
            server.timeouts.idle = Duration::from_secs(1);
        };
        check(&two, &["server.admin", "server.timeouts.idle"]);
        let mut with_admin = before.clone();
        with_admin.admin = Some(admin.clone());
        let mut moved = with_admin.clone();
        moved.admin = Some(Admin {
            listen: ([127, 0, 0, 1], 2).into(),
            ..admin.clone()
        });
        assert_eq!(differences(&with_admin, &moved), ["server.admin.listen"]);
    }

    /// Keys that a value has not are none that the other could differ in: all keys are always
    /// written.
    #[test]
    fn all_keys_are_compared() {
        let value = serde_json::to_value(Server::default()).expect("it is JSON");
        let keys = value.as_object().expect("an object").keys();
        let schema = amphi_edge_config::schema();
        let known = schema
            .pointer("/$defs/Server/properties")
            .expect("properties");
        let known = known.as_object().expect("an object").keys();
        assert!(keys.eq(known), "{value} {schema}");
    }
}
