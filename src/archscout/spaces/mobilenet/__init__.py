"""MobileNet: all that is known of the space."""
