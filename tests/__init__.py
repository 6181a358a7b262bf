"""The tests, and the signals they are made of. Never installed."""
