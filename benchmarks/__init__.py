"""Measurements run by hand: speed and memory, matching, recovery, and where the learned data comes from.

Nothing here is installed and nothing in the product imports it; meters that judge the product are not the product's.
"""
