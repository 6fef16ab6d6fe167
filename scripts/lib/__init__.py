"""What the commands in scripts/ share; needs nothing but Python's standard library."""
