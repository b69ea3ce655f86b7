(component
  (core module $a (func (export "polluted") (result i32) i32.const 42) (func (export "pwned") (result i32) i32.const 7))
  (core instance $ai (instantiate $a))
  (core module $m (import "__proto__" "polluted" (func (result i32))) (import "constructor" "pwned" (func (result i32))) (func (export "f") (result i32) (call 0)))
  (core instance $mi (instantiate $m (with "__proto__" (instance $ai)) (with "constructor" (instance $ai))))
  (func (export "run") (result u32) (canon lift (core func $mi "f"))))