"""Encodings: arrays made from architectures, and properties of their graphs."""
