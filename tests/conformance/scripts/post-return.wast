;; `post-return` is called with what the function returned, once the result is lifted.

(component definition $P
  (core module $M
    (memory (export "memory") 1)
    (global $calls (mut i32) (i32.const 0))
    (global $last (mut i64) (i64.const 0))
    (func (export "calls") (result i32) global.get $calls)
    (func (export "last") (result i64) global.get $last)
    (func (export "none"))
    (func (export "i32") (param i32) (result i32) local.get 0)
    (func (export "i64") (param i64) (result i64) local.get 0)
    (func (export "f64") (param f64) (result f64) local.get 0)
    (func (export "string") (result i32)
      (i32.store (i32.const 16) (i32.const 32))
      (i32.store (i32.const 20) (i32.const 2))
      (i32.store16 (i32.const 32) (i32.const 0x6968))
      i32.const 16)
    ;; What was lifted already is overwritten.
    (func (export "free-none") (global.set $calls (i32.add (global.get $calls) (i32.const 1))))
    (func (export "free-i32") (param i32)
      (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
      (global.set $last (i64.extend_i32_u (local.get 0)))
      (memory.fill (i32.const 16) (i32.const 0xff) (i32.const 32)))
    (func (export "free-i64") (param i64)
      (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
      (global.set $last (local.get 0)))
    (func (export "free-f64") (param f64)
      (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
      (global.set $last (i64.reinterpret_f64 (local.get 0))))
    (func (export "trap") unreachable))
  (core instance $m (instantiate $M))
  (func (export "calls") (result u32) (canon lift (core func $m "calls")))
  (func (export "last") (result u64) (canon lift (core func $m "last")))
  (func (export "none") (canon lift (core func $m "none") (post-return (core func $m "free-none"))))
  (func (export "u8") (param "x" u32) (result u8) (canon lift (core func $m "i32") (post-return (core func $m "free-i32"))))
  (func (export "u64") (param "x" u64) (result u64) (canon lift (core func $m "i64") (post-return (core func $m "free-i64"))))
  (func (export "f64") (param "x" f64) (result f64) (canon lift (core func $m "f64") (post-return (core func $m "free-f64"))))
  (func (export "string") (result string)
    (canon lift (core func $m "string") (memory $m "memory") (post-return (core func $m "free-i32"))))
  (func (export "char") (param "x" u32) (result char)
    (canon lift (core func $m "i32") (post-return (core func $m "free-i32"))))
  (func (export "trap") (canon lift (core func $m "none") (post-return (core func $m "trap")))))

(component instance $p $P)
(invoke "none")
(assert_return (invoke "calls") (u32.const 1))
;; The core result as it was returned, not the value that it was lifted to.
(assert_return (invoke "u8" (u32.const 0x12345)) (u8.const 0x45))
(assert_return (invoke "last") (u64.const 0x12345))
(assert_return (invoke "u64" (u64.const 0xffffffffffffffff)) (u64.const 0xffffffffffffffff))
(assert_return (invoke "last") (u64.const 0xffffffffffffffff))
(assert_return (invoke "f64" (f64.const -2)) (f64.const -2))
(assert_return (invoke "last") (u64.const 0xc000000000000000))
(assert_return (invoke "string") (str.const "hi"))
(assert_return (invoke "last") (u64.const 16))
(assert_return (invoke "string") (str.const "hi"))
(assert_return (invoke "calls") (u32.const 6))
(assert_trap (invoke "trap") "unreachable")
(assert_trap (invoke "calls") "cannot enter component instance")

;; A result that cannot be lifted fails the call.
(component instance $p $P)
(assert_trap (invoke "char" (u32.const 0xd800)) "`char`")

;; It takes exactly what the function returns.
(assert_invalid
  (component
    (core module $M
      (func (export "f") (result i32) i32.const 0)
      (func (export "p") (param i64)))
    (core instance $m (instantiate $M))
    (func (export "f") (result u32) (canon lift (core func $m "f") (post-return (core func $m "p")))))
  "canonical option `post-return`")
