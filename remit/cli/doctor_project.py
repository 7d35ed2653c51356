"""What `remit doctor` finds on this machine: the project's files, the tools, the engine's backend."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from remit.catalog import Catalog
from remit.catalog.load import files_of
from remit.cli.engine import UNKNOWN_STACK, Engine, EngineError, choose_engine, output_of
from remit.cli.inputs import catalog_folder, project_folder, read_inputs, stack_file
from remit.cli.state import exported_state
from remit.cli.words import counted
from remit.doctor.observed import Backend, Encryption, Repository, Tools
from remit.drift.recorded import Recorded
from remit.errors import CatalogError, Problem
from remit.linting.ignores import ignores_in
from remit.linting.rule import Severity
from remit.linting.run import lint
from remit.linting.subject import Subject
from remit.promotion import stages
from remit.revision import run_git
from remit.stack import Stack
from remit.stack_file import read_stack
from remit.territory import StackFile
from remit.yaml_places import read_yaml

_WORKFLOWS = ("preview", "apply", "drift", "expire")
_PIN = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==(\S+)", re.MULTILINE)
_PLUGIN = re.compile(r"resource-aws-native-v([\d.]+)")


@dataclass(frozen=True, slots=True)
class LocalProject:
    """`remit.doctor.examination.Project`. `named`: the stack that was asked for, None: all of them."""

    folder_of_catalog: Path | None
    named: str | None
    at: datetime
    environment: Mapping[str, str]

    def tools(self) -> Tools:
        pins, endpoint = self._pins(), self.environment.get("AWS_ENDPOINT_URL", "")
        engine, pulumi = self._engine(), shutil.which("pulumi")
        uses_pulumi = engine is None or engine.name == "pulumi"
        return Tools(
            python=sys.version_info[:2],
            packages={name: (pinned, _installed(name)) for name, pinned in pins.items()},
            engine="pulumi" if uses_pulumi else "embedded",
            pulumi=_pulumi_version(pulumi) if pulumi and uses_pulumi else "",
            language_host=bool(pulumi and _language_host(pulumi)),
            plugins=self._plugins(),
            plugin_pinned=pins.get("pulumi-aws-native", ""),
            endpoint=endpoint,
            loopback=_is_loopback(endpoint),
            virtualenv_missing=self._virtualenv_missing(),
        )

    def backend(self) -> Backend:
        engine = self._engine()
        url = self.environment.get("PULUMI_BACKEND_URL") or _at(self._project(), "backend", "url")
        in_ci = bool(self.environment.get("CI"))
        if engine is None:
            return Backend(url, "there is no pulumi on PATH to ask", in_ci)
        try:
            if not url and engine.name == "pulumi":
                said = re.search(r"^Backend URL: (\S+)", output_of(engine, "whoami", "--verbose"), re.MULTILINE)
                url = said[1] if said else ""
            output_of(engine, "stack", "ls")
        except EngineError as error:
            return Backend(url, " ".join(str(error).split()), in_ci)
        return Backend(url, in_ci=in_ci)

    def encryption(self) -> Sequence[Encryption]:
        return [
            Encryption(path.name, _provider(_mapping(path)), self._passphrase())
            for path in ([stack_file(self.named)] if self.named else _stack_files())
        ]

    def repository(self) -> Repository:
        folder = project_folder()
        inside = run_git(folder, "rev-parse", "--is-inside-work-tree")
        remote = run_git(folder, "remote", "get-url", "origin")
        workflows = folder / ".github" / "workflows"
        return Repository(
            is_git=inside is not None and inside.returncode == 0,
            host=_host(remote.stdout.decode().strip()) if remote and remote.returncode == 0 else "",
            missing_workflows=tuple(name for name in _WORKFLOWS if not (workflows / f"{name}.yml").is_file()),
            has_gitlab_ci=(folder / ".gitlab-ci.yml").is_file(),
            in_github_actions=bool(self.environment.get("GITHUB_ACTIONS")),
            unset_variables=() if self.environment.get("PULUMI_BACKEND_URL") else ("PULUMI_BACKEND_URL",),
        )

    def catalog(self) -> tuple[Catalog, str]:
        found = read_inputs(self._folder(), None).catalog
        policies = counted(len(found.managed_policies), "managed policy", "managed policies")
        sets, rules = counted(len(found.permission_sets), "permission set"), counted(len(found.access), "access rule")
        return found, f"{self._folder()}: {policies}, {sets}, {rules}"

    def lint(self) -> tuple[int, int]:
        folder = self._folder()
        catalog = read_inputs(folder, None).catalog
        found = lint(Subject(catalog, self.at), list(ignores_in(files_of(folder)))).findings
        counts = [sum(each.severity is severity for each in found) for severity in (Severity.ERROR, Severity.WARNING)]
        return counts[0], counts[1]

    def stack(self) -> Stack:
        return read_stack(stack_file(self.named)) if self.named else Stack("default")

    def made(self) -> Recorded | str:
        engine = self._engine()
        if self.named is None:
            return ""
        if engine is None:
            return "there is no engine to ask for the state"
        try:
            return Recorded.of(exported_state(engine, self.named))
        except EngineError as error:
            return Recorded.of({}) if UNKNOWN_STACK in str(error) else " ".join(str(error).split())

    def stacks(self) -> tuple[Sequence[StackFile], frozenset[str]]:
        files: list[StackFile] = []
        problems: list[Problem] = []
        for path in _stack_files():
            try:
                files.append(StackFile(path, read_stack(path)))
            except CatalogError as error:
                problems.extend(error.problems)
        if problems:
            raise CatalogError(problems)
        order = read_inputs(self._folder(), None).catalog.settings.promotion
        return files, frozenset(stages(order, {each.stack.name for each in files}))

    def _folder(self) -> Path:
        """A stack file that is wrong is told by its own check; meanwhile the catalog is where it usually is."""
        if self.folder_of_catalog:
            return self.folder_of_catalog
        try:
            return catalog_folder(self.stack())
        except CatalogError:
            return catalog_folder(Stack("default"))

    def _engine(self) -> Engine | None:
        """None where REMIT_ENGINE asks for one that is not there."""
        try:
            return choose_engine(self.environment)
        except EngineError:
            return None

    def _pins(self) -> dict[str, str]:
        path = project_folder() / "requirements.txt"
        return dict(_PIN.findall(path.read_text(encoding="utf-8"))) if path.is_file() else {}

    def _plugins(self) -> tuple[str, ...]:
        home = Path(self.environment.get("PULUMI_HOME") or Path.home() / ".pulumi")
        found = (_PLUGIN.fullmatch(path.name) for path in (home / "plugins").glob("resource-aws-native-v*"))
        return tuple(sorted(match[1] for match in found if match))

    def _project(self) -> Mapping[str, object]:
        return _mapping(project_folder() / "Pulumi.yaml")

    def _virtualenv_missing(self) -> str:
        named = _at(self._project(), "runtime", "options", "virtualenv")
        return named if named and not (project_folder() / named).is_dir() else ""

    def _passphrase(self) -> str:
        if self.environment.get("PULUMI_CONFIG_PASSPHRASE_FILE") or self.environment.get("PULUMI_CONFIG_PASSPHRASE"):
            return "set"
        return "empty" if "PULUMI_CONFIG_PASSPHRASE" in self.environment else "unset"


def _stack_files() -> list[Path]:
    return sorted(stack_file("*").parent.glob("Pulumi.*.yaml"))


def _mapping(path: Path) -> Mapping[str, object]:
    """The YAML mapping of a file; empty for anything else: whoever needs the file says what is wrong with it."""
    if not path.is_file():
        return {}
    documents, _ = read_yaml(path.read_bytes(), str(path))
    return documents[0] if documents and isinstance(documents[0], Mapping) else {}


def _at(mapping: object, *keys: str) -> str:
    """The text at the end of the keys; "" when it is not there."""
    for key in keys:
        mapping = mapping.get(key) if isinstance(mapping, Mapping) else None
    return str(mapping) if isinstance(mapping, str) else ""


def _provider(stack: Mapping[str, object]) -> str:
    if named := _at(stack, "secretsprovider"):
        return named
    return "passphrase" if stack.get("encryptionsalt") else ""


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _pulumi_version(pulumi: str) -> str:
    try:
        done = subprocess.run([pulumi, "version"], capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return (done.stdout or done.stderr).strip()


def _language_host(pulumi: str) -> bool:
    name = "pulumi-language-python"
    return bool(shutil.which(name)) or (Path(os.path.realpath(pulumi)).parent / name).exists()


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _host(remote: str) -> str:
    """github.com of git@github.com:owner/name.git and of https://github.com/owner/name."""
    found = re.match(r"(?:\w+://)?(?:[^@/]+@)?([^:/]+)", remote)
    return found[1] if found else ""
