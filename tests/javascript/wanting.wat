;; Imports by name: a function of the world, and two versions of one interface.
(component
  (import "plain-name" (func $plain (param "x" s64) (result s64)))
  (import "a:b/c@1.0.0" (instance $one (export "f" (func (result u32)))))
  (import "a:b/c@2.0.0" (instance $two (export "f" (func (result u32)))))
  (core func $plain' (canon lower (func $plain)))
  (core func $one' (canon lower (func $one "f")))
  (core func $two' (canon lower (func $two "f")))
  (core module $m
    (import "" "plain" (func $plain (param i64) (result i64)))
    (import "" "one" (func $one (result i32)))
    (import "" "two" (func $two (result i32)))
    (func (export "plain") (param i64) (result i64) (call $plain (local.get 0)))
    (func (export "both") (result i32) (i32.add (i32.mul (call $one) (i32.const 10)) (call $two))))
  (core instance $i (instantiate $m (with "" (instance
    (export "plain" (func $plain')) (export "one" (func $one')) (export "two" (func $two'))))))
  (func (export "call-plain") (param "x" s64) (result s64) (canon lift (core func $i "plain")))
  (func (export "both") (result u32) (canon lift (core func $i "both")))
)
