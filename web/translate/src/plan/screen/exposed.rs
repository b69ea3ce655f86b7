//! Components as imports and exports of the file's own component: neither host has them, and the
//! translator does not say which it met.

use wasmtime_environ::error::{Result, bail};
use wasmtime_environ::wasmparser::{ComponentExternalKind, Parser, Payload};

/// Refuses a valid component that exchanges components with its host.
pub fn check(bytes: &[u8]) -> Result<()> {
    let mut around = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => around += 1,
            Payload::End(_) => around = around.saturating_sub(1),
            Payload::ComponentImportSection(section) if around == 0 => {
                for import in section {
                    let import = import?;
                    if import.ty.kind() == ComponentExternalKind::Component {
                        bail!(
                            "root-level component imports are not supported: import `{}`",
                            import.name.name
                        );
                    }
                }
            }
            Payload::ComponentExportSection(section) if around == 0 => {
                for export in section {
                    let export = export?;
                    if export.kind == ComponentExternalKind::Component {
                        bail!(
                            "exporting a component from the root component is not supported: export `{}`",
                            export.name.name
                        );
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}
