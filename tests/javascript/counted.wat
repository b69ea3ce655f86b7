;; Lists that take little of the guest's memory and would take much of the page's.
(component
  (core module $m
    (memory (export "memory") 400)
    (func (export "list") (param i32) (result i32)
      (i32.store (i32.const 0) (i32.const 1024))
      (i32.store (i32.const 4) (local.get 0))
      (memory.fill (i32.const 1024) (i32.const 1) (i32.const 26000000))
      i32.const 0))
  (core instance $i (instantiate $m))
  (alias core export $i "memory" (core memory $memory))
  (type $point' (record (field "x" u8) (field "y" u8)))
  (export $point "point" (type $point'))
  (type $access' (flags "read" "write"))
  (export $access "access" (type $access'))
  (func (export "options") (param "count" u32) (result (list (option u8))) (canon lift (core func $i "list") (memory $memory)))
  (func (export "points") (param "count" u32) (result (list $point)) (canon lift (core func $i "list") (memory $memory)))
  (func (export "flags") (param "count" u32) (result (list $access)) (canon lift (core func $i "list") (memory $memory)))
  (func (export "bytes") (param "count" u32) (result (list u8)) (canon lift (core func $i "list") (memory $memory))))
