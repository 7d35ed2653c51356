"""The identity store: groups, users and memberships. `directory` is the state, `api` the calls over it.

Attributes beyond names, descriptions and e-mail addresses are kept as they come and not looked at.
"""
