"""What is remembered between runs, in Pulumi's own formats.

resource (one entry) · checkpoint (the file) · ledger (the file in memory, as a run changes it) · journal (each change,
appended before the next begins) · lock · backend (where all this lies). Nothing here talks to plugins.
"""
