"""Python's own ProtoJSON, for the test in python.rs: one question a line on stdin, one answer a line on stdout."""

import base64
import json
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

pool = descriptor_pool.DescriptorPool()
everything = None


def types(files):
    """Takes the descriptors, whose files come after those that they import."""
    global everything
    for file in descriptor_pb2.FileDescriptorSet.FromString(files).file:
        pool.Add(file)
    everything = message_factory.GetMessageClass(pool.FindMessageTypeByName("edge.test.v1.Everything"))


def settle(message):
    """Drops what is unknown and gives the content of every Any its one encoding, so that equal messages have equal bytes."""
    message.DiscardUnknownFields()
    if message.DESCRIPTOR.full_name == "google.protobuf.Any":
        try:
            inner = message_factory.GetMessageClass(pool.FindMessageTypeByName(message.type_url.split("/")[-1]))()
        except KeyError:
            return
        inner.ParseFromString(message.value)
        settle(inner)
        message.value = inner.SerializePartialToString(deterministic=True)
        return
    # A value that is not set is written as null and read back as that.
    if message.DESCRIPTOR.full_name == "google.protobuf.Value" and message.WhichOneof("kind") is None:
        message.null_value = 0
    for field, value in message.ListFields():
        if field.type not in (field.TYPE_MESSAGE, field.TYPE_GROUP):
            continue
        if not field.is_repeated:
            settle(value)
        elif field.message_type.GetOptions().map_entry:
            if field.message_type.fields_by_name["value"].type == field.TYPE_MESSAGE:
                for key in value:
                    settle(value[key])
        else:
            for item in value:
                settle(item)


def settled(message):
    settle(message)
    return base64.b64encode(message.SerializePartialToString(deterministic=True)).decode()


def parsed(wire):
    return everything.FromString(wire)


def written(message):
    texts = []
    for proto_names in (False, True):
        texts.append(json_format.MessageToJson(
            message, preserving_proto_field_name=proto_names, descriptor_pool=pool, indent=None,
            always_print_fields_with_no_presence=proto_names, ensure_ascii=not proto_names))
    return texts


def answer(question):
    if "types" in question:
        types(base64.b64decode(question["types"]))
        return {}
    # Whatever it is that Python trips over, it is a refusal.
    try:
        if "json" in question:
            return {"wire": settled(json_format.Parse(question["json"], everything(), descriptor_pool=pool))}
        message = parsed(base64.b64decode(question["wire"]))
        result = {"wire": settled(message)}
    except Exception as fault:
        return {"fault": f"{type(fault).__name__}: {fault}"}
    if question.get("write"):
        try:
            result["texts"] = written(message)
        except Exception as fault:
            result["fault"] = f"{type(fault).__name__}: {fault}"
    return result


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
