"""Cleaned tables from raw ones: safe fixes, merges by survivorship, children re-pointed, and accounts that close."""

from audit.cleaning.clean import Cleaned, Strictness, clean

__all__ = ["Cleaned", "Strictness", "clean"]
