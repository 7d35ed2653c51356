"""IAM's answers in XML, by moto's serializer and its model of the service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.core.responses import XFormedAttributePicker
from moto.core.serialize import QuerySerializer
from moto.core.utils import get_service_model
from moto.iam.responses import IamResponse
from werkzeug.wrappers import Response


def answer(operation: str, result: Mapping[str, Any]) -> Response:
    """`result` by the names of the API; values may be moto's own objects."""
    picker = XFormedAttributePicker(response_transformers=IamResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER)
    model = get_service_model("iam").operation_model(operation)
    serialized = QuerySerializer(operation_model=model, value_picker=picker).serialize(result)
    return Response(serialized["body"], serialized["status_code"], content_type="text/xml")
