"""`remit init`: from a clone to a project for one's own organization."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from remit.catalog.load import SETTINGS_FILES, files_of, load_settings
from remit.cli.inputs import project_folder
from remit.cli.words import counted
from remit.editing import write_texts
from remit.errors import listed
from remit.revision import run_git
from remit.starting.example import MOVED_TO, is_example, is_example_stack, moved, sandbox_stack
from remit.starting.files import Answers, bootstrap_text, catalog_text, differences, settings_text, stack_texts
from remit.starting.repository import Remote, remote_of
from remit.starting.survey import Survey, survey

_BOOTSTRAP = "main"
_SHOWN = 6
_CI_FILES = (".github/workflows/preview.yml", ".gitlab-ci.yml")


@click.command()
@click.option("--yes", "-y", "unattended", is_flag=True, help="Ask nothing: options, and defaults for the rest.")
@click.option("--stack", metavar="STACK", help="The stack to make a file for. Default: prod.")
@click.option("--scope", metavar="SELECTOR", multiple=True, help="Accounts that it may touch; may stand several times.")
@click.option("--region", metavar="REGION", help="Identity Center's. Default: where it is found.")
@click.option(
    "--delegated-administrator",
    "delegate",
    metavar="ACCOUNT",
    help="The account that runs Remit instead of the management account; none: the management account does.",
)
@click.option(
    "--management-stack", default="management", show_default=True, metavar="STACK", help="The other stack then."
)
@click.option(
    "--import/--no-import", "imported", default=None, help="Write the catalog of what there is (remit import)."
)
@click.option("--example", type=click.Choice(["move", "keep"]), help="What becomes of the example in policies/.")
@click.option("--repository", metavar="OWNER/NAME", help="Whose CI runs Remit. Default: the git remote origin.")
@click.option("--ci-host", type=click.Choice(["github", "gitlab"]), help="Default: by the address of the remote.")
@click.option("--branch", default="main", show_default=True, help="The branch that CI applies.")
@click.option("--spoke-role", default="RemitSpoke", show_default=True, help="The role to assume in each account.")
@click.pass_context
def init(
    context: click.Context,
    /,
    scope: tuple[str, ...],
    *,
    unattended: bool,
    imported: bool | None,
    **given: str | None,
) -> None:
    """Find out what the organization is, and write the project's first files for it.

    Nothing is changed in AWS. It can be run again: a file that is there is never overwritten; what differs is told.
    Without a terminal it asks nothing, as with --yes.
    """
    ask = _Questions(asking=not unattended and sys.stdin.isatty())
    folder = project_folder()
    found = _survey(given["region"] or "")
    remote = _remote(folder)
    _show(found, remote, folder)
    answers = _answers(ask, found, remote, scope, given)
    if found.permission_sets:
        question = f"Write the catalog of the {counted(len(found.permission_sets), 'permission set')} that there are?"
        imported = ask.yes(imported, question, default=False)
    written = _make_room(folder, ask, given["example"])
    written += _write(folder, found, replace(answers, adopt=bool(imported)), first=not imported)
    code = _import(context, folder, found) if imported else 0
    if not imported and not written:
        click.echo("\nevery file is there already: nothing was written")
    _next(answers, found, folder, imported=bool(imported))
    context.exit(code)


def _answers(
    ask: _Questions, found: Survey, remote: Remote | None, scope: tuple[str, ...], given: Mapping[str, str | None]
) -> Answers:
    management = found.organization.management_account
    runs = "none" if found.in_management else found.identity.account
    delegate = ask.text(given["delegate"], "Account that runs Remit (none: the management account)", runs)
    if delegate in {management, "none"}:
        delegate = ""
    elif delegate not in found.organization.account_by_id:
        message = f"{delegate} is no account of the organization"
        raise click.BadParameter(message, param_hint="--delegated-administrator")
    question = "Repository whose CI runs Remit (none: no CI yet)"
    repository = ask.text(given["repository"], question, remote.path if remote else "none")
    host = given["ci_host"] or (remote.ci_host if remote else "")
    if repository != "none" and not host:
        raise click.UsageError(f"which CI runs {repository}? Say --ci-host github or --ci-host gitlab")
    return Answers(
        stack=ask.text(given["stack"], "Name of the stack", "prod"),
        scope=scope or (("*",) if delegate else ("*", "management")),
        management_stack=given["management_stack"] or "management",
        delegate=delegate,
        spoke_role=given["spoke_role"] or "RemitSpoke",
        repository="" if repository == "none" else repository,
        ci_host=host,
        branch=given["branch"] or "main",
        host=remote.host if remote and remote.ci_host in {"", host} else "",
    )


class _Questions:
    """Asks on a terminal for what no option says; anywhere else the default is the answer."""

    def __init__(self, *, asking: bool) -> None:
        self._asking = asking

    def text(self, given: str | None, question: str, default: str) -> str:
        if given is not None or not self._asking:
            return default if given is None else given
        answer: str = click.prompt(question, default=default, err=True)
        return answer.strip()

    def yes(self, given: bool | None, question: str, *, default: bool) -> bool:
        if given is not None or not self._asking:
            return default if given is None else given
        return click.confirm(question, default=default, err=True)


# --- what there is ---------------------------------------------------------------------------------------------------
def _survey(region: str) -> Survey:
    from remit.aws.diagnosis import Diagnosis  # noqa: PLC0415  boto3 takes half a second
    from remit.aws.member_calls import MemberCalls, member_client  # noqa: PLC0415
    from remit.aws.member_sessions import MemberSessions  # noqa: PLC0415
    from remit.aws.session import Aws, SharedSession, regions_of  # noqa: PLC0415

    shared = SharedSession()
    likely = [each for name in ("AWS_REGION", "AWS_DEFAULT_REGION") if (each := os.environ.get(name))]
    likely.append("us-east-1")

    def cloud(where: str) -> Diagnosis:
        aws = Aws(where, session=shared)
        sessions = MemberSessions(aws)
        return Diagnosis(
            aws,
            sessions,
            MemberCalls(sessions, lambda: member_client(where)),
            elsewhere=lambda other: Aws(other, session=shared),
            regions=lambda: regions_of("sso-admin"),
        )

    return survey(cloud, region=region, likely=likely)


def _show(found: Survey, remote: Remote | None, folder: Path) -> None:
    organization = found.organization
    accounts = {account.id: account.name for account in organization.accounts}
    delegates = [f"{accounts.get(each, '?')} ({each})" for each in found.delegates]
    units = sorted({unit.path.split("/")[0] for unit in organization.organizational_units})
    where = "the management account" if found.in_management else "a delegated administrator of Identity Center"
    click.echo("Found:")
    for what, there_is in (
        ("caller", found.identity.arn),
        ("in account", f"{accounts[found.identity.account]} ({found.identity.account}), {where}"),
        (
            "organization",
            f"{organization.organization_id}: {counted(len(organization.active_accounts), 'active account')}",
        ),
        ("management account", f"{accounts[organization.management_account]} ({organization.management_account})"),
        ("units at the top", listed(units, _SHOWN) or "none"),
        ("Identity Center", f"{found.instance.arn} in {found.region}"),
        ("delegated to", listed(delegates, _SHOWN) or "none"),
        ("permission sets", listed(found.permission_sets, _SHOWN) or "none"),
        ("repository", f"{remote.path} at {remote.host} (git remote origin)" if remote else "no git remote origin"),
        ("CI files", ", ".join(name for name in _CI_FILES if (folder / name).is_file()) or "none"),
    ):
        _line(what, there_is)


def _line(what: str, there_is: str) -> None:
    """As wide as the terminal; elsewhere a line stays one."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 10_000
    begin = f"  {what:<20}"
    wrapped = textwrap.fill(
        there_is, width, initial_indent=begin, subsequent_indent=" " * len(begin), break_on_hyphens=False
    )
    click.echo(wrapped if len(there_is.split()) > 1 else begin + there_is)


