(component
  (core module $m
    (global $n (mut i32) (i32.const 0))
    (func (export "spin") (loop (br 0)))
    (func (export "count") (result i32)
      (global.set $n (i32.add (global.get $n) (i32.const 1)))
      (global.get $n)))
  (core instance $i (instantiate $m))
  (func (export "spin") (canon lift (core func $i "spin")))
  (func (export "count") (result u32) (canon lift (core func $i "count"))))
