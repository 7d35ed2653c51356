"""AWS::Events::Rule, Connection and ApiDestination, AWS::SQS::Queue and QueueInlinePolicy, as their schemas say.

Queues are moto's, so that SQS can be asked for what is in them. Of a rule, only event patterns count: no schedules.
"""

from __future__ import annotations

import json
from typing import ClassVar

from moto.events.exceptions import InvalidEventPatternException
from moto.events.models import EventPattern
from moto.sqs.models import sqs_backends

from sandbox.cloud_control.resource_type import HandlerError, Model
from sandbox.events.stored import StoredType
from sandbox.wire import JsonObject

_MOST_TARGETS = 5


class RuleType(StoredType):
    name: ClassVar[str] = "AWS::Events::Rule"
    writable: ClassVar[frozenset[str]] = frozenset(
        {"EventBusName", "EventPattern", "ScheduleExpression", "Description", "State", "Targets", "RoleArn", "Tags"}
    )
    create_only: ClassVar[frozenset[str]] = frozenset({"Name"})
    read_only: ClassVar[frozenset[str]] = frozenset({"Arn"})
    key_property, name_property = "Arn", "Name"

    def computed(self, account: str, model: Model) -> JsonObject:
        return {"Arn": f"arn:aws:events:{self._region}:{account}:rule/{model['Name']}"}

    def check(self, account: str, model: JsonObject) -> None:
        del account
        model.setdefault("State", "ENABLED")
        if len(model.get("Targets", [])) > _MOST_TARGETS:
            raise HandlerError("ServiceLimitExceeded", "The requested resource exceeds the maximum number allowed.")
        try:
            EventPattern.load(json.dumps(model.get("EventPattern")))
        except InvalidEventPatternException as error:
            raise HandlerError("InvalidRequest", str(error)) from error


class ConnectionType(StoredType):
    """A read leaves the secrets out, as AWS does."""

    name: ClassVar[str] = "AWS::Events::Connection"
    writable: ClassVar[frozenset[str]] = frozenset(
        {"Description", "AuthorizationType", "AuthParameters", "KmsKeyIdentifier"}
    )
    create_only: ClassVar[frozenset[str]] = frozenset({"Name"})
    read_only: ClassVar[frozenset[str]] = frozenset({"Arn", "ArnForPolicy", "SecretArn"})
    key_property, name_property = "Name", "Name"

    def computed(self, account: str, model: Model) -> JsonObject:
        policy = f"arn:aws:events:{self._region}:{account}:connection/{model['Name']}"
        secret = f"arn:aws:secretsmanager:{self._region}:{account}:secret:events!connection/{model['Name']}"
        return {"Arn": f"{policy}/{self._world.random_uuid()}", "ArnForPolicy": policy, "SecretArn": secret}

    def read(self, account: str, identifier: str) -> JsonObject:
        model = super().read(account, identifier)
        parameters = model.get("AuthParameters", {})
        parameters.pop("InvocationHttpParameters", None)
        parameters.get("ApiKeyAuthParameters", {}).pop("ApiKeyValue", None)
        return model


class ApiDestinationType(StoredType):
    name: ClassVar[str] = "AWS::Events::ApiDestination"
    required: ClassVar[frozenset[str]] = frozenset({"ConnectionArn", "InvocationEndpoint", "HttpMethod"})
    writable: ClassVar[frozenset[str]] = frozenset({"Description", "InvocationRateLimitPerSecond"}) | required
    create_only: ClassVar[frozenset[str]] = frozenset({"Name"})
    read_only: ClassVar[frozenset[str]] = frozenset({"Arn", "ArnForPolicy"})
    key_property, name_property = "Name", "Name"

    def computed(self, account: str, model: Model) -> JsonObject:
        policy = f"arn:aws:events:{self._region}:{account}:api-destination/{model['Name']}"
        return {"Arn": f"{policy}/{self._world.random_uuid()}", "ArnForPolicy": policy}


class QueueType(StoredType):
    name: ClassVar[str] = "AWS::SQS::Queue"
    writable: ClassVar[frozenset[str]] = frozenset(
        {
            "DelaySeconds",
            "KmsMasterKeyId",
            "SqsManagedSseEnabled",
            "MessageRetentionPeriod",
            "Tags",
            "VisibilityTimeout",
        }
    )
    create_only: ClassVar[frozenset[str]] = frozenset({"QueueName"})
    read_only: ClassVar[frozenset[str]] = frozenset({"QueueUrl", "Arn"})
    key_property, name_property = "QueueUrl", "QueueName"

    def computed(self, account: str, model: Model) -> JsonObject:
        name = model["QueueName"]
        return {
            "QueueUrl": f"https://sqs.{self._region}.amazonaws.com/{account}/{name}",
            "Arn": f"arn:aws:sqs:{self._region}:{account}:{name}",
        }

    def check(self, account: str, model: JsonObject) -> None:
        backend = sqs_backends[account][self._region]
        if model["QueueName"] not in backend.queues:
            backend.create_queue(model["QueueName"])

    def delete(self, account: str, identifier: str) -> None:
        super().delete(account, identifier)
        sqs_backends[account][self._region].delete_queue(identifier.rpartition("/")[2])


class QueuePolicyType(StoredType):
    name: ClassVar[str] = "AWS::SQS::QueueInlinePolicy"
    required: ClassVar[frozenset[str]] = frozenset({"PolicyDocument", "Queue"})
    writable: ClassVar[frozenset[str]] = frozenset({"PolicyDocument"})
    create_only: ClassVar[frozenset[str]] = frozenset({"Queue"})
    key_property, name_property = "Queue", "Queue"

    def computed(self, account: str, model: Model) -> JsonObject:
        if str(model["Queue"]).rpartition("/")[2] not in sqs_backends[account][self._region].queues:
            raise HandlerError("NotFound", "The specified queue does not exist.")
        return {}
