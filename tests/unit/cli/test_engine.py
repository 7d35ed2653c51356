"""Which engine is chosen, and what is handed to it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from remit.cli.deploy import given_in, leaving_what_waits, refuse_own_way, retire_first, stack_in
from remit.cli.engine import Engine, EngineError, choose_engine, output_of
from remit.cli.inputs import stack_file
from remit.cli.retire import WrongOrganizationError, retire_gone, shard_of_stack, tell_handed_over
from remit.cli.state import exported_state
from remit.errors import CatalogError
from remit.organization import AccountState
from remit.sharding import IDENTITY_CENTER, Shard, shard_of

ROOT = Path(__file__).parents[3]
PULUMI = "/usr/bin/pulumi"
GONE, HERE = "200000000009", "200000000001"


def chosen(wanted: str, pulumi: str | None) -> str:
    return choose_engine({"REMIT_ENGINE": wanted}, lambda _: pulumi).name


def test_pulumi_is_used_where_it_is():
    assert chosen("", PULUMI) == "pulumi"
    assert chosen("", None) == "embedded"


def test_an_engine_can_be_forced():
    assert chosen("embedded", PULUMI) == "embedded"
    assert chosen("pulumi", PULUMI) == "pulumi"


@pytest.mark.parametrize(("wanted", "pulumi"), [("pulumi", None), ("terraform", PULUMI)])
def test_an_engine_that_is_not_there_is_an_error(wanted: str, pulumi: str | None):
    with pytest.raises(EngineError, match=f"REMIT_ENGINE={wanted}"):
        chosen(wanted, pulumi)


@pytest.mark.parametrize(
    ("arguments", "stack"),
    [
        ((), None),
        (("--yes",), None),
        (("--stack", "prod"), "prod"),
        (("--yes", "-s", "prod", "--diff"), "prod"),
        (("--stack=prod",), "prod"),
        (("--stack",), None),
        (("-sprod",), "prod"),
        (("-s=prod",), "prod"),
        (("--diff", "-ys", "prod"), "prod"),
        (("-yrsprod",), "prod"),
        (("--skip-preview", "--suppress-outputs"), None),
    ],
)
def test_the_stack_is_found_among_an_engines_arguments(arguments: tuple[str, ...], stack: str | None):
    assert stack_in(arguments) == stack


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        (("-yr", "-sprod"), {"-y", "-r", "-s"}),
        (("--refresh=true",), {"--refresh"}),
        (("--refresh=false", "--diff"), {"--diff"}),
        (("-cremit:adopt=false",), {"-c"}),
    ],
)
def test_an_option_is_known_in_a_row_of_short_ones_too(arguments: tuple[str, ...], options: set[str]):
    assert given_in(arguments) == options


# Of a process that is beneath ours: what it does when it is stopped takes a while.
STOPPED = """
import signal, sys, time
def stop(number, frame):
    time.sleep(1.0)
    print("in its own time", flush=True)
    sys.exit(7)
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, stop)
print("begun", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize(("number", "to_all"), [(signal.SIGINT, True), (signal.SIGTERM, False)])
def test_an_engine_beneath_us_that_is_stopped_ends_in_its_own_time(number: int, to_all: bool):
    """Ctrl-C reaches both, a job's end perhaps us alone. One that is killed leaves its lock, and half a create."""
    ours = "import sys; from remit.cli.engine import run_beneath; print(run_beneath(sys.argv[1:]))"
    command = [sys.executable, "-c", ours, sys.executable, "-c", STOPPED]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    (os.killpg if to_all else os.kill)(process.pid, number)
    said, _ = process.communicate(timeout=30)
    assert said == "in its own time\nRunEnd(code=7, stopped=True)\n", "and we go on with nothing else"


def test_nothing_else_starts_an_engines_run():
    """subprocess.run kills what it began a quarter of a second after Ctrl-C."""
    for path in sorted((ROOT / "remit" / "cli").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert path.name == "engine.py" or "engine.command" not in text or "subprocess" not in text, path


@pytest.fixture
def fake_pulumi(tmp_path: Path) -> Path:
    """A `pulumi` that has no stacks, and otherwise prints its arguments and exits with 7."""
    path = tmp_path / "bin" / "pulumi"
    path.parent.mkdir()
    path.write_text('#!/bin/sh\n[ "$1" = stack ] && { echo "no stack" >&2; exit 255; }\necho "$@"\nexit 7\n')
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("argument", "option"),
    [
        ("--refresh", "--refresh"),
        ("--refresh=true", "--refresh"),
        ("-yr", "-r"),
        ("--target=urn:*", "--target"),
        ("-t", "-t"),
        ("--exclude", "--exclude"),
        ("--replace", "--replace"),
        ("-c", "-c"),
        ("-cremit:adopt=false", "-c"),
        ("--config", "--config"),
        ("--config-file=other.yaml", "--config-file"),
        ("-C", "-C"),
        ("--cwd=..", "--cwd"),
    ],
)
def test_a_scheduled_run_chooses_its_files_and_its_resources_itself(argument: str, option: str):
    with pytest.raises(click.UsageError, match=f"excludes {option}: .*leave it out") as refused:
        refuse_own_way(["--yes", argument])
    assert refused.value.exit_code == 2


def test_what_a_scheduled_run_passes_on_is_not_refused():
    refuse_own_way(["-y", "-fd", "--refresh=false", "--stack", "prod", "-sprod", "--expect-no-changes", "-p4"])


@pytest.mark.parametrize("verb", ["preview", "up", "refresh", "destroy"])
def test_a_verb_becomes_the_engines_own_with_all_arguments_and_its_exit_code(fake_pulumi: Path, verb: str):
    environment = {**os.environ, "PATH": f"{fake_pulumi.parent}:{os.environ['PATH']}", "REMIT_ENGINE": ""}
    done = subprocess.run(
        [sys.executable, "-m", "remit.cli.main", verb, "--stack", "dev", "--diff", "--help", "--target", "urn:x y"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 7
    assert done.stdout == f"{verb} --stack dev --diff --help --target urn:x y\n"
    assert done.stderr.startswith("engine: pulumi (on PATH)\nremit's own options, ")
    assert "\n  --report FILE " in done.stderr
    assert ("\n  --scheduled " in done.stderr) is (verb == "up")


def test_a_stack_that_does_not_exist_yet_does_not_keep_an_up_from_running(fake_pulumi: Path):
    environment = {**os.environ, "PATH": f"{fake_pulumi.parent}:{os.environ['PATH']}", "REMIT_ENGINE": "pulumi"}
    done = subprocess.run(
        [sys.executable, "-m", "remit.cli.main", "up", "--yes"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (7, "up --yes\n")


@pytest.mark.parametrize("verb", ["preview", "up"])
def test_a_wrong_catalog_ends_a_run_with_2_before_an_engine_begins(fake_pulumi: Path, project: Path, verb: str):
    environment = {**os.environ, "PATH": f"{fake_pulumi.parent}:{os.environ['PATH']}", "REMIT_ENGINE": "pulumi"}

    def code_and_words(*more: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "remit.cli.main", verb, "--stack", "prod", *more]
        done = subprocess.run(command, env=environment, cwd=project, capture_output=True, text=True, check=False)
        return done.returncode, done.stderr

    assert code_and_words()[0] == 7
    (project / "policies" / "more.yaml").write_text("acess: []\n")
    code, words = code_and_words()
    assert (code, "policies/more.yaml:1" in words) == (2, True)
    assert code_and_words("--config", "remit:catalog=elsewhere")[0] == 7, "what another catalog says is not known here"


@pytest.mark.parametrize("verb", ["preview", "up"])
def test_a_stack_without_a_file_is_no_stack_of_every_account(fake_pulumi: Path, project: Path, verb: str) -> None:
    environment = {**os.environ, "PATH": f"{fake_pulumi.parent}:{os.environ['PATH']}", "REMIT_ENGINE": "pulumi"}
    command = [sys.executable, "-m", "remit.cli.main", verb, "--stack", "prdo"]
    done = subprocess.run(command, env=environment, cwd=project, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Pulumi.prdo.yaml cannot be read" in done.stderr
    assert "taken back" not in done.stderr


def test_the_file_of_a_stack_is_found_where_its_owner_is_named_too(project: Path) -> None:
    assert stack_file("shop/prod") == stack_file("shop/remit/prod") == project.relative_to(project) / "Pulumi.prod.yaml"


def test_a_run_that_takes_back_what_waits_to_be_adopted_says_so(fake_pulumi: Path, project: Path) -> None:
    """A configuration from elsewhere may be of another catalog, so nobody knows what it lets be adopted."""
    environment = {**os.environ, "PATH": f"{fake_pulumi.parent}:{os.environ['PATH']}", "REMIT_ENGINE": "pulumi"}
    command = [sys.executable, "-m", "remit.cli.main", "up", "--stack", "prod", "--config", "remit:catalog=elsewhere"]
    done = subprocess.run(command, env=environment, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 7
    assert "changes by hand are taken back, `drift: adopt` too" in done.stderr


@pytest.mark.parametrize(("drift", "told"), [("enforce", False), ("report", True), ("adopt", True)])
def test_a_refresh_says_what_it_forgets(fake_pulumi: Path, project: Path, drift: str, told: bool) -> None:
    (project / "Pulumi.prod.yaml").write_text(f'config: {{"remit:drift": {drift}}}\n')
    environment = {**os.environ, "PATH": f"{fake_pulumi.parent}:{os.environ['PATH']}", "REMIT_ENGINE": "pulumi"}
    command = [sys.executable, "-m", "remit.cli.main", "refresh", "--stack", "prod"]
    done = subprocess.run(command, env=environment, cwd=project, capture_output=True, text=True, check=False)
    assert ("a refresh takes what is live for what the stack gave" in done.stderr) is told
    assert done.returncode == 7


@pytest.mark.parametrize(
    ("config", "given", "memory"),
    [
        ("{}", {}, "25"),
        ('{"remit:fanOut": pooled}', {}, "25"),
        ('{"remit:fanOut": pooled}', {"GOGC": "100"}, "100"),
        ('{"remit:fanOut": aliases}', {}, ""),
        ("{", {}, "25"),
    ],
)
def test_an_engine_is_told_to_spare_memory_where_it_is_what_takes_it(
    fake_pulumi: Path, project: Path, config: str, given: dict[str, str], memory: str
) -> None:
    fake_pulumi.write_text('#!/bin/sh\n[ "$1" = stack ] && exit 255\necho "$GOGC"\n')
    (project / "Pulumi.prod.yaml").write_text(f"config: {config}\n")
    inherited = {name: value for name, value in os.environ.items() if name != "GOGC"}
    environment = {**inherited, "PATH": f"{fake_pulumi.parent}:{os.environ['PATH']}", "REMIT_ENGINE": "pulumi", **given}
    command = [sys.executable, "-m", "remit.cli.main", "destroy", "--stack", "prod"]
    done = subprocess.run(command, env=environment, cwd=project, capture_output=True, text=True, check=False)
    assert done.stdout == f"{memory}\n"


def test_what_waits_to_be_adopted_stays_in_the_selected_stack_too(engine: Engine, project: Path) -> None:
    """Where no stack is named: its catalog is read, and what is wrong in it is told."""
    (project / "Pulumi.s.yaml").write_text('config: {"remit:drift": adopt, "remit:scope": 7}\n')
    with pytest.raises(CatalogError, match="scope"), leaving_what_waits(engine, "up", ("--yes",)):
        pass


# An engine with one stack's state in a file beside it: `stack export` prints it, `stack import` replaces it.
ENGINE = """
import sys
from pathlib import Path
state = Path(__file__).with_name("state.json")
if sys.argv[1:3] == ["stack", "export"]:
    print(state.read_text())
elif sys.argv[1:3] == ["stack", "import"]:
    state.write_text(sys.stdin.read())
else:
    sys.exit("what?")
"""


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    (tmp_path / "engine.py").write_text(ENGINE)
    write_state(tmp_path, GONE, HERE)
    return Engine("fake", (sys.executable, str(tmp_path / "engine.py")), "")


def write_state(folder: Path, *accounts: str) -> None:
    resources = [{"urn": f"urn:pulumi:s::remit::remit:index:AccountPolicies::{account}"} for account in accounts]
    (folder / "state.json").write_text(json.dumps({"version": 3, "deployment": {"resources": resources}}))


def accounts_in_state(folder: Path) -> list[str]:
    state: dict[str, Any] = json.loads((folder / "state.json").read_text())
    return [resource["urn"][-12:] for resource in state["deployment"]["resources"]]


def retired(engine: Engine, states: dict[str, AccountState]) -> bool:
    return retire_gone(engine, None, exported_state(engine, None), lambda: states)


@pytest.mark.parametrize("states", [{GONE: AccountState.SUSPENDED}, {}])
def test_an_account_that_is_suspended_or_departed_leaves_the_state(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str], states: dict[str, AccountState]
):
    assert retired(engine, {HERE: AccountState.ACTIVE, **states})
    assert accounts_in_state(tmp_path) == [HERE]
    assert f"account {GONE} is" in capsys.readouterr().err


def test_a_run_that_came_between_is_not_written_over(engine: Engine, tmp_path: Path):
    exported = exported_state(engine, None)
    write_state(tmp_path, GONE, HERE, "333333333333")
    with pytest.raises(EngineError, match="another run has changed the state meanwhile"):
        retire_gone(engine, None, exported, lambda: {HERE: AccountState.ACTIVE})
    assert accounts_in_state(tmp_path) == [GONE, HERE, "333333333333"]


def test_a_secret_that_is_sealed_anew_is_no_run(engine: Engine, tmp_path: Path):
    file = tmp_path / "state.json"
    state = json.loads(file.read_text())

    def sealed(text: str) -> None:
        state["deployment"] |= {"manifest": {"time": text}, "metadata": {"secret": {"ciphertext": text}}}
        file.write_text(json.dumps(state))

    sealed("once")
    exported = exported_state(engine, None)
    sealed("again")
    assert retire_gone(engine, None, exported, lambda: {HERE: AccountState.ACTIVE})


def test_active_accounts_stay(engine: Engine, tmp_path: Path):
    assert not retired(engine, dict.fromkeys((GONE, HERE), AccountState.ACTIVE))
    assert accounts_in_state(tmp_path) == [GONE, HERE]


def test_what_is_another_shards_leaves_the_state(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    states = dict.fromkeys((GONE, HERE), AccountState.ACTIVE)
    ours = Shard(shard_of(HERE, 8), 8)
    assert GONE not in ours
    assert retire_gone(engine, None, exported_state(engine, None), lambda: states, ours)
    assert accounts_in_state(tmp_path) == [HERE]
    assert f"account {GONE} is another shard's: 1 resource left the state" in capsys.readouterr().err
    assert retire_gone(engine, None, exported_state(engine, None), lambda: states, IDENTITY_CENTER)
    assert accounts_in_state(tmp_path) == []


def test_a_preview_says_what_an_up_hands_over_and_does_not_delete(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = Shard(shard_of(HERE, 8), 8)
    tell_handed_over(exported_state(engine, None), ours)
    said = capsys.readouterr().err
    assert f"the policies of 1 account are another shard's now: {GONE}. `remit up` takes them out" in said
    assert accounts_in_state(tmp_path) == [GONE, HERE]
    write_state(tmp_path, HERE)
    tell_handed_over(exported_state(engine, None), ours)
    assert capsys.readouterr().err == ""


@pytest.fixture
def split(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files here leave the policies of stack s to shards."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Pulumi.yaml").write_text("name: remit\n")
    (tmp_path / "Pulumi.s.yaml").write_text('config: {"remit:shard": identity-center}\n')


@pytest.mark.usefixtures("split")
def test_a_run_again_hands_no_account_to_a_shard_that_waits_for_its_turn(engine: Engine, tmp_path: Path) -> None:
    """The files may be newer than what the stack has, whose own runs would miss the policies in its state."""
    retire_first(engine, "s", lambda: {GONE: AccountState.SUSPENDED, HERE: AccountState.ACTIVE})
    assert accounts_in_state(tmp_path) == [HERE]


@pytest.mark.usefixtures("split")
def test_the_shard_is_that_of_the_exported_stack_where_none_is_named(engine: Engine) -> None:
    assert shard_of_stack(None, exported_state(engine, None)) == IDENTITY_CENTER
    assert shard_of_stack("s") == IDENTITY_CENTER
    assert shard_of_stack("other", exported_state(engine, None)) is None
    assert shard_of_stack(None, {}) is None


def test_the_credentials_of_another_organization_empty_no_state(engine: Engine, tmp_path: Path):
    with pytest.raises(WrongOrganizationError, match="another one"):
        retired(engine, {"300000000001": AccountState.ACTIVE})
    assert accounts_in_state(tmp_path) == [GONE, HERE]


INSTANCE = "arn:aws:sso:::instance/ssoins-1"
PROVIDER = "urn:pulumi:s::remit::remit:index:Access$pulumi:providers:remit::identity-center"


@pytest.mark.parametrize("type_", ["RevocationGuard", "AccountAssignments"])
@pytest.mark.parametrize("live", [{INSTANCE}, {"arn:aws:sso:::instance/ssoins-2"}, set()])
def test_a_stack_whose_accounts_all_departed_goes_on_with_the_identity_center_that_it_was_made_for(
    engine: Engine, tmp_path: Path, live: set[str], type_: str
) -> None:
    theirs = {
        "urn": f"urn:pulumi:s::remit::remit:index:Access$remit:index:{type_}::some",
        "provider": f"{PROVIDER}::an-id",
        "inputs": {"instanceArn": INSTANCE},
    }
    state = json.loads((tmp_path / "state.json").read_text())
    state["deployment"]["resources"] += [{"urn": PROVIDER, "inputs": {"region": "eu-west-1"}}, theirs]
    (tmp_path / "state.json").write_text(json.dumps(state))
    asked: list[str] = []

    def instances(region: str) -> set[str]:
        asked.append(region)
        return live

    def run() -> bool:
        states = {"300000000001": AccountState.ACTIVE}
        return retire_gone(engine, None, exported_state(engine, None), lambda: states, instances=instances)

    if INSTANCE in live:
        assert run()
        assert json.loads((tmp_path / "state.json").read_text())["deployment"]["resources"][-1] == theirs
        assert len(accounts_in_state(tmp_path)) == 2, "what is in no account"
    else:
        with pytest.raises(WrongOrganizationError, match="another one"):
            run()
        assert len(accounts_in_state(tmp_path)) == 4
    assert asked == ["eu-west-1"]


def test_a_state_without_accounts_asks_nothing_of_aws(engine: Engine, tmp_path: Path):
    write_state(tmp_path)

    def unreachable() -> dict[str, AccountState]:
        raise AssertionError("asked")

    assert not retire_gone(engine, None, exported_state(engine, None), unreachable)


def test_what_an_engine_says_when_it_fails_is_passed_on(engine: Engine):
    with pytest.raises(EngineError, match=r"fake bogus verb failed: what\?"):
        output_of(engine, "bogus", "verb")
