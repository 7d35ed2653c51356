"""A message to each channel that wants it. Nothing here raises: what went wrong with a channel is in its outcome."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import urllib3

from remit.delivery.http import RETRIES, post
from remit.errors import RemitError
from remit.notify import slack, sns, teams, webhook
from remit.notify.channels import Channel, address_of, secret_of
from remit.notify.inputs import News
from remit.notify.message import Message

Publish = Callable[[str, Mapping[str, Any]], None]
"""(topic ARN, the other parameters of SNS's Publish); raises RemitError."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went with one channel. `failure` is empty when the message arrived."""

    channel: str
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Courier:
    """`environment` holds the secrets; `publish` is SNS's door; `clock` gives seconds since 1970."""

    environment: Mapping[str, str]
    publish: Publish
    clock: Callable[[], float] = time.time
    new_id: Callable[[], str] = field(default=lambda: f"msg_{uuid.uuid4().hex}")
    retries: urllib3.Retry = RETRIES

    def deliver(self, message: Message, news: News, channels: Iterable[Channel]) -> list[Outcome]:
        """One outcome for each channel that wants any of it."""
        outcomes = []
        for channel in channels:
            wanted = message.about(channel.topics)
            if wanted is not None:
                outcomes.append(Outcome(channel.label, self._failure(channel, wanted, news)))
        return outcomes

    def _failure(self, channel: Channel, message: Message, news: News) -> str:
        try:
            self._send(channel, message, news)
        except RemitError as error:
            return str(error)
        return ""

    def _send(self, channel: Channel, message: Message, news: News) -> None:
        if channel.kind == "sns":
            self.publish(channel.topic_arn, sns.publication(message))
            return
        url = address_of(self.environment, channel.url_env)
        headers: dict[str, str] = {}
        if channel.kind == "teams":
            body = teams.encoded(teams.card_message(message))
        elif channel.kind == "slack":
            body = teams.encoded(slack.blocks_message(message))
        else:
            body = webhook.body_of(message, news)
            key = secret_of(self.environment, channel.secret_env)
            headers = webhook.signed_headers(body, secret=key, message_id=self.new_id(), timestamp=int(self.clock()))
        post(url, body, headers, retries=self.retries)
