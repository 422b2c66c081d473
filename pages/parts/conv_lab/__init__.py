"""The parts of the Conv lab page."""
