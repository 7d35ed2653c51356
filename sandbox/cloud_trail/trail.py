"""The trail of one organization: every record, in the order in which it was made, and who listens to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from werkzeug.wrappers import Response

from sandbox.cloud_trail.records import SOURCES, Session, record, service_event
from sandbox.wire import Call, JsonObject

Listener = Callable[[JsonObject], None]
_MOST = 50_000
_ACCESS_KEY = re.compile(r"<AccessKeyId>(\w+)</AccessKeyId>")


class Trail:
    """`listeners` get each record as it is made, under the world's lock: what they deliver, they deliver later."""

    def __init__(self, now: Callable[[], float], new_id: Callable[[], str]) -> None:
        self._now, self._new_id = now, new_id
        self._sessions: dict[str, Session] = {}
        self.records: list[JsonObject] = []
        self.listeners: list[Listener] = []

    def note(self, call: Call, answer: JsonObject | None) -> None:
        """A call that succeeded. `answer` is that of a JSON call."""
        if call.writes and call.service in SOURCES:
            self._keep(
                record(
                    call,
                    event_id=self._new_id(),
                    at=self._now(),
                    session=self._sessions.get(call.access_key),
                    answer=answer,
                )
            )

    def assumed(self, call: Call, answer: Response) -> None:
        """AssumeRole gave out a key: what is done with it is that session's doing."""
        if found := _ACCESS_KEY.search(answer.get_data(as_text=True)):
            params: Mapping[str, str] = call.params
            self._sessions[found[1]] = Session(params.get("RoleArn", ""), params.get("RoleSessionName", ""))

    def caller(self, call: Call) -> str:
        """The name of the role whose session calls; for a static key, the key itself."""
        session = self._sessions.get(call.access_key)
        return session.role.rpartition("/")[2] if session else call.access_key

    def service_event(self, name: str, account: str, details: JsonObject) -> None:
        """Something that Organizations tells by itself."""
        self._keep(service_event(name, account, details, event_id=self._new_id(), at=self._now()))

    def _keep(self, event: JsonObject) -> None:
        self.records.append(event)
        if len(self.records) > _MOST:
            del self.records[: _MOST // 10]
        for listener in self.listeners:
            listener(event)
