"""The Pulumi plugin `remit`: the resource `remit:index:AccountAssignments`, served to the engine over gRPC.

`inputs`, `changes` and `outputs` are pure: what the resource is made of, what differs, what is kept in the
state. `account_assignments` carries it out through remit.aws; `servicer` translates the engine's calls;
`__main__` puts them together. Nothing here knows the catalog: labels and scope come in as inputs.

Beside it stand the resources of managed policies, each of them a `Served`: `managed_policies` (all of one account),
`policy_removal` (what left the catalog), the barrier.
"""
