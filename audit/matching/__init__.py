"""Matching: which records are the same person or organisation, how sure, and why. Nothing to train, nothing to set."""

from audit.matching.options import MatchOptions
from audit.matching.result import MatchResult
from audit.matching.run import match

__all__ = ["MatchOptions", "MatchResult", "match"]
