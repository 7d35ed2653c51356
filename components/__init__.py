"""Pulumi components: a plan in, resources out, and nothing that talks to AWS.

`account_policies` the policies of one account under its provider alias · `pooled_policies` those of many accounts
through the remit provider · `fan_out` which of the two, `rollout` in waves · `permission_sets` the instance's
permission sets · `access` the assignments, one bulk resource for each permission set · `events` what happens in the
organization, carried to CI (a program of its own). Type tokens and logical names are a contract
(tests/component/test_contract.py): they come from content, never from an index, and a rename ships an alias.
"""
