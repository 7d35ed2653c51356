"""Who must be allowed what: one table of the calls that Remit makes, and what follows from it.

`table` the calls, each with its role, its resources and its reason · `policies` the policy documents of the hub roles
and of the spoke role. No boto3 here: whoever makes the roles imports it without AWS.
"""

from remit.aws.permissions.policies import hub_apply_policy, hub_preview_policy, spoke_policy
from remit.aws.permissions.table import TABLE, Feature, Permission, Role

__all__ = ["TABLE", "Feature", "Permission", "Role", "hub_apply_policy", "hub_preview_policy", "spoke_policy"]
