"""Every grant of grants.json in one AccountAssignments for each permission set: Remit's way, without a catalog."""

import json
from collections import defaultdict
from pathlib import Path

import pulumi

from components.access import AccountAssignments


class RemitProvider(pulumi.ProviderResource):
    """As components/access.py has it."""

    def __init__(self, name: str, props: dict[str, object]) -> None:
        super().__init__("remit", name, props)


world = json.loads(Path("grants.json").read_text(encoding="utf-8"))
assignments: defaultdict[str, dict[str, str]] = defaultdict(dict)
for permission_set, account, group, name in world["grants"]:
    assignments[permission_set][f"{account}/GROUP/{group}"] = name

rate = pulumi.Config().require_int("requestRate")
provider = RemitProvider("identity-center", {"region": world["region"], "requestRate": rate})
for name, arn in world["permissionSets"].items():
    AccountAssignments(
        name,
        {
            "instanceArn": world["instance"],
            "permissionSetArn": arn,
            "scope": world["accounts"],
            "assignments": assignments[name],
            "unmanaged": "remove",
        },
        pulumi.ResourceOptions(provider=provider),
    )
