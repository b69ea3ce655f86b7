(component
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock (export "resolution" (func (result u64)))))
  (core func $resolution (canon lower (func $clock "resolution")))
  (core module $m
    (import "clock" "resolution" (func $resolution (result i64)))
    (func (export "resolution") (result i64) call $resolution))
  (core instance $i (instantiate $m (with "clock" (instance (export "resolution" (func $resolution))))))
  (func (export "resolution") (result u64) (canon lift (core func $i "resolution"))))
