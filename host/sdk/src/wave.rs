//! WAVE text for component values.
