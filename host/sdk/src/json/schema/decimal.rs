//! Whole numbers as strings, as a pattern.

/// A pattern (ECMA-262) of the whole numbers from `least`, which is not above 0, to `greatest`,
/// which is not below it, written without leading zeros.
pub(super) fn pattern(least: i128, greatest: i128) -> String {
    let above = up_to(greatest.unsigned_abs());
    match least {
        0 => format!("^(0|{above})$"),
        _ => format!("^(-?0|{above}|-({}))$", up_to(least.unsigned_abs())),
    }
}

/// Whole numbers from 1 to `greatest`, from 10: those of fewer digits, and those of as many that
/// are less from one of their digits on.
fn up_to(greatest: u128) -> String {
    let digits = greatest.to_string();
    let mut patterns = vec![format!("[1-9][0-9]{{0,{}}}", digits.len() - 2)];
    for (place, digit) in digits.bytes().enumerate() {
        let least = if place == 0 { b'1' } else { b'0' };
        let after = match digits.len() - place - 1 {
            0 => String::new(),
            after => format!("[0-9]{{{after}}}"),
        };
        if digit > least {
            let (before, least, most) = (&digits[..place], least as char, (digit - 1) as char);
            patterns.push(format!("{before}[{least}-{most}]{after}"));
        }
    }
    patterns.push(digits);
    patterns.join("|")
}

#[cfg(test)]
mod tests {
    use super::pattern;
    use regex::Regex;

    #[test]
    fn a_pattern_has_the_numbers_of_its_range_and_no_others() {
        for (least, greatest) in [
            (i64::MIN.into(), i64::MAX.into()),
            (0, u64::MAX.into()),
            (-128, 127),
            (-10, 100),
            (0, 909),
        ] {
            let pattern = Regex::new(&pattern(least, greatest)).expect("a pattern");
            let near = |number: i128| number - 1200..=number + 1200;
            let powers = (0..30).map(|power| 10_i128.pow(power));
            let powers = powers.flat_map(|power| [power, -power, power * 5]);
            let numbers = near(least).chain(near(greatest)).chain(near(0));
            for number in numbers.chain(powers) {
                let within = (least..=greatest).contains(&number);
                let matches = pattern.is_match(&number.to_string());
                assert_eq!(matches, within, "{number} from {least} to {greatest}");
            }
            for text in ["", "-", "00", "01", "-01", "+1", "1.0", " 1", "1e1"] {
                assert!(!pattern.is_match(text), "{text}");
            }
        }
    }
}
