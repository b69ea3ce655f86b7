//! The examples of `docs/json.md`: each is read and written as the page says.

use std::fs;
use std::path::Path;

use amphi::component::types::ComponentItem;
use amphi::component::{Component, Type};
use amphi::json::{Bounds, Form, Shape, Spelling};
use amphi::{Config, Engine, wave};
use amphi_support::wit;
use wit_parser::Resolve;

/// The page, and the types of its examples.
struct Page {
    text: String,
}

impl Page {
    fn read() -> Page {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/json.md");
        Page {
            text: fs::read_to_string(path).expect("the page is there"),
        }
    }

    /// The rows of the table under a heading: of each cell what is marked as code.
    fn rows(&self, heading: &str) -> Vec<Vec<Vec<String>>> {
        let start = self
            .text
            .find(&format!("\n## {heading}\n"))
            .expect("the page has the heading");
        let lines = self.text[start..]
            .lines()
            .skip_while(|line| !line.starts_with("|---"));
        let rows = lines.skip(1).take_while(|line| line.starts_with('|'));
        rows.map(|row| row.trim_matches('|').split(" |").map(code).collect())
            .collect()
    }

    /// The types of these names, in the order of the names.
    fn types(&self, names: &[String]) -> Vec<Type> {
        let block = self
            .text
            .split("```wit\n")
            .nth(1)
            .and_then(|rest| rest.split("```").next());
        let functions: String = (names.iter().enumerate())
            .map(|(index, name)| format!("row{index}: func(x: {name});\n"))
            .collect();
        let wit = format!(
            "package docs:json;\ninterface examples {{\n{}\n{functions}}}\nworld page {{ import examples; }}",
            block.expect("the page has types")
        );
        let component = component(&wit);
        let ty = component.component_type();
        let engine = component.engine();
        let import = ty
            .get_import(engine, "docs:json/examples")
            .expect("imported above");
        let ComponentItem::ComponentInstance(instance) = import.ty else {
            panic!("expected an interface, found {:?}", import.ty);
        };
        let types = instance
            .exports(engine)
            .filter_map(|(_, export)| match export.ty {
                ComponentItem::ComponentFunc(func) => func.params().next().map(|(_, ty)| ty),
                _ => None,
            });
        types.collect()
    }
}

/// What stands between backticks: one of them, or two where there are some inside.
fn code(cell: &str) -> Vec<String> {
    let mark = if cell.contains("``") { "``" } else { "`" };
    let parts = cell.split(mark).skip(1).step_by(2);
    parts.map(|part| part.trim().to_owned()).collect()
}

/// A component without code that imports what a world in WIT does.
fn component(wit: &str) -> Component {
    let mut resolve = Resolve::default();
    let package = resolve
        .push_str("page.wit", wit)
        .unwrap_or_else(|error| panic!("{error:?}\n{wit}"));
    let world = resolve
        .select_world(&[package], None)
        .expect("there is one world");
    let bytes = wit::component(&resolve, world);
    let mut config = Config::new();
    config.wasm_component_model_fixed_length_lists(true);
    let engine = Engine::new(&config).expect("an engine with fixed-length lists");
    Component::new(&engine, bytes).expect("the component is valid")
}

/// The first code of the cell at `index`.
fn cell(row: &[Vec<String>], index: usize) -> String {
    row[index].first().cloned().unwrap_or_default()
}

#[test]
fn every_value_is_written_and_read_as_the_page_says() {
    let page = Page::read();
    let rows = page.rows("Values");
    let names: Vec<String> = rows.iter().map(|row| cell(row, 0)).collect();
    let types = page.types(&names);
    assert_eq!(types.len(), rows.len(), "every row has a type");
    assert!(rows.len() > 25, "the page has its table");
    for (row, ty) in rows.iter().zip(&types) {
        let value =
            wave::from_text(ty, &cell(row, 1)).unwrap_or_else(|error| panic!("{row:?}: {error}"));
        let shape = Shape::new(ty, Spelling::Any).expect("JSON can carry the type");
        assert_eq!(
            shape.write(&value, 1_000).as_ref(),
            Ok(&cell(row, 2)),
            "{row:?}"
        );
        for text in row[2].iter().chain(&row[3]) {
            let read = shape.read(text.as_bytes(), &Bounds::default());
            // As text: what is no number is not equal to itself.
            let read = read.map(|value| wave::to_text(&value));
            assert_eq!(read, Ok(wave::to_text(&value)), "{row:?}: {text}");
        }
    }
}

#[test]
fn every_other_form_is_written_and_read_as_the_page_says() {
    let page = Page::read();
    let rows = page.rows("Other forms");
    let names: Vec<String> = rows.iter().map(|row| cell(row, 0)).collect();
    assert!(rows.len() > 6, "the page has its table");
    let [_, strings, tagged, _] = Form::ALL;
    for (row, ty) in rows.iter().zip(&page.types(&names)) {
        let value = wave::from_text(ty, &cell(row, 1)).expect("a value of the type");
        let shape = Shape::new(ty, Spelling::Any).expect("JSON can carry the type");
        for (form, index) in [(strings, 2), (tagged, 3)] {
            let text = cell(row, index);
            assert_eq!(
                shape.write_in(form, &value, 1_000).as_ref(),
                Ok(&text),
                "{row:?}"
            );
            let read = shape.read(text.as_bytes(), &Bounds::default());
            assert_eq!(read, Ok(value.clone()), "{row:?}");
        }
    }
}

#[test]
fn every_error_is_said_as_the_page_says() {
    let page = Page::read();
    let rows = page.rows("Errors");
    let names: Vec<String> = rows.iter().map(|row| cell(row, 0)).collect();
    assert!(rows.len() > 4, "the page has its table");
    for (row, ty) in rows.iter().zip(&page.types(&names)) {
        let shape = Shape::new(ty, Spelling::Any).expect("JSON can carry the type");
        let error = shape
            .read(cell(row, 1).as_bytes(), &Bounds::default())
            .expect_err("the text does not fit");
        assert_eq!(error.to_string(), cell(row, 2), "{row:?}");
    }
}