def _remote(folder: Path) -> Remote | None:
    done = run_git(folder, "remote", "get-url", "origin")
    return remote_of(done.stdout.decode()) if done and done.returncode == 0 else None


# --- what is written -------------------------------------------------------------------------------------------------
def _make_room(folder: Path, ask: _Questions, example: str | None) -> int:
    """The example goes to the sandbox, whose organization it describes. Returns how many files moved."""
    catalog = folder / "policies"
    if not catalog.is_dir() or not is_example(load_settings(catalog)):
        return 0
    question = f"policies/ is the example of a company that does not exist. Move it to {MOVED_TO}?"
    if (example or ("move" if ask.yes(None, question, default=True) else "keep")) == "keep":
        raise click.UsageError(
            "the example cannot be applied to a real organization: --example move, or an empty policies/"
        )
    if (folder / MOVED_TO).exists():
        raise click.UsageError(
            f"policies/ is the example, and {folder / MOVED_TO} is there already: remove one of them"
        )
    texts: dict[Path, str | None] = {}
    for path in files_of(catalog):
        place = path.relative_to(catalog)
        texts[folder / MOVED_TO / place] = moved(path.read_text(encoding="utf-8"), place)
        texts[path] = None
    sandbox, prod = folder / "Pulumi.sandbox.yaml", folder / "Pulumi.prod.yaml"
    if sandbox.is_file():
        texts[sandbox] = sandbox_stack(sandbox.read_text(encoding="utf-8"))
    if prod.is_file() and is_example_stack(said := prod.read_text(encoding="utf-8")):
        texts[folder / MOVED_TO.parent / prod.name], texts[prod] = said, None
    write_texts(texts)
    click.echo(f"\nmoved the example to {folder / MOVED_TO}: `make demo` and `make sandbox` go on with it")
    return len(texts)


