//! The application natively: `outside <component> <a> <b>` prints `a * b + a`, which the component
//! works out.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let [component, a, b] =
        <[String; 3]>::try_from(std::env::args().skip(1).collect::<Vec<_>>())
            .map_err(|found| format!("expected `<component> <a> <b>`, found {found:?}"))?;
    let (a, b) = (a.parse()?, b.parse()?);
    let bytes = std::fs::read(component)?;
    let answer = amphi::wasi::runtime::in_tokio(outside::work_out(&bytes, a, b))?;
    println!("{answer}");
    Ok(())
}
