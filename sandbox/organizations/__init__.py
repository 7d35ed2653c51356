"""AWS Organizations: the tree of organizational units and accounts, and the API over it.

`tree` is the state, indexed both ways; `api` joins the calls: `reading`, `units`, `accounts`. Policies (SCPs),
handshakes and billing are not simulated.
"""
