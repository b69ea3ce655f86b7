;; Every construct of the first version of the component model, each in a small component.

(component
  (type $point (record (field "x" s32) (field "y" f64)))
  (type $shape (variant (case "dot") (case "line" (list $point)) (case "text" string)))
  (type $rights (flags "read" "write" "run"))
  (type $season (enum "spring" "summer" "autumn" "winter"))
  (type $all (tuple bool s8 u8 s16 u16 s32 u32 s64 u64 f32 f64 char string (option string) (result string (error $season))))
  (export $point' "point" (type $point))
  (export $rights' "rights" (type $rights))
  (import "host:things/all@1.2.3" (instance $host
    (alias outer 1 $season (type $s))
    (export "season" (type $s' (eq $s)))
    (export "next" (func (param "of" $s') (result $s')))
    (export "say" (func (param "what" string) (result (list string))))))
  (core module $memory
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 64)
    (func (export "post") (param i32)))
  (core instance $memory (instantiate $memory))
  (core func $next (canon lower (func $host "next")))
  (core func $say (canon lower (func $host "say") (memory (core memory $memory "memory")) (realloc (core func $memory "realloc")) string-encoding=utf16))
  (core module $main
    (import "host" "next" (func $next (param i32) (result i32)))
    (import "host" "say" (func $say (param i32 i32 i32)))
    (func (export "far") (param i32 f64) (result f64) (f64.add (local.get 1) (f64.convert_i32_s (local.get 0))))
    (func (export "many") (param i32 i32) (result i32) i32.const 16)
    (func (export "right") (param i32) (result i32) local.get 0))
  (core instance $main (instantiate $main (with "host" (instance (export "next" (func $next)) (export "say" (func $say))))))
  (func (export "far") (param "p" $point') (result f64) (canon lift (core func $main "far")))
  (func (export "many") (param "p" (list u8)) (result string)
    (canon lift (core func $main "many") (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))
      (post-return (core func $memory "post")) string-encoding=latin1+utf16))
  (func (export "right") (param "p" $rights') (result $rights') (canon lift (core func $main "right"))))

(component
  (type $r (resource (rep i32)))
  (core func $new (canon resource.new $r))
  (core func $rep (canon resource.rep $r))
  (core func $drop (canon resource.drop $r))
  (core module $m
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "rep" (func $rep (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
    (func (export "value") (param i32) (result i32) local.get 0))
  (core instance $i (instantiate $m (with "" (instance
    (export "new" (func $new)) (export "rep" (func $rep)) (export "drop" (func $drop))))))
  (export $r' "r" (type $r))
  (func (export "[constructor]r") (param "v" u32) (result (own $r')) (canon lift (core func $i "make")))
  (func (export "[method]r.value") (param "self" (borrow $r')) (result u32) (canon lift (core func $i "value"))))

(component
  (core module $d (func (export "drop") (param i32)))
  (core instance $d (instantiate $d))
  (type $r (resource (rep i32) (dtor (core func $d "drop"))))
  (import "other" (type $o (sub resource)))
  (import "use" (func $use (param "o" (borrow $o)) (result (own $o))))
  (core func $drop (canon resource.drop $o))
  (core func $use' (canon lower (func $use)))
  (export "r" (type $r)))

(component
  (import "module" (core module $m (import "a" "b" (func (param i32))) (export "f" (func (result i32))) (export "m" (memory 1)) (export "g" (global i32)) (export "t" (table 1 funcref))))
  (core module $a (func (export "b") (param i32)))
  (core instance $a (instantiate $a))
  (core instance $i (instantiate $m (with "a" (instance $a))))
  (alias core export $i "m" (core memory $mem))
  (func (export "f") (result u32) (canon lift (core func $i "f")))
  (export "again" (core module $m))
  (export "own" (core module $a)))

(component $outer
  (core module $m (func (export "f") (result i32) i32.const 42))
  (component $inner
    (alias outer $outer $m (core module $m))
    (core instance $i (instantiate $m))
    (func (export "f") (result u32) (canon lift (core func $i "f"))))
  (component $twice
    (import "c" (component $c (export "f" (func (result u32)))))
    (instance $a (instantiate $c))
    (instance $b (instantiate $c))
    (export "a" (instance $a))
    (export "b" (instance $b)))
  (instance $t (instantiate $twice (with "c" (component $inner))))
  (instance $bag (export "f" (func $t "a" "f")))
  (alias export $t "a" (instance $ta))
  (export "t" (instance $t))
  (export "bag" (instance $bag)))

(component
  (import "in" (instance $in (export "deep" (instance (export "f" (func (param "x" string) (result string)))))))
  (component $callee
    (core module $m
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 16)
      (func (export "f") (param i32 i32) (result i32) i32.const 8))
    (core instance $i (instantiate $m))
    (func (export "f") (param "s" string) (param "l" (list (tuple u8 string (option f32)))) (result (result string (error u16)))
      (canon lift (core func $i "f") (memory (core memory $i "memory")) (realloc (core func $i "realloc")) string-encoding=utf16))))

(component
  (component $callee
    (core module $m
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 16)
      (func (export "post") (param i32))
      (func (export "f") (param i32 i32 i32 i32) (result i32) i32.const 8))
    (core instance $i (instantiate $m))
    (func (export "f") (param "s" string) (param "l" (list (tuple u8 string (option f32)))) (result (result string (error u16)))
      (canon lift (core func $i "f") (memory (core memory $i "memory")) (realloc (core func $i "realloc")) (post-return (core func $i "post")) string-encoding=utf16)))
  (component $caller
    (import "f" (func $f (param "s" string) (param "l" (list (tuple u8 string (option f32)))) (result (result string (error u16)))))
    (core module $libc
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 16))
    (core instance $libc (instantiate $libc))
    (core func $f' (canon lower (func $f) (memory (core memory $libc "memory")) (realloc (core func $libc "realloc")) string-encoding=latin1+utf16))
    (core module $m
      (import "" "f" (func $f (param i32 i32 i32 i32 i32)))
      (func (export "run") (call $f (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64))))
    (core instance $m (instantiate $m (with "" (instance (export "f" (func $f'))))))
    (func (export "run") (canon lift (core func $m "run"))))
  (instance $callee (instantiate $callee))
  (instance $caller (instantiate $caller (with "f" (func $callee "f"))))
  (export "run" (func $caller "run")))

(component
  (component $maker
    (type $r (resource (rep i32)))
    (export $r' "r" (type $r))
    (core func $new (canon resource.new $r))
    (core module $m (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 7)))
      (func (export "look") (param i32) (result i32) local.get 0))
    (core instance $i (instantiate $m (with "" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $r')) (canon lift (core func $i "make")))
    (func (export "look") (param "r" (borrow $r')) (result u32) (canon lift (core func $i "look"))))
  (instance $maker (instantiate $maker))
  (component $user
    (import "maker" (instance $maker
      (export "r" (type $r (sub resource)))
      (export "make" (func (result (own $r))))
      (export "look" (func (param "r" (borrow $r)) (result u32)))))
    (alias export $maker "r" (type $r))
    (core func $make (canon lower (func $maker "make")))
    (core func $look (canon lower (func $maker "look")))
    (core func $drop (canon resource.drop $r))
    (core module $m
      (import "" "make" (func $make (result i32)))
      (import "" "look" (func $look (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (func (export "run") (result i32) (call $look (call $make))))
    (core instance $i (instantiate $m (with "" (instance (export "make" (func $make)) (export "look" (func $look)) (export "drop" (func $drop))))))
    (func (export "run") (result u32) (canon lift (core func $i "run"))))
  (instance $user (instantiate $user (with "maker" (instance $maker))))
  (export "user" (instance $user)))

(component
  (type (component
    (type $r (record (field "a" u8)))
    (import "a" (type (eq $r)))
    (import "r" (type $res (sub resource)))
    (export "c" (component (import "x" (func (param "r" (own $res)))) (export "m" (core module (import "" "" (func))))))
    (export "i" (instance (export "f" (func (result (list string)))) (export "t" (type (sub resource)))))))
  (type (instance (export "t" (type $t (sub resource))) (export "u" (type (eq $t)))))
  (core type (module (type (func (param i32 i64 f32 f64))) (import "" "f" (func (type 0))) (export "g" (global (mut i32))) (export "m" (memory 1 2)))))
