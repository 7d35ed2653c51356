"""AWS Organizations: the tree of organizational units and accounts, and the API over it.

`tree` is the state, indexed both ways; `api` the calls. Policies (SCPs), handshakes and billing are not simulated.
"""
