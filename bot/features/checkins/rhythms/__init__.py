"""Check-ins that come round: every few weeks, or after each meeting."""
