"""Audits customer data before anybody reports on it."""

__version__ = "0.1.0"
