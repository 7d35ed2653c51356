"""`remit switch`: the policies of a state in the other way.

`known` what a state has in one way · `making` the resources of the other · `switch` the state, moved over.
"""
