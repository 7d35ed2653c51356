"""What carries events: EventBridge, its dead-letter queue and its role. As far as a program here sets them."""

from __future__ import annotations

from engine.aws_native.resource_types import Json, ListOf, Record, ResourceType, Scalar

_TEXT, _NUMBER, _FLAG = Scalar(), Scalar("integer"), Scalar("bool")
_PARAMETERS = ListOf(Record({"key": _TEXT, "value": _TEXT, "isValueSecret": _FLAG}, frozenset({"key", "value"})))
_TARGET = Record(
    {
        "arn": _TEXT,
        "id": _TEXT,
        "roleArn": _TEXT,
        "input": _TEXT,
        "deadLetterConfig": Record({"arn": _TEXT}),
        "retryPolicy": Record({"maximumEventAgeInSeconds": _NUMBER, "maximumRetryAttempts": _NUMBER}),
        "inputTransformer": Record({"inputPathsMap": Json(), "inputTemplate": _TEXT}, frozenset({"inputTemplate"})),
    },
    frozenset({"arn", "id"}),
)

RULE = ResourceType(
    token="aws-native:events:Rule",  # noqa: S106 - a type token
    cloud_name="AWS::Events::Rule",
    properties=Record(
        {
            "name": _TEXT,
            "description": _TEXT,
            "eventBusName": _TEXT,
            "eventPattern": Json(),
            "state": _TEXT,
            "targets": ListOf(_TARGET),
            "arn": _TEXT,
        }
    ),
    read_only=frozenset({"arn"}),
    unordered=frozenset({"targets"}),
    name_property="name",
)

CONNECTION = ResourceType(
    token="aws-native:events:Connection",  # noqa: S106 - a type token
    cloud_name="AWS::Events::Connection",
    properties=Record(
        {
            "name": _TEXT,
            "description": _TEXT,
            "authorizationType": _TEXT,
            "authParameters": Record(
                {
                    "apiKeyAuthParameters": Record(
                        {"apiKeyName": _TEXT, "apiKeyValue": _TEXT}, frozenset({"apiKeyName", "apiKeyValue"})
                    ),
                    "invocationHttpParameters": Record(
                        {
                            "headerParameters": _PARAMETERS,
                            "queryStringParameters": _PARAMETERS,
                            "bodyParameters": _PARAMETERS,
                        }
                    ),
                }
            ),
            "arn": _TEXT,
            "arnForPolicy": _TEXT,
            "secretArn": _TEXT,
        }
    ),
    read_only=frozenset({"arn", "arnForPolicy", "secretArn"}),
    write_only=frozenset(
        {"authParameters/apiKeyAuthParameters/apiKeyValue", "authParameters/invocationHttpParameters"}
    ),
    name_property="name",
)

API_DESTINATION = ResourceType(
    token="aws-native:events:ApiDestination",  # noqa: S106 - a type token
    cloud_name="AWS::Events::ApiDestination",
    properties=Record(
        {
            "name": _TEXT,
            "description": _TEXT,
            "connectionArn": _TEXT,
            "httpMethod": _TEXT,
            "invocationEndpoint": _TEXT,
            "invocationRateLimitPerSecond": _NUMBER,
            "arn": _TEXT,
            "arnForPolicy": _TEXT,
        },
        frozenset({"connectionArn", "httpMethod", "invocationEndpoint"}),
    ),
    read_only=frozenset({"arn", "arnForPolicy"}),
    name_property="name",
)

QUEUE = ResourceType(
    token="aws-native:sqs:Queue",  # noqa: S106 - a type token
    cloud_name="AWS::SQS::Queue",
    properties=Record(
        {
            "queueName": _TEXT,
            "messageRetentionPeriod": _NUMBER,
            "sqsManagedSseEnabled": _FLAG,
            "queueUrl": _TEXT,
            "arn": _TEXT,
        }
    ),
    read_only=frozenset({"queueUrl", "arn"}),
    name_property="queueName",
)

QUEUE_POLICY = ResourceType(
    token="aws-native:sqs:QueueInlinePolicy",  # noqa: S106 - a type token
    cloud_name="AWS::SQS::QueueInlinePolicy",
    properties=Record({"queue": _TEXT, "policyDocument": Json()}, frozenset({"queue", "policyDocument"})),
)

ROLE = ResourceType(
    token="aws-native:iam:Role",  # noqa: S106 - a type token
    cloud_name="AWS::IAM::Role",
    properties=Record(
        {
            "roleName": _TEXT,
            "path": _TEXT,
            "description": _TEXT,
            "assumeRolePolicyDocument": Json(),
            "policies": ListOf(
                Record({"policyName": _TEXT, "policyDocument": Json()}, frozenset({"policyName", "policyDocument"}))
            ),
            "arn": _TEXT,
            "roleId": _TEXT,
        },
        frozenset({"assumeRolePolicyDocument"}),
    ),
    read_only=frozenset({"arn", "roleId"}),
    unordered=frozenset({"policies"}),
    name_property="roleName",
    name_length=64,
)

EVENT_TYPES = (RULE, CONNECTION, API_DESTINATION, QUEUE, QUEUE_POLICY, ROLE)
