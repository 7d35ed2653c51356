"""One run over one stack: what each verb does, from the ledger to the last line on the screen."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from pulumi.runtime.proto import engine_pb2_grpc, resource_pb2_grpc

from engine import urn as urns
from engine.deploy.defaults import DefaultProviders
from engine.deploy.deletion import delete_the_rest
from engine.deploy.deployment import Deployment
from engine.deploy.events import Events
from engine.deploy.options import Options
from engine.deploy.outputs import Outputs
from engine.deploy.refreshing import refresh
from engine.display.console import Lines
from engine.display.event_log import EventLog, Watchers
from engine.display.progress import Progress
from engine.display.summary import changed
from engine.display.tree import Tree
from engine.display.view import View
from engine.errors import CancelledError, ChangesNotExpectedError, EngineError
from engine.monitor.engine import EngineService
from engine.monitor.resources import ResourceMonitor
from engine.monitor.server import serving
from engine.plugins.process import Child
from engine.plugins.registry import Registry
from engine.program.launch import start_program
from engine.project import Configuration, Project
from engine.state.backend import Backend
from engine.state.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be run. `kind` is "up", "refresh", "destroy" or "import"."""

    kind: str
    stack: str
    options: Options
    diff: bool = False
    refresh_first: bool = False
    expect_no_changes: bool = False
    clear_pending_creates: bool = False
    event_log: Path | None = None
    work: Callable[[Deployment], None] | None = None
    """For "import": what to do instead of running the program."""
    config: Mapping[str, str] = field(default_factory=dict)


