"""CloudTrail: every change that AWS would record, in the shape of its records.

`records` makes one of a call · `trail` keeps them, and tells whoever listens · `api` LookupEvents.
"""
