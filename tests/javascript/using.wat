;; Types that are used and no imports: a resource of one interface that the world and another interface use, and one of WASI's.
(component
  (import "demo:pens/types" (instance $types
    (export "pen" (type $pen (sub resource)))
    (export "[constructor]pen" (func (param "colour" u32) (result (own $pen))))
    (export "[method]pen.colour" (func (param "self" (borrow $pen)) (result u32)))))
  (alias export $types "pen" (type $pen))
  (import "pen" (type $used (eq $pen)))
  (import "demo:pens/box" (instance $box
    (export "pen" (type $boxed (eq $used)))
    (export "take" (func (result (own $boxed))))))
  (import "wasi:io/error@0.2.6" (instance $io (export "error" (type (sub resource)))))
  (alias export $io "error" (type $error))
  (import "error" (type (eq $error)))
  (core func $take (canon lower (func $box "take")))
  (core func $colour (canon lower (func $types "[method]pen.colour")))
  (core func $drop (canon resource.drop $pen))
  (core module $m
    (import "" "take" (func $take (result i32)))
    (import "" "colour" (func $colour (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "look") (result i32)
      (local $pen i32) (local $colour i32)
      (local.set $pen (call $take))
      (local.set $colour (call $colour (local.get $pen)))
      (call $drop (local.get $pen))
      (local.get $colour)))
  (core instance $i (instantiate $m (with "" (instance
    (export "take" (func $take)) (export "colour" (func $colour)) (export "drop" (func $drop))))))
  (func (export "look") (result u32) (canon lift (core func $i "look")))
)
