"""Training: a loop that yields what happened, and the learners that compute its steps."""
