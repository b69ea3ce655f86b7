;; Traps of core code, by their kinds, and that each ends the instance; those of a start function end the making of an instance.

(component definition $Traps
  (core module $M
    (memory 1)
    (table 2 funcref)
    (elem (i32.const 0) $other)
    (type $void (func))
    (func $other (param i32))
    (func $forever (export "stack") (call $forever))
    (func (export "unreachable") unreachable)
    (func (export "memory") (drop (i32.load (i32.const 65533))))
    (func (export "table") (call_indirect (type $void) (i32.const 2)))
    (func (export "null") (call_indirect (type $void) (i32.const 1)))
    (func (export "signature") (call_indirect (type $void) (i32.const 0)))
    (func (export "divide") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
    (func (export "convert") (param f32) (result i32) (i32.trunc_f32_s (local.get 0))))
  (core instance $m (instantiate $M))
  (func (export "unreachable") (canon lift (core func $m "unreachable")))
  (func (export "memory") (canon lift (core func $m "memory")))
  (func (export "table") (canon lift (core func $m "table")))
  (func (export "null") (canon lift (core func $m "null")))
  (func (export "signature") (canon lift (core func $m "signature")))
  (func (export "stack") (canon lift (core func $m "stack")))
  (func (export "divide") (param "a" s32) (param "b" s32) (result s32) (canon lift (core func $m "divide")))
  (func (export "convert") (param "x" f32) (result s32) (canon lift (core func $m "convert"))))

(component instance $t $Traps)
(assert_trap (invoke "unreachable") "wasm `unreachable` instruction executed")
(assert_trap (invoke "memory") "cannot enter component instance")
(component instance $t $Traps)
(assert_trap (invoke "memory") "out of bounds memory access")
(component instance $t $Traps)
(assert_trap (invoke "table") "undefined element: out of bounds table access")
(component instance $t $Traps)
(assert_trap (invoke "signature") "indirect call type mismatch")
(component instance $t $Traps)
(assert_return (invoke "divide" (s32.const -7) (s32.const 2)) (s32.const -3))
(assert_trap (invoke "divide" (s32.const 1) (s32.const 0)) "integer divide by zero")
(component instance $t $Traps)
(assert_trap (invoke "divide" (s32.const -2147483648) (s32.const -1)) "integer overflow")
(component instance $t $Traps)
(assert_trap (invoke "stack") "call stack exhausted")

(assert_trap
  (component
    (core module $M (func $f unreachable) (start $f))
    (core instance (instantiate $M)))
  "unreachable")
(assert_trap
  (component
    (core module $M (memory 1) (data (i32.const 65536) "x"))
    (core instance (instantiate $M)))
  "out of bounds memory access")
(assert_trap
  (component
    (core module $M (table 1 funcref) (func $f) (elem (i32.const 1) $f))
    (core instance (instantiate $M)))
  "out of bounds table access")
