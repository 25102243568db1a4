"""Measurements, a command each. They print figures; nothing asserts them."""
