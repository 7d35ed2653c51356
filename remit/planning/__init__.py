"""How a plan is made, a step a module: `remit.plan.make_plan` puts the steps together.

`values` are what comes out; `world` is what every step reads; `findings` gathers what is wrong, account by account;
`access`, `policies` and `permission_sets` make the three parts; `reach` checks one against the other.
"""
