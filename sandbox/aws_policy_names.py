"""The names of AWS's managed policies, for the lint: `python -m sandbox.aws_policy_names` writes them.

moto keeps a copy of AWS's policies; the lint needs their names alone, and must not wait half a second for moto.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data

FILE = Path(__file__).parents[1] / "remit" / "linting" / "aws_policies.txt"


def text() -> str:
    """The file as moto's copy makes it: the day of its last change, then a policy a line, with its path."""
    published: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    newest = max(policy["UpdateDate"] for policy in published.values())
    names = sorted(f"{policy['Path'].lstrip('/')}{name}" for name, policy in published.items())
    return "\n".join([f"# {newest[:10]}", *names]) + "\n"


def main() -> None:
    FILE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
