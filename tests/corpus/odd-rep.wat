(component
 (core module $m
   (import "r" "new" (func $new (param i32) (result i32)))
   (import "r" "rep" (func $rep (param i32) (result i32)))
   (memory (export "memory") 1)
   (global $h (mut i32) (i32.const 0))
   (func (export "f") (result i32) (global.set $h (call $new (i32.const 5))) (i32.const 64))
   (func (export "post") (param i32) (drop (call $rep (global.get $h)))))
 (type $r (resource (rep i32)))
 (core func $new (canon resource.new $r))
 (core func $rep (canon resource.rep $r))
 (core instance $i (instantiate $m (with "r" (instance (export "new" (func $new)) (export "rep" (func $rep))))))
 (alias core export $i "memory" (core memory $mem))
 (func (export "run") (result string) (canon lift (core func $i "f") (memory $mem) (post-return (core func $i "post")))))