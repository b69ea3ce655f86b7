;; A resource type of one instance, used by another one that imports it, and traps that end both.

(component $Library
  (core module $M
    (global $made (mut i32) (i32.const 0))
    (func (export "make") (result i32)
      (global.set $made (i32.add (global.get $made) (i32.const 1)))
      (i32.mul (global.get $made) (i32.const 100)))
    (func (export "same") (param i32) (result i32) local.get 0)
    (func (export "trap") unreachable))
  (core instance $m (instantiate $M))
  (type $r' (resource (rep i32)))
  (export $r "r" (type $r'))
  (core func $new (canon resource.new $r'))
  (core func $rep (canon resource.rep $r'))
  (core module $Make
    (import "" "make" (func $make (result i32)))
    (import "" "new" (func $new (param i32) (result i32)))
    (func (export "make") (result i32) (call $new (call $make))))
  (core instance $make (instantiate $Make (with "" (instance (export "make" (func $m "make")) (export "new" (func $new))))))
  (func (export "make") (result (own $r)) (canon lift (core func $make "make")))
  (func (export "rep") (param "self" (borrow $r)) (result u32) (canon lift (core func $m "same")))
  (func (export "consume") (param "it" (own $r)) (result u32) (canon lift (core func $rep)))
  (func (export "trap") (canon lift (core func $m "trap")))
  (func (export "fine") (param "x" u32) (result u32) (canon lift (core func $m "same"))))
(register "library" $Library)

(component definition $User
  (import "library" (instance $library
    (export "r" (type $r (sub resource)))
    (export "make" (func (result (own $r))))
    (export "rep" (func (param "self" (borrow $r)) (result u32)))
    (export "consume" (func (param "it" (own $r)) (result u32)))
    (export "trap" (func))
    (export "fine" (func (param "x" u32) (result u32)))))
  (core func $make (canon lower (func $library "make")))
  (core func $rep (canon lower (func $library "rep")))
  (core func $consume (canon lower (func $library "consume")))
  (core func $trap (canon lower (func $library "trap")))
  (core func $fine (canon lower (func $library "fine")))
  (func (export "make") (result u32) (canon lift (core func $make)))
  (func (export "rep") (param "index" u32) (result u32) (canon lift (core func $rep)))
  (func (export "consume") (param "index" u32) (result u32) (canon lift (core func $consume)))
  (func (export "trap") (canon lift (core func $trap)))
  (func (export "fine") (param "x" u32) (result u32) (canon lift (core func $fine))))
(component instance $one $User)
(component instance $two $User)

(assert_return (invoke $one "make") (u32.const 1))
(assert_return (invoke $two "make") (u32.const 1))
(assert_return (invoke $one "make") (u32.const 2))
(assert_return (invoke $one "rep" (u32.const 1)) (u32.const 100))
(assert_return (invoke $two "rep" (u32.const 1)) (u32.const 200))
(assert_return (invoke $one "rep" (u32.const 2)) (u32.const 300))
(assert_return (invoke $one "fine" (u32.const 7)) (u32.const 7))
;; What was given away is gone.
(assert_return (invoke $one "consume" (u32.const 1)) (u32.const 100))
(assert_return (invoke $one "rep" (u32.const 2)) (u32.const 300))
(assert_trap (invoke $one "rep" (u32.const 1)) "unknown handle index 1")

;; Instances that call each other live and die together.
(assert_trap (invoke $two "fine" (u32.const 7)) "cannot enter component instance")
(assert_trap (invoke $Library "fine" (u32.const 7)) "cannot enter component instance")
