"""`remit VERB`: who may do what in every account of an AWS organization."""

from __future__ import annotations

import gc
import os
from importlib import import_module
from keyword import iskeyword
from typing import NoReturn

import click
from click.shell_completion import CompletionItem

from remit.cli.problems import report
from remit.errors import RemitError, did_you_mean

# A new verb is one line in its section; it lives in the module remit/cli/VERB.py, in the function of its name.
_SECTIONS = {
    "Look": {
        "validate": "Check the catalog, and with --organization the whole plan",
        "lint": "Find what is allowed, and should make a reviewer stop",
        "diff": "Show what a change of the catalog does to people's access",
        "plan": "Show the desired set: policies, permission sets, assignments",
        "drift": "Show what differs in AWS from the catalog, and who did it",
        "stacks": "Show which commit of the catalog each stack has, and what waits",
        "explain": "Say which rule, at which line, gives or withholds something",
        "expiring": "List what ends soon",
    },
    "Change": {
        "preview": "Show what `up` would change (by Pulumi, or the embedded engine)",
        "up": "Make it so",
        "refresh": "Read what is live into the state",
        "repair": "Revert what was changed by hand, where the catalog says enforce",
        "destroy": "Remove everything that the stack made",
        "stack": "Make, list, export and remove stacks",
        "retire": "Take the resources of accounts that are gone out of the state",
        "shards": "Split a stack's accounts for a fleet of runners",
        "switch": "Move the policies to aliases or pooled, in the state alone",
    },
    "Look after the catalog": {
        "fmt": "Lay out the files: one order of keys, comments kept",
        "prune": "Take what has ended out of the files",
        "sync": "Write what was changed in AWS into the files, where they say adopt",
    },
    "Set up": {
        "init": "Write the first files for your organization, by what it finds",
        "doctor": "Find what stands in the way of a run, and say what to do",
        "import": "Write the catalog of what an organization has",
        "ci": "Comments, issues and pull requests, from a CI job",
        "notify": "Tell people what a run did: Teams, Slack, a webhook, SNS",
        "snapshot": "Write the live organization to a file",
        "completion": "Print what makes your shell complete verbs and options",
    },
    "Try": {
        "sandbox": "Run a simulated AWS organization on this machine",
    },
}
_VERBS = {verb: says for verbs in _SECTIONS.values() for verb, says in verbs.items()}


class _Verbs(click.Group):
    """The verbs, each imported when it is used. An error of ours ends in words and an exit code, not a traceback."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(_VERBS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in _VERBS:
            near = did_you_mean(name, _VERBS)
            if near and not context.resilient_parsing:
                context.fail(f"No such command {name!r}: {near}")
            return None
        spelled = f"{name}_" if iskeyword(name) else name
        module = import_module(f"remit.cli.{'deploy' if name in _DEPLOYING else spelled}")
        command: click.Command = getattr(module, spelled)
        return command

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, _VERBS))
        for section, verbs in _SECTIONS.items():
            if verbs:
                with formatter.section(section):
                    formatter.write_dl([(verb.ljust(width), says) for verb, says in verbs.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names and options alone: click would import every verb for it."""
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [*(CompletionItem(verb, help=_VERBS[verb]) for verb in _VERBS if verb.startswith(incomplete)), *options]

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except RemitError as error:
            report(error)
            context.exit(error.exit_code)


_DEPLOYING = {"preview", "up", "refresh", "destroy", "stack"}


@click.command(
    cls=_Verbs,
    context_settings={"help_option_names": ["-h", "--help"]},
    options_metavar="",
    subcommand_metavar="VERB [OPTIONS]",
    epilog="`remit VERB --help` says more. Exit codes: 0, 1 for a failed run, 2 for a bad catalog or a bad option, "
    "3 for drift.",
)
@click.version_option(package_name="remit")
@click.pass_context
def remit(context: click.Context) -> None:
    """Who may do what in every account of an AWS organization: a YAML catalog, carried out by Pulumi."""
    if os.environ.get("NO_COLOR"):
        context.color = False


def main() -> NoReturn:
    """Runs the command line and exits: 0, 1 for a failed run, 2 for a bad catalog or a bad option."""
    gc.set_threshold(100_000, 50, 100)  # a plan is hundreds of thousands of values and no garbage: 40 % of the time
    remit(prog_name="remit")
    raise AssertionError("click exits")


if __name__ == "__main__":
    main()
