;; Imports without a version: one of the page's, and one that is a proposal of WASI's.
(component
  (import "demo:log/log" (instance $log (export "f" (func (result u32)))))
  (import "wasi:logging/logging" (instance $logging (export "f" (func (result u32)))))
  (core func $log' (canon lower (func $log "f")))
  (core func $logging' (canon lower (func $logging "f")))
  (core module $m
    (import "" "log" (func $log (result i32)))
    (import "" "logging" (func $logging (result i32)))
    (func (export "both") (result i32) (i32.add (i32.mul (call $log) (i32.const 10)) (call $logging))))
  (core instance $i (instantiate $m (with "" (instance (export "log" (func $log')) (export "logging" (func $logging'))))))
  (func (export "both") (result u32) (canon lift (core func $i "both")))
)
