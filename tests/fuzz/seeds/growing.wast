;; Components that multiply what is inside them, as small as the fuzzer needs to make them large.

(component
  (component $a (core module $m) (core instance (instantiate $m)))
  (component $b (alias outer 1 $a (component $a)) (instance (instantiate $a)) (instance (instantiate $a)))
  (component $c (alias outer 1 $b (component $b)) (instance (instantiate $b)) (instance (instantiate $b)))
  (component $d (alias outer 1 $c (component $c)) (instance (instantiate $c)) (instance (instantiate $c)))
  (instance (instantiate $d)))

(component
  (component $a)
  (component $b (alias outer 1 $a (component)))
  (component $c (alias outer 1 $a (component)) (alias outer 1 $b (component)))
  (component $d (alias outer 1 $a (component)) (alias outer 1 $b (component)) (alias outer 1 $c (component)))
  (component $e (alias outer 1 $a (component)) (alias outer 1 $b (component)) (alias outer 1 $c (component)) (alias outer 1 $d (component))))

(component
  (type $a (instance (export "a" (func)) (export "b" (func))))
  (type $b (instance (alias outer 1 $a (type $t)) (export "a" (instance (type $t))) (export "b" (instance (type $t)))))
  (type $c (instance (alias outer 1 $b (type $t)) (export "a" (instance (type $t))) (export "b" (instance (type $t)))))
  (import "c" (instance $c (type $c)))
  (import "d" (instance $d (type $c)))
  (instance $e (export "a" (instance $c)) (export "b" (instance $c)))
  (instance $f (export "a" (instance $e)) (export "b" (instance $e)))
  (export "i" (instance $f)))

(component
  (type $a (tuple u8 string u8))
  (type $b (tuple $a $a $a))
  (type $c (variant (case "a" $b) (case "b" $b) (case "c" (list $b))))
  (type $d (result (option $c) (error (list $c))))
  (import "c" (type $c' (eq $c)))
  (import "d" (type $d' (eq $d)))
  (import "f" (func (param "x" $d) (param "y" (list (list (list $d)))))))

(component
  (type $a (instance (export "r" (type (sub resource))) (export "f" (func)) (export "g" (func))))
  (type (instance (alias outer 1 $a (type $t)) (export "a" (instance (type $t)))))
  (type (instance (alias outer 1 $a (type $t)) (export "a" (instance (type $t))) (export "b" (instance (type $t)))))
  (type $b (instance (alias outer 1 $a (type $t)) (export "a" (instance (type $t)))))
  (type $c (instance (alias outer 1 $b (type $t)) (export "a" (instance (type $t)))))
  (type $d (instance (alias outer 1 $c (type $t)) (export "a" (instance (type $t)))))
  (import "d" (instance (type $d))))

(component
  (type $a (tuple u8 u8))
  (type $b (tuple $a $a))
  (type $c (tuple $b $b))
  (import "f" (func $f (param "p" $c)))
  (component $g (alias outer 1 $c (type $t)) (import "f" (func (param "p" $t))))
  (instance (instantiate $g (with "f" (func $f))))
  (instance (instantiate $g (with "f" (func $f)))))

(component
  (instance $a)
  (instance $b (export "a" (instance $a)))
  (instance $c (export "b" (instance $b)))
  (instance $d (export "c" (instance $c))))

(component
  (import "a:a/x" (instance $x (type $t (record (field "a" u8))) (export "t" (type (eq $t)))))
  (alias export $x "t" (type $t))
  (import "b:b/y" (instance $y (alias outer 1 $t (type $o)) (export "u" (type (eq $o)))))
  (alias export $y "u" (type $u))
  (import "a:a/z" (instance (alias outer 1 $u (type $o)) (export "v" (type (eq $o))))))
