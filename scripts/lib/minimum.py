"""How many tests a whole run has at least: fewer means that some were lost."""

MINIMUM = 1300
