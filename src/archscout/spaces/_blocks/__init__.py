"""Pieces that several spaces share."""
