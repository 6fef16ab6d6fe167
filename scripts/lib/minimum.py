"""The number of tests that a whole run has at least: fewer means that some were lost."""

MINIMUM = 0
