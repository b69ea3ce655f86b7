;; Handle tables: indices begin at 1 and are used again, and every use of an index is checked.

(component definition $Handles
  (type $a (resource (rep i32)))
  (type $b (resource (rep i32)))
  (core func $new-a (canon resource.new $a))
  (core func $new-b (canon resource.new $b))
  (core func $rep-a (canon resource.rep $a))
  (core func $rep-b (canon resource.rep $b))
  (core func $drop-a (canon resource.drop $a))
  (core func $drop-b (canon resource.drop $b))
  (func (export "new-a") (param "rep" u32) (result u32) (canon lift (core func $new-a)))
  (func (export "new-b") (param "rep" u32) (result u32) (canon lift (core func $new-b)))
  (func (export "rep-a") (param "index" u32) (result u32) (canon lift (core func $rep-a)))
  (func (export "rep-b") (param "index" u32) (result u32) (canon lift (core func $rep-b)))
  (func (export "drop-a") (param "index" u32) (canon lift (core func $drop-a)))
  (func (export "drop-b") (param "index" u32) (canon lift (core func $drop-b))))

(component instance $h $Handles)
(assert_return (invoke "new-a" (u32.const 100)) (u32.const 1))
(assert_return (invoke "new-a" (u32.const 200)) (u32.const 2))
;; One table for all types.
(assert_return (invoke "new-b" (u32.const 300)) (u32.const 3))
(assert_return (invoke "rep-a" (u32.const 1)) (u32.const 100))
(assert_return (invoke "rep-a" (u32.const 2)) (u32.const 200))
(assert_return (invoke "rep-b" (u32.const 3)) (u32.const 300))
;; The index that was freed last is used first.
(invoke "drop-a" (u32.const 1))
(invoke "drop-b" (u32.const 3))
(assert_return (invoke "new-b" (u32.const 400)) (u32.const 3))
(assert_return (invoke "new-a" (u32.const 0xffffffff)) (u32.const 1))
(assert_return (invoke "new-a" (u32.const 0)) (u32.const 4))
(assert_return (invoke "rep-b" (u32.const 3)) (u32.const 400))
(assert_return (invoke "rep-a" (u32.const 1)) (u32.const 0xffffffff))
(assert_return (invoke "rep-a" (u32.const 4)) (u32.const 0))

;; No such index: 0, one that never was, one that was dropped.
(assert_trap (invoke "rep-a" (u32.const 0)) "unknown handle index 0")
(component instance $h $Handles)
(assert_trap (invoke "rep-a" (u32.const 1)) "unknown handle index 1")
(component instance $h $Handles)
(assert_trap (invoke "drop-a" (u32.const 1)) "unknown handle index 1")
(component instance $h $Handles)
(assert_trap (invoke "rep-a" (u32.const 0xffffffff)) "unknown handle index 4294967295")
(component instance $h $Handles)
(assert_return (invoke "new-a" (u32.const 1)) (u32.const 1))
(invoke "drop-a" (u32.const 1))
(assert_trap (invoke "drop-a" (u32.const 1)) "unknown handle index 1")

;; The wrong type, even with the same representation.
(component instance $h $Handles)
(assert_return (invoke "new-a" (u32.const 7)) (u32.const 1))
(assert_trap (invoke "rep-b" (u32.const 1)) "handle index 1 used with the wrong type")
(component instance $h $Handles)
(assert_return (invoke "new-b" (u32.const 7)) (u32.const 1))
(assert_trap (invoke "drop-a" (u32.const 1)) "handle index 1 used with the wrong type")

;; Two instances have a table each.
(component instance $one $Handles)
(component instance $two $Handles)
(assert_return (invoke $one "new-a" (u32.const 10)) (u32.const 1))
(assert_return (invoke $two "new-a" (u32.const 20)) (u32.const 1))
(assert_return (invoke $one "rep-a" (u32.const 1)) (u32.const 10))
(assert_return (invoke $two "rep-a" (u32.const 1)) (u32.const 20))

;; A representation is an i32, and only who defines a type makes handles of it.
(assert_invalid
  (component (type $a (resource (rep f64))))
  "resources can only be represented by `i32`")
(assert_invalid
  (component
    (import "a" (type $a (sub resource)))
    (core func (canon resource.new $a)))
  "not a local resource")
(assert_invalid
  (component
    (import "a" (type $a (sub resource)))
    (core func (canon resource.rep $a)))
  "not a local resource")