def _write(folder: Path, found: Survey, answers: Answers, *, first: bool) -> int:
    """Every file that is not there yet. Returns how many."""
    catalog = folder / "policies"
    texts = {catalog / SETTINGS_FILES[0]: settings_text(found, answers)}
    for name, text in stack_texts(answers).items():
        texts[folder / f"Pulumi.{name}.yaml"] = text
    if answers.repository and (folder / "bootstrap").is_dir():
        texts[folder / "bootstrap" / f"Pulumi.{_BOOTSTRAP}.yaml"] = bootstrap_text(found, answers)
    has_entries = catalog.is_dir() and any(path.name not in SETTINGS_FILES for path in files_of(catalog))
    if first and not has_entries:
        texts[catalog / "permission-sets" / "read-only.yaml"] = catalog_text(found)
    missing = {path: text for path, text in texts.items() if not path.is_file()}
    write_texts(missing)
    for path in missing:
        click.echo(f"wrote {path}")
    for path in texts.keys() - missing.keys():
        for line in differences(path, texts[path], path.read_text(encoding="utf-8")):
            click.echo(f"kept {line}")
    return len(missing)


def _import(context: click.Context, folder: Path, found: Survey) -> int:
    """Its exit code: an account that cannot be read is no reason to leave the rest unsaid."""
    from remit.cli.import_ import import_  # noqa: PLC0415  it reads much, and is seldom wanted

    click.echo()
    try:
        context.invoke(
            import_,
            catalog=folder / "policies",
            organization=None,
            source=None,
            region=found.region,
            role=None,  # as organization.yaml says, with its external id
            policy_path="/",
            policy_name="*",
            afresh=False,
            as_json=False,
        )
    except click.exceptions.Exit as ended:
        return ended.exit_code
    return 0


def _next(answers: Answers, found: Survey, folder: Path, *, imported: bool) -> None:
    lines: list[tuple[str, str]] = []
    if (folder / "bootstrap" / f"Pulumi.{_BOOTSTRAP}.yaml").is_file():
        lines.append(
            (
                f"pulumi -C bootstrap up --stack {_BOOTSTRAP}",
                "the roles, once, as an administrator (docs/getting-started.md)",
            )
        )
    for stack in answers.stacks:
        there = " (in the management account)" if stack == answers.management_stack and answers.delegate else ""
        lines.append((f"remit stack init {stack}", f"its state{there}"))
        lines.append((f"remit doctor --stack {stack}", "what stands in the way"))
        lines.append((f"remit preview --stack {stack} --diff", "what a run would change: nothing is written"))
    if found.permission_sets and not imported:
        lines.append(("remit import", "the catalog of what there is, in place of the first one"))
    click.echo("\nNext:")
    _print_commands(lines)


def _print_commands(lines: Sequence[tuple[str, str]]) -> None:
    width = max(len(command) for command, _ in lines)
    for command, what in lines:
        click.echo(f"  {command:<{width}}  # {what}")
