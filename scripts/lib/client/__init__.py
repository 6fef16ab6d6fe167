"""The command-line client of the API. It runs without Odoo and without the rest of
this repository; commands.py is where to begin."""
