"""The lint rules, one a file: its id, title, severity, why, fix and source as data, and one method that looks.

A new file here is a new rule: `remit.linting.registry` finds it, `make docs` writes it into docs/rules.md, and a test
wants to see it fire and not fire. What several rules need lives in remit/linting.
"""
