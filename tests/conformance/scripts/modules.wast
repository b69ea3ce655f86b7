;; Core modules as imports and exports of a component, and where their exports go.

(component $library
  (core module $Counter
    (global $n (mut i32) (i32.const 0))
    (func (export "next") (result i32)
      (global.set $n (i32.add (global.get $n) (i32.const 1)))
      global.get $n))
  (core module $Everything
    (import "in" "f" (func $f (param i32) (result i32)))
    (import "in" "g" (global $g i32))
    (import "in" "m" (memory 1))
    (import "in" "t" (table 1 funcref))
    (export "f" (func $f))
    (export "g" (global $g))
    (export "m" (memory 0))
    (export "t" (table 0))
    (func (export "sum") (param i32) (result i32)
      (i32.add (call $f (local.get 0)) (i32.add (global.get $g) (i32.add (i32.load8_u (i32.const 0)) (table.size 0))))))
  (export "counter" (core module $Counter))
  (component $Nested (core module $M (func (export "f") (result i32) i32.const 5)) (export "m" (core module $M)))
  (instance $nested (instantiate $Nested))
  (export "nested" (instance $nested))
  (export "everything" (core module $Everything)))

(component
  (import "library" (instance $library
    (export "counter" (core module (export "next" (func (result i32)))))))
  (alias export $library "counter" (core module $M))
  ;; Each instance of a module has its own state.
  (core instance $a (instantiate $M))
  (core instance $b (instantiate $M))
  (func (export "a") (result u32) (canon lift (core func $a "next")))
  (func (export "b") (result u32) (canon lift (core func $b "next"))))
(assert_return (invoke "a") (u32.const 1))
(assert_return (invoke "a") (u32.const 2))
(assert_return (invoke "b") (u32.const 1))

;; Imports and exports of every kind.
(component
  (import "library" (instance $library
    (export "everything" (core module
      (import "in" "f" (func (param i32) (result i32)))
      (import "in" "g" (global i32))
      (import "in" "m" (memory 1))
      (import "in" "t" (table 1 funcref))
      (export "f" (func (param i32) (result i32)))
      (export "g" (global i32))
      (export "m" (memory 1))
      (export "t" (table 1 funcref))
      (export "sum" (func (param i32) (result i32)))))
    (export "nested" (instance (export "m" (core module (export "f" (func (result i32)))))))))
  (alias export $library "everything" (core module $Everything))
  (core module $In
    (func (export "f") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 10)))
    (global (export "g") i32 (i32.const 100))
    (memory (export "m") 1)
    (data (i32.const 0) "\07")
    (table (export "t") 3 funcref))
  (core instance $in (instantiate $In))
  (core instance $first (instantiate $Everything (with "in" (instance $in))))
  ;; What one has passed on, another one takes.
  (core instance $second (instantiate $Everything (with "in" (instance
    (export "f" (func $first "f")) (export "g" (global $first "g")) (export "m" (memory $first "m")) (export "t" (table $first "t"))))))
  (func (export "sum") (param "x" u32) (result u32) (canon lift (core func $second "sum")))
  (alias export $library "nested" (instance $nested))
  (alias export $nested "m" (core module $Nested))
  (core instance $nested (instantiate $Nested))
  (func (export "nested") (result u32) (canon lift (core func $nested "f"))))
(assert_return (invoke "sum" (u32.const 1)) (u32.const 120))
(assert_return (invoke "nested") (u32.const 5))

;; A module with less than is asked for, or that needs more.
(assert_unlinkable
  (component
    (import "library" (instance (export "counter" (core module (export "previous" (func (result i32))))))))
  "component imports instance `library`, but a matching implementation was not found in the linker")
(assert_unlinkable
  (component
    (import "library" (instance (export "everything" (core module (export "f" (func (param i32) (result i32))))))))
  "component imports instance `library`, but a matching implementation was not found in the linker")
(assert_unlinkable
  (component
    (import "library" (instance (export "counter" (core module (export "next" (func (result i64))))))))
  "component imports instance `library`, but a matching implementation was not found in the linker")
