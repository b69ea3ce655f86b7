(component
 (core module $m
   (memory (export "memory") 64)
   (func (export "f") (result i32) (local $i i32)
     (loop $l
       (i32.store (i32.add (i32.const 2000000) (i32.mul (local.get $i) (i32.const 8))) (i32.const 0))
       (i32.store (i32.add (i32.const 2000004) (i32.mul (local.get $i) (i32.const 8))) (i32.const 1000000))
       (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 100000))))
     (i32.store (i32.const 1900000) (i32.const 2000000))
     (i32.store (i32.const 1900004) (i32.const 100000))
     (i32.const 1900000)))
 (core instance $i (instantiate $m))
 (alias core export $i "memory" (core memory $mem))
 (func (export "run") (result (list string)) (canon lift (core func $i "f") (memory $mem))))