"""What every meter and every processor must keep to, gone through by name so that a new one is tested at once."""
