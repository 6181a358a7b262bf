"""Tests of the report: its figures, its page, and how it behaves in a browser."""
