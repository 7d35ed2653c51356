"""A sandbox that runs: one HTTP server on the loopback interface, in a thread of this process.

with Sandbox(organization, latency_ms=200) as sandbox:
    subprocess.run(["pulumi", "up"], env={**os.environ, **sandbox.environment()})
"""

from __future__ import annotations

from threading import Thread
from types import TracebackType
from typing import Any, Self

from remit.organization import Organization
from sandbox.application import Application
from sandbox.http_server import KeepAliveServer
from sandbox.options import Options
from sandbox.world import World


def environment_of(url: str, region: str) -> dict[str, str]:
    """What points a client of AWS at the sandbox of that address."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
    }


class Sandbox:
    """A simulated organization that serves from `start` (or `with`) to `stop`.

    `options` are those of `sandbox.options.Options`. Moto keeps its state in its module, so one process can run
    one sandbox at a time, and a new one starts by emptying moto.
    """

    def __init__(self, organization: Organization, **options: Any) -> None:  # noqa: ANN401  Options' own fields
        self._bind(World(organization, Options(**options)))

    @classmethod
    def over(cls, world: World) -> Self:
        """A sandbox over a world that is there already, such as that of a process that this one was forked from."""
        sandbox = cls.__new__(cls)
        sandbox._bind(world)
        return sandbox

    def _bind(self, world: World) -> None:
        self.world, self.options = world, world.options
        self._server = KeepAliveServer(self.options.host, self.options.port, Application(world))
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """http://127.0.0.1:PORT: what AWS_ENDPOINT_URL must be."""
        return f"http://{self.options.host}:{self._server.server_port}"

    def environment(self) -> dict[str, str]:
        """All that a client of AWS needs to talk to this sandbox. boto3 reads AWS_DEFAULT_REGION, others AWS_REGION."""
        return environment_of(self.url, self.options.region)

    def start(self) -> None:
        """Serves from now on; the port is bound already."""
        self._thread.start()

    def stop(self) -> None:
        """Stops serving, closes the port and what is connected to it."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        self._server.close_all()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
