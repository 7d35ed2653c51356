# ruff: noqa: N802, ANN001 - the names and signatures are gRPC's
"""A provider plugin for tests: things kept in a JSON file, which failures and delays can be written into.

FAKE_CLOUD names the file: {"things": {ID: inputs}, "faults": {"create NAME": {"fail" | "partial": text, "seconds": s}},
"calls": ["create NAME", …]}. A Thing is {name, zone, size, tags, parts}; zone and name are create-only.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import any_pb2, empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

Answer, Change = provider_pb2.DiffResponse, provider_pb2.PropertyDiff
CREATE_ONLY = ("name", "zone")
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_lock = threading.Lock()


@contextlib.contextmanager
def cloud() -> Iterator[dict[str, Any]]:
    """The file, read, and written back at the end."""
    path = Path(os.environ["FAKE_CLOUD"])
    with _lock, path.with_suffix(".lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        document = json.loads(path.read_text()) if path.exists() else {}
        for key, empty in (("things", {}), ("faults", {}), ("calls", [])):
            document.setdefault(key, empty)
        yield document
        temporary = path.with_suffix(".new")
        temporary.write_text(json.dumps(document, indent=1))
        temporary.replace(path)


def plain(struct: struct_pb2.Struct) -> dict[str, Any]:
    return json_format.MessageToDict(struct)


def struct(value: dict[str, Any]) -> struct_pb2.Struct:
    return json_format.ParseDict(value, struct_pb2.Struct())


def fault(operation: str, context: grpc.ServicerContext) -> str:
    """Wait and fail as the file says; returns the text of a partial failure, or ""."""
    with cloud() as document:
        document["calls"].append(operation)
        said = document["faults"].get(operation, {})
    time.sleep(said.get("seconds", 0))
    if said.get("fail"):
        context.abort(grpc.StatusCode.UNKNOWN, said["fail"])
    return str(said.get("partial", ""))


def kind_of(*, before: bool, after: bool) -> provider_pb2.PropertyDiff.Kind.ValueType:
    """Of a change of what was there before, is there after, or both."""
    return Change.UPDATE if before and after else Change.ADD if after else Change.DELETE


def partial(context: grpc.ServicerContext, id_: str, outputs: dict[str, Any], reason: str) -> None:
    detail = any_pb2.Any()
    detail.Pack(provider_pb2.ErrorResourceInitFailed(id=id_, properties=struct(outputs), reasons=[reason]))
    status = status_pb2.Status(code=2, message=reason, details=[detail])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, reason)


class Fake(provider_pb2_grpc.ResourceProviderServicer):
    def Handshake(self, request, context):
        return provider_pb2.ProviderHandshakeResponse()

    def GetPluginInfo(self, request, context):
        return plugin_pb2.PluginInfo(version="1.0.0")

    def CheckConfig(self, request, context):
        news = plain(request.news)
        if news.get("refuse"):
            return provider_pb2.CheckResponse(
                inputs=request.news, failures=[provider_pb2.CheckFailure(property="refuse", reason="as you wish")]
            )
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request, context):
        olds, news = plain(request.old_inputs), plain(request.news)
        replaces = ["region"] if olds.get("region") != news.get("region") else []
        changes = Answer.DIFF_SOME if olds != news else Answer.DIFF_NONE
        return Answer(changes=changes, replaces=replaces, diffs=replaces)

    def Configure(self, request, context):
        fault("configure " + request.name, context)
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(self, request, context):
        news = plain(request.news)
        if news.get("size") == 0:
            failure = provider_pb2.CheckFailure(property="size", reason="nothing has size 0")
            return provider_pb2.CheckResponse(inputs=request.news, failures=[failure])
        news.setdefault("name", plain(request.olds).get("name", request.name))
        return provider_pb2.CheckResponse(inputs=struct(news))

    def Diff(self, request, context):
        with cloud() as document:
            refused = document["faults"].get(f"diff {request.id}")
        if refused:
            context.abort(grpc.StatusCode.UNKNOWN, refused["fail"])
        olds, news = plain(request.old_inputs), plain(request.news)
        for key in request.ignoreChanges:
            news[key] = olds.get(key)
        detailed, replaces = {}, []
        for key in sorted({*olds, *news}):
            old, new = olds.get(key), news.get(key)
            if old == new:
                continue
            if key in CREATE_ONLY:
                replaces.append(key)
                detailed[key] = Change(kind=Change.UPDATE_REPLACE, inputDiff=True)
            elif isinstance(old, dict) and isinstance(new, dict):
                for entry in sorted({*old, *new}):
                    if old.get(entry) != new.get(entry):
                        kind = kind_of(before=entry in old, after=entry in new)
                        path = f'{key}["{entry}"]'
                        detailed[path] = Change(kind=kind, inputDiff=True)
            else:
                kind = kind_of(before=key in olds, after=key in news)
                detailed[key] = Change(kind=kind, inputDiff=True)
        return Answer(
            changes=Answer.DIFF_SOME if detailed else Answer.DIFF_NONE,
            replaces=replaces,
            diffs=sorted({path.split("[")[0] for path in detailed}),
            detailedDiff=detailed,
            hasDetailedDiff=True,
            deleteBeforeReplace=bool(news.get("exclusive")),
        )

    def Create(self, request, context):
        inputs = plain(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=struct({**inputs, "address": UNKNOWN}))
        broken = fault(f"create {inputs['name']}", context)
        id_ = f"id-{inputs['name']}"
        with cloud() as document:
            while id_ in document["things"]:
                id_ += "+"
            document["things"][id_] = inputs
        outputs = {**inputs, "address": f"at-{id_}"}
        if broken:
            partial(context, id_, outputs, broken)
        return provider_pb2.CreateResponse(id=id_, properties=struct(outputs))

    def Read(self, request, context):
        fault(f"read {request.id}", context)
        with cloud() as document:
            inputs = document["things"].get(request.id)
        if inputs is None:
            return provider_pb2.ReadResponse()
        outputs = {**inputs, "address": f"at-{request.id}"}
        return provider_pb2.ReadResponse(id=request.id, inputs=struct(inputs), properties=struct(outputs))

    def Update(self, request, context):
        news = plain(request.news)
        outputs = {**news, "address": f"at-{request.id}"}
        if request.preview:
            return provider_pb2.UpdateResponse(properties=struct(outputs))
        broken = fault(f"update {news['name']}", context)
        with cloud() as document:
            document["things"][request.id] = news
        if broken:
            partial(context, request.id, outputs, broken)
        return provider_pb2.UpdateResponse(properties=struct(outputs))

    def Delete(self, request, context):
        fault(f"delete {plain(request.properties).get('name')}", context)
        with cloud() as document:
            document["things"].pop(request.id, None)
        return empty_pb2.Empty()

    def Invoke(self, request, context):
        args = plain(request.args)
        if "fail" in args:
            context.abort(grpc.StatusCode.UNKNOWN, args["fail"])
        return provider_pb2.InvokeResponse(**{"return": struct({"echo": args})})

    def Cancel(self, request, context):
        return empty_pb2.Empty()


def serve() -> None:
    server = grpc.server(futures.ThreadPoolExecutor(64))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Fake(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()


if __name__ == "__main__":
    serve()