class Runner:
    """Runs requests over one project. `lines` is where text goes."""

    def __init__(self, project: Project, backend: Backend, configuration: Configuration, lines: Lines) -> None:
        self._project = project
        self._backend = backend
        self._configuration = configuration
        self._lines = lines
        self._child: Child | None = None

    def run(self, request: Request) -> int:
        """Carry out a request; returns how many resources changed, or would. EngineError if the run failed."""
        if request.options.preview:
            return self._run(request, Ledger(self._backend.load(request.stack)))
        with self._backend.session(request.stack) as ledger:
            return self._run(request, ledger)

    def _run(self, request: Request, ledger: Ledger) -> int:
        view = self._view(request)
        if request.event_log is None:
            return self._watched(request, ledger, view, view)
        with request.event_log.open("w", encoding="utf-8") as file:
            log = EventLog(file, preview=request.options.preview, refreshing=request.kind == "refresh")
            start = time.monotonic()
            try:
                return self._watched(request, ledger, view, Watchers(view, log))
            finally:
                log.finish(time.monotonic() - start, view.counts)

    def _watched(self, request: Request, ledger: Ledger, view: View, events: Events) -> int:
        start = time.monotonic()
        view.heading(request.kind, request.stack)
        service = EngineService(events)
        with serving(lambda server: engine_pb2_grpc.add_EngineServicer_to_server(service, server)) as address:
            registry = Registry(
                project=self._project.directory,
                plugins=self._project.plugins,
                engine_address=address,
                preview=request.options.preview,
                on_output=lambda _package, line: events.log("info", line),
            )
            run = Deployment(
                project=self._project.name,
                stack=request.stack,
                options=request.options,
                ledger=ledger,
                registry=registry,
                events=events,
                now=lambda: datetime.now(UTC),
            )
            with _interruptible(run, self._kill), contextlib.closing(registry):
                self._work(request, run, view, address)
        view.finish(time.monotonic() - start)
        self._judge(request, run, view, service)
        return changed(view.counts)

    def _work(self, request: Request, run: Deployment, view: View, address: str) -> None:
        """The verb itself. An error of the run as a whole is told like any other, and fails it."""
        try:
            _warn_of_pending(run, request)
            if request.kind == "refresh":
                if request.clear_pending_creates:
                    run.ledger.settle()
                refresh(run)
            elif request.kind == "import" and request.work is not None:
                request.work(run)
            else:
                if request.refresh_first:
                    refresh(run)
                    if run.progress.failures:
                        return
                if request.kind == "up":
                    self._program(request, run, view, address)
                else:
                    delete_the_rest(run)
        except CancelledError:
            run.stop()
        except EngineError as error:
            run.progress.failures += 1
            run.events.log("error", str(error))

    def _program(self, request: Request, run: Deployment, view: View, address: str) -> None:
        """Run the program, then delete what it no longer registers."""
        outputs = Outputs(run)
        monitor = ResourceMonitor(run, DefaultProviders(run, self._configuration.values), outputs)
        with serving(lambda s: resource_pb2_grpc.add_ResourceMonitorServicer_to_server(monitor, s)) as monitor_address:
            child = start_program(
                self._project,
                self._configuration,
                stack=request.stack,
                monitor=monitor_address,
                engine=address,
                preview=request.options.preview,
                parallel=request.options.parallel,
                on_output=lambda line: run.events.log("info", line),
            )
            self._child = child
            try:
                code = child.wait()
            finally:
                child.stop()
                self._child = None
        if code == 0 and not run.stopping:
            delete_the_rest(run)
        elif code != 0:
            run.progress.failures += 1
            if not view.diagnostics.count("error") and not run.stopping:
                run.events.log("error", f"the program ended with exit code {code}")
        outputs.finish()

    def _view(self, request: Request) -> View:
        kind = Tree if request.diff else Progress
        stack_urn = urns.create(
            stack=request.stack,
            project=self._project.name,
            parent="",
            type_=urns.STACK_TYPE,
            name=f"{self._project.name}-{request.stack}",
        )
        refreshing = request.kind == "refresh"
        return kind(self._lines, stack_urn=stack_urn, preview=request.options.preview, refreshing=refreshing)

    def _kill(self) -> None:
        child = self._child
        if child is not None:
            child.kill()

    @staticmethod
    def _judge(request: Request, run: Deployment, view: View, service: EngineService) -> None:
        """Raise what the run comes to."""
        what = "preview" if request.options.preview else {"up": "update"}.get(request.kind, request.kind)
        if run.stopping and run.options.continue_on_error and not run.bailed:
            raise CancelledError(f"{what} cancelled; what was done is in the state")
        if run.progress.failures or service.errors or view.diagnostics.count("error"):
            raise EngineError(f"{what} failed")
        if request.expect_no_changes and changed(view.counts):
            raise ChangesNotExpectedError("no changes were expected but changes were proposed")


def _warn_of_pending(run: Deployment, request: Request) -> None:
    pending = run.ledger.interrupted
    if not pending or request.options.preview or request.kind in ("refresh", "import"):
        return
    listed = "\n".join(f"  * {op.resource.urn}, interrupted while {op.type}" for op in pending)
    run.events.log(
        "warning",
        f"Attempting to deploy or update resources with {len(pending)} pending operations from previous "
        f"deployment.\n{listed}\nThese resources are in an unknown state because the engine was interrupted while "
        "waiting for changes to these resources to complete. Look at the provider whether they were made, import "
        "those that were, and clear the list with `refresh --clear-pending-creates`.",
    )


@contextlib.contextmanager
def _interruptible(run: Deployment, kill: Callable[[], None]) -> Iterator[None]:
    """On SIGINT or SIGTERM begin no more steps and let the running ones finish; on the second one, end at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    # The handler may interrupt code that holds a lock, so that whatever takes one is done by another thread.
    def first() -> None:
        run.events.log("warning", "interrupted: finishing what is running; interrupt again to end at once")
        run.registry.cancel()

    def second() -> None:
        run.registry.kill()
        kill()

    def stop(_number: int, _frame: FrameType | None) -> None:
        if run.stopping:
            threading.Thread(target=second, daemon=True).start()
            raise KeyboardInterrupt
        run.stop()
        threading.Thread(target=first, daemon=True).start()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
