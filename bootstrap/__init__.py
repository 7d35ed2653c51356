"""What Remit needs in AWS before its first run: a Pulumi project of its own, applied once by an administrator.

`settings` what the stack file says, checked · `trust` who may take which role · `template` the spoke role for every
account · `documents` the state's bucket and key policies · `spokes`, `hub`, `state` and `accounts` the resources. What
the roles may do comes from `remit.aws.permissions`, and from nowhere else. Nothing imports this package.
How to use it: docs/bootstrap.md.
"""
