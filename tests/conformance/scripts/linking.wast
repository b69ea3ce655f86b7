;; What one component exports, another one imports, by the name of the instance.

(component $Maths
  (core module $M
    (global $calls (mut i32) (i32.const 0))
    (func (export "add") (param i32 i32) (result i32)
      (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
      (i32.add (local.get 0) (local.get 1)))
    (func (export "calls") (result i32) global.get $calls))
  (core instance $m (instantiate $M))
  (func $add (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $m "add")))
  (instance $api (export "add" (func $add)))
  (export "add" (func $add))
  (export "nested" (instance $api))
  (func (export "calls") (result u32) (canon lift (core func $m "calls"))))

(register "maths" $Maths)

(component $User
  (import "maths" (instance $maths
    (export "add" (func (param "a" u32) (param "b" u32) (result u32)))
    (export "nested" (instance (export "add" (func (param "a" u32) (param "b" u32) (result u32)))))))
  (core func $add (canon lower (func $maths "add")))
  (core func $nested (canon lower (func $maths "nested" "add")))
  (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $add)))
  (func (export "nested") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $nested))))

(assert_return (invoke "add" (u32.const 1) (u32.const 2)) (u32.const 3))
(assert_return (invoke "nested" (u32.const 3) (u32.const 4)) (u32.const 7))
;; One instance, with its state, for all who import it.
(assert_return (invoke $Maths "calls") (u32.const 2))

;; What is not there, or of another type, or incomplete.
(assert_unlinkable
  (component (import "nobody" (func)))
  "component imports function `nobody`, but a matching implementation was not found in the linker")
(assert_unlinkable
  (component (import "maths" (instance (export "subtract" (func)))))
  "component imports instance `maths`, but a matching implementation was not found in the linker")
(assert_unlinkable
  (component (import "maths" (func)))
  "expected function found instance")
(assert_unlinkable
  (component (import "no-such" (instance (export "f" (func)))))
  "component imports instance `no-such`, but a matching implementation was not found in the linker")
;; An instance of nothing needs nobody to supply it.
(component (import "empty" (instance)))
