//! Numbers as JSON writes them, without loss.

/// The whole number that a JSON number stands for, however it is written: `12`, `12.0`, `1.2e1`.
/// None if it is not whole, or has far more digits than any integer of WIT.
pub(super) fn whole(text: &str) -> Option<i128> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (negative, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa),
    };
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{before}{after}");
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return Some(0);
    }
    // The number is `significant` with so many zeros after it.
    let dropped = i64::try_from(digits.len() - significant.len()).ok()?;
    let zeros = exponent
        .checked_sub(i64::try_from(after.len()).ok()?)?
        .checked_add(dropped)?;
    let zeros = usize::try_from(zeros).ok()?;
    let significant = significant.trim_start_matches('0');
    const DIGITS: usize = 38;
    if significant.len().saturating_add(zeros) > DIGITS {
        return None;
    }
    let number: i128 = format!("{significant}{}", "0".repeat(zeros)).parse().ok()?;
    Some(if negative { -number } else { number })
}

/// Whether a string is a whole number as JSON would write it.
pub(super) fn is_plain_whole(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let all = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    all && (digits.len() == 1 || !digits.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use super::{is_plain_whole, whole};

    #[test]
    fn whole_numbers_have_many_forms() {
        for (text, number) in [
            ("0", 0),
            ("-0", 0),
            ("-0.0e7", 0),
            ("0e-9", 0),
            ("12", 12),
            ("12.0", 12),
            ("1.2e1", 12),
            ("120E-1", 12),
            ("-1.20e+2", -120),
            ("0.00012e5", 12),
            ("18446744073709551615", i128::from(u64::MAX)),
            ("1.8446744073709551615e19", i128::from(u64::MAX)),
        ] {
            assert_eq!(whole(text), Some(number), "{text}");
        }
        for text in [
            "0.5",
            "12e-1",
            "1e39",
            "1e999999999",
            "1e-999999999",
            "1e99999999999999999999",
            "0.1e-9223372036854775808",
        ] {
            assert_eq!(whole(text), None, "{text}");
        }
    }

    #[test]
    fn a_string_is_a_number_in_one_form_only() {
        for text in ["0", "-1", "18446744073709551615", "-0"] {
            assert!(is_plain_whole(text), "{text}");
        }
        for text in ["", "-", "+1", "01", "1.0", "1e3", " 1", "1_000", "٣"] {
            assert!(!is_plain_whole(text), "{text}");
        }
    }
}
