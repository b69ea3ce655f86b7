;; Components in components: instances of the same one, aliases outwards and inwards, exports renamed, and types passed on.

(component
  (core module $Counter
    (global $n (mut i32) (i32.const 0))
    (func (export "next") (result i32)
      (global.set $n (i32.add (global.get $n) (i32.const 1)))
      global.get $n))
  (component $C
    ;; A core module of the component around this one.
    (core instance $counter (instantiate $Counter))
    (func $next (result u32) (canon lift (core func $counter "next")))
    (instance $inner (export "next" (func $next)))
    (export "api" (instance $inner)))
  (instance $one (instantiate $C))
  (instance $two (instantiate $C))
  (alias export $one "api" (instance $api1))
  (export "one" (func $api1 "next"))
  (export "two" (func $two "api" "next"))
  (export "again" (func $api1 "next")))

;; Each instance has a state, however many ways lead to it.
(assert_return (invoke "one") (u32.const 1))
(assert_return (invoke "one") (u32.const 2))
(assert_return (invoke "two") (u32.const 1))
(assert_return (invoke "again") (u32.const 3))

;; A component as an argument, instantiated twice by who gets it.
(component
  (component $Constant
    (core module $M (func (export "f") (result i32) i32.const 21))
    (core instance $m (instantiate $M))
    (func (export "f") (result u32) (canon lift (core func $m "f"))))
  (component $Sum
    (import "constant" (component $C (export "f" (func (result u32)))))
    (instance $a (instantiate $C))
    (instance $b (instantiate $C))
    (core func $a (canon lower (func $a "f")))
    (core func $b (canon lower (func $b "f")))
    (core module $M
      (import "" "a" (func $a (result i32)))
      (import "" "b" (func $b (result i32)))
      (func (export "sum") (result i32) (i32.add (call $a) (call $b))))
    (core instance $m (instantiate $M (with "" (instance (export "a" (func $a)) (export "b" (func $b))))))
    (func (export "sum") (result u32) (canon lift (core func $m "sum"))))
  (instance $sum (instantiate $Sum (with "constant" (component $Constant))))
  (export "sum" (func $sum "sum")))
;; A component cannot call into what it made itself, nor the other way round: that would enter the outer one again.
(assert_trap (invoke "sum") "cannot enter component instance")

;; A core module imported by a component inside.
(component
  (core module $M (func (export "f") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2))))
  (component $C
    (import "m" (core module $M (export "f" (func (param i32) (result i32)))))
    (core instance $m (instantiate $M))
    (func (export "double") (param "x" u32) (result u32) (canon lift (core func $m "f"))))
  (instance $c (instantiate $C (with "m" (core module $M))))
  (export "double" (func $c "double")))
(assert_return (invoke "double" (u32.const 4)) (u32.const 8))

;; A function of the host, passed on through two components as it is.
(component
  (import "host" (instance $host (export "echo-s64" (func (param "x" s64) (result s64)))))
  (component $Through
    (import "f" (func $f (param "x" s64) (result s64)))
    (export "f" (func $f)))
  (alias export $host "echo-s64" (func $f))
  (instance $a (instantiate $Through (with "f" (func $f))))
  (instance $b (instantiate $Through (with "f" (func $a "f"))))
  (core func $echo (canon lower (func $b "f")))
  (func (export "echo") (param "x" s64) (result s64) (canon lift (core func $echo))))
(assert_return (invoke "echo" (s64.const -3)) (s64.const -3))

;; Core modules of one component share a memory, a table and a mutable global.
(component
  (core module $A
    (memory (export "memory") 1)
    (table (export "table") 1 funcref)
    (global (export "global") (mut i32) (i32.const 5))
    (func $seven (result i32) i32.const 7)
    (elem (i32.const 0) $seven))
  (core module $B
    (import "a" "memory" (memory 1))
    (import "a" "table" (table 1 funcref))
    (import "a" "global" (global $g (mut i32)))
    (type $f (func (result i32)))
    (func (export "f") (param i32) (result i32)
      (global.set $g (i32.add (global.get $g) (local.get 0)))
      (i32.store (i32.const 0) (global.get $g))
      (i32.add (i32.load (i32.const 0)) (call_indirect (type $f) (i32.const 0)))))
  (core instance $a (instantiate $A))
  (core instance $b (instantiate $B (with "a" (instance $a))))
  (func (export "f") (param "x" u32) (result u32) (canon lift (core func $b "f"))))
(assert_return (invoke "f" (u32.const 1)) (u32.const 13))
(assert_return (invoke "f" (u32.const 1)) (u32.const 14))
