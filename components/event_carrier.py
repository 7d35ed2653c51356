"""One region's way from the event bus to a CI host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws_native as aws_native
from pulumi_aws_native import events, sqs

from remit.events import PATHS, Destination, Pattern
from remit.resource_types import EVENT_CARRIER

NAME = "remit-events"
_KEPT_FOR = 14 * 24 * 3600  # seconds in the dead-letter queue: SQS's most
_CALLS_A_SECOND = 10
_RETRY_FOR = 3600  # seconds: by then the scheduled run has seen it
_RETRIES = 20
_NO_KEY = "remit"  # a connection must send a header: this one, where the token goes elsewhere


class EventCarrier(pulumi.ComponentResource):
    """A connection with the token, an API destination, a dead-letter queue, and a rule for each pattern.

    `name` is the region. Logical names carry it; AWS's own do not need to, since all of this belongs to a region.
    """

    provider: aws_native.Provider
    destination: events.ApiDestination
    queue: sqs.Queue

    def __init__(
        self,
        name: str,
        patterns: Mapping[str, Pattern],
        *,
        to: Destination,
        token: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(EVENT_CARRIER, name, None, opts)
        self._region = name
        self._patterns = patterns
        self._template = to.template
        self.provider = aws_native.Provider(name, region=name, opts=pulumi.ResourceOptions(parent=self))
        self._options = pulumi.ResourceOptions(parent=self, provider=self.provider)
        connection = events.Connection(
            self._logical("connection"),
            name=NAME,
            description="Tells CI what happened in the organization",
            authorization_type=events.ConnectionAuthorizationType.API_KEY,
            auth_parameters=_authorization(to, token),
            opts=self._options,
        )
        self.destination = events.ApiDestination(
            self._logical("destination"),
            name=NAME,
            connection_arn=connection.arn,
            http_method=events.ApiDestinationHttpMethod.POST,
            invocation_endpoint=to.endpoint,
            invocation_rate_limit_per_second=_CALLS_A_SECOND,
            opts=self._options,
        )
        self.queue = sqs.Queue(
            self._logical("dead-letters"),
            queue_name=NAME,
            message_retention_period=_KEPT_FOR,
            sqs_managed_sse_enabled=True,
            opts=self._options,
        )

    def carry(self, role_arn: pulumi.Input[str]) -> None:
        """The rules, which call the destination as that role; they may fill the queue, and nobody else may."""
        rules = [self._rule(name, pattern, role_arn) for name, pattern in self._patterns.items()]
        statement = {
            "Sid": "DeadLetters",
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": self.queue.arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": [rule.arn for rule in rules]}},
        }
        sqs.QueueInlinePolicy(
            self._logical("dead-letters-policy"),
            queue=self.queue.queue_url,
            policy_document=document(statement),
            opts=self._options,
        )
        self.register_outputs({"deadLetters": self.queue.queue_url})

    def _rule(self, name: str, pattern: Pattern, role_arn: pulumi.Input[str]) -> events.Rule:
        return events.Rule(
            self._logical(name),
            name=f"{NAME}-{name}",
            description="Starts a run of Remit",
            event_pattern=pattern,
            targets=[
                events.RuleTargetArgs(
                    id="ci",
                    arn=self.destination.arn,
                    role_arn=role_arn,
                    dead_letter_config=events.RuleDeadLetterConfigArgs(arn=self.queue.arn),
                    retry_policy=events.RuleRetryPolicyArgs(
                        maximum_event_age_in_seconds=_RETRY_FOR, maximum_retry_attempts=_RETRIES
                    ),
                    input_transformer=events.RuleInputTransformerArgs(
                        input_paths_map=dict(PATHS), input_template=self._template
                    ),
                )
            ],
            opts=self._options,
        )

    def _logical(self, what: str) -> str:
        return f"{self._region}/{what}"


def document(statement: Mapping[str, Any]) -> dict[str, Any]:
    """A policy document of one statement."""
    return {"Version": "2012-10-17", "Statement": [dict(statement)]}


def _authorization(to: Destination, token: pulumi.Input[str]) -> events.ConnectionAuthParametersArgs:
    key = _NO_KEY if to.token_query else pulumi.Output.concat(to.prefix, token)
    headers = [_parameter(name, value, secret=False) for name, value in to.headers.items()]
    query = [_parameter(to.token_query, token, secret=True)] if to.token_query else []
    return events.ConnectionAuthParametersArgs(
        api_key_auth_parameters=events.ConnectionApiKeyAuthParametersArgs(api_key_name=to.header, api_key_value=key),
        invocation_http_parameters=_invocation(headers, query),
    )


def _invocation(
    headers: Sequence[events.ConnectionParameterArgs], query: Sequence[events.ConnectionParameterArgs]
) -> events.ConnectionHttpParametersArgs | None:
    if not headers and not query:
        return None
    return events.ConnectionHttpParametersArgs(
        header_parameters=list(headers) or None, query_string_parameters=list(query) or None
    )


def _parameter(name: str, value: pulumi.Input[str], *, secret: bool) -> events.ConnectionParameterArgs:
    return events.ConnectionParameterArgs(key=name, value=value, is_value_secret=secret)
