"""docs/rules.md, generated from the rules: `python -m remit.linting.reference` writes it."""

from __future__ import annotations

from pathlib import Path

from remit.linting import aws_policies, iam_facts
from remit.linting.registry import all_rules
from remit.linting.rule import Accounts, Rule

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"
_HEAD = """\
# The lint rules

<!-- Generated from remit/rules by `make docs`. -->

`remit lint` finds what is allowed, and should make a reviewer stop. What is plainly wrong is no finding but an error:
`remit validate` and every run refuse it.

```
remit lint                                     # what the files alone tell
remit lint --organization organization.yaml    # and what accounts tell; remit snapshot writes that file
remit lint --format sarif > lint.sarif         # text, json, sarif (2.1.0), or github: annotations of a pull request
```

**Exit codes**: 0 when nothing is as bad as `--fail-on` (`error` unless you say `info`, `warning` or `never`), 1 when
something is, 2 when the catalog is wrong or an option is.

**To keep a finding**, say why, at the end of its line or on a line of its own above:

```yaml
  - groups: [platform-admins]
    permission_sets: [Administrator]  # remit: ignore administrator-without-expiry on call day and night, CHG-77
```

Several rules are joined by commas. A comment without a reason hides nothing, and one that hides nothing is a finding.

**To change a rule** for the whole catalog, organization.yaml has `lint`:

```yaml
lint:
  administrator_groups: [platform-admins]
  rules: {{unused-policy: off, direct-user-access: error}}
```

**To ask AWS as well**, with credentials: `--access-analyzer` sends each policy to IAM Access Analyzer's ValidatePolicy.
With `--since main`, a git revision or a folder with the catalog as it was, it sends only those that changed, and to
CheckNoNewAccess too, for which AWS charges. This part is tested against a fake of the API; it has not been run against
AWS.

The facts about AWS are kept in the repository and asked of nobody: services, actions, resource types and condition
keys as of {iam}, the names of AWS's managed policies as of {policies}. What AWS added since is not
known: a finding about it says so. AWS's own policies are judged by their names alone, not by what is in them.

| rule | severity | what it finds |
|---|---|---|
"""
_ACCOUNTS = {
    Accounts.UNUSED: "",
    Accounts.SHARPEN: "Goes by the words of the selectors; with `--organization`, by accounts.",
    Accounts.NEEDED: "Needs `--organization`.",
    Accounts.ASKED: "Needs `--access-analyzer`, and credentials of an account.",
}


def page() -> str:
    """The whole page."""
    head = _HEAD.format(iam=iam_facts.published(), policies=aws_policies.published())
    rows = (f"| [{rule.id}](#{rule.id}) | {rule.severity} | {rule.title} |\n" for rule in all_rules())
    return head + "".join(rows) + "".join(_section(rule) for rule in all_rules())


def _section(rule: Rule) -> str:
    source = f"<{rule.source}>" if rule.source.startswith("https:") else f"[{rule.source}]({Path(rule.source).name})"
    lines = [
        f"{rule.title}: {rule.why}.",
        f"**Fix**: {rule.fix}.",
        _ACCOUNTS[rule.accounts],
        f"Source: {source}",
        rule.more,
    ]
    text = "\n\n".join(line for line in lines if line)
    return f"\n## {rule.id}\n\n{text}\n"


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
