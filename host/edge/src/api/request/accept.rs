//! The form of JSON that a client wants: `accept: application/json; wit=tagged; int64=string`.

use amphi::json::Form;
use http::HeaderMap;
use http::header::ACCEPT;

use crate::problem::{Kind, Problem};
use amphi_edge_config as config;

/// The form of a function that is set so.
pub(crate) fn form_of(json: config::Json) -> Form {
    Form {
        int64_strings: json.int64 == config::Int64::String,
        tagged: json.wit == config::Wit::Tagged,
    }
}

/// The type of what is in a form.
pub(super) fn media_type(form: Form) -> &'static str {
    match (form.tagged, form.int64_strings) {
        (false, false) => "application/json",
        (false, true) => "application/json; int64=string",
        (true, false) => "application/json; wit=tagged",
        (true, true) => "application/json; wit=tagged; int64=string",
    }
}

/// What is accepted by who wants `form` of a function whose own is another.
pub(crate) fn asks_for(form: Form, own: Form) -> String {
    let mut kind = "application/json".to_owned();
    if form.tagged != own.tagged {
        kind += if form.tagged {
            "; wit=tagged"
        } else {
            "; wit=plain"
        };
    }
    if form.int64_strings != own.int64_strings {
        kind += if form.int64_strings {
            "; int64=string"
        } else {
            "; int64=number"
        };
    }
    kind
}

/// The form of the first kind of JSON that `headers` accept; what they leave open is as in `form`.
/// Who accepts no JSON gets it all the same.
pub(super) fn accepted(headers: &HeaderMap, mut form: Form) -> Result<Form, Problem> {
    let values = headers.get_all(ACCEPT).iter();
    let mut kinds = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|kind| kind.split(';').map(str::trim));
    let json = kinds.find_map(|mut kind| is_json(kind.next()?).then_some(kind));
    for parameter in json.into_iter().flatten() {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = value.trim_matches('"');
        let known = |[off, on]: [&'static str; 2]| match value {
            _ if value.eq_ignore_ascii_case(off) => Ok(false),
            _ if value.eq_ignore_ascii_case(on) => Ok(true),
            _ => Err(unknown(name, [off, on], value)),
        };
        if name.eq_ignore_ascii_case("wit") {
            form.tagged = known(["plain", "tagged"])?;
        } else if name.eq_ignore_ascii_case("int64") {
            form.int64_strings = known(["number", "string"])?;
        }
    }
    Ok(form)
}

fn is_json(kind: &str) -> bool {
    ["application/json", "application/*", "*/*"]
        .iter()
        .any(|json| kind.eq_ignore_ascii_case(json))
}

fn unknown(name: &str, [one, other]: [&str; 2], found: &str) -> Problem {
    Problem::new(
        Kind::NotAcceptable,
        format!("expected `{name}={one}` or `{name}={other}` in `accept`, found `{found}`"),
    )
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    fn check(accept: &[&'static str], form: Form, expected: Result<&str, StatusCode>) {
        let mut headers = HeaderMap::new();
        for value in accept {
            headers.append(ACCEPT, value.parse().expect("a value"));
        }
        let found = accepted(&headers, form).map(media_type);
        let found = found.map_err(|problem| problem.status());
        assert_eq!(found, expected, "{accept:?}");
    }

    #[test]
    fn every_form_can_be_asked_for() {
        for (own, form) in Form::ALL
            .iter()
            .flat_map(|own| Form::ALL.map(|form| (*own, form)))
        {
            let asked = asks_for(form, own).parse().expect("a value");
            let headers = HeaderMap::from_iter([(ACCEPT, asked)]);
            assert_eq!(accepted(&headers, own).ok(), Some(form));
        }
    }

    #[test]
    fn what_is_accepted_is_chosen() {
        let [usual, .., both] = Form::ALL;
        check(&[], usual, Ok("application/json"));
        check(&[], both, Ok("application/json; wit=tagged; int64=string"));
        check(
            &["*/*"],
            both,
            Ok("application/json; wit=tagged; int64=string"),
        );
        check(
            &["application/json;wit=tagged"],
            usual,
            Ok("application/json; wit=tagged"),
        );
        check(
            &["text/html;q=0.9, Application/JSON ; q=0.8 ; INT64=\"string\""],
            usual,
            Ok("application/json; int64=string"),
        );
        check(
            &["text/html", "*/*;int64=number;wit=plain"],
            both,
            Ok("application/json"),
        );
        check(&["text/html;wit=nothing"], usual, Ok("application/json"));
        check(
            &["application/json;wit=jco"],
            usual,
            Err(StatusCode::NOT_ACCEPTABLE),
        );
        check(
            &["application/json;int64"],
            usual,
            Err(StatusCode::NOT_ACCEPTABLE),
        );
    }
}
