"""The main flow, by a client that shares no code with Rollcall: grpcio, with stubs made from the protos.

Usage: main_flow.py ADDRESS, and the world on standard input as JSON:
{"password", "teacher", "student", "session_id", "location_id", "student_id", "latitude", "longitude"}
"""

import json
import sys
import uuid

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from rollcall.v1 import (
    attendance_record_pb2,
    auth_service_pb2,
    auth_service_pb2_grpc,
    check_in_service_pb2,
    check_in_service_pb2_grpc,
    code_service_pb2,
    code_service_pb2_grpc,
    live_service_pb2,
    live_service_pb2_grpc,
    session_service_pb2,
    session_service_pb2_grpc,
)


def equal(left, right):
    assert left == right, f"{left!r} is not {right!r}"


def signed_in(channel, email, password):
    request = auth_service_pb2.LoginRequest(email=email, password=password, device_id="python")
    answer = auth_service_pb2_grpc.AuthServiceStub(channel).Login(request, timeout=10)
    return [("authorization", f"Bearer {answer.access_token}")]


def reason(error):
    """What google.rpc.ErrorInfo says, read by Google's own library."""
    for detail in rpc_status.from_call(error).details:
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            equal(info.domain, "rollcall")
            return info.reason
    raise AssertionError(f"no reason: {error}")


def refused(call, code, why):
    try:
        call()
    except grpc.RpcError as error:
        equal((error.code(), reason(error)), (code, why))
    else:
        raise AssertionError(f"{why} was due")


def main():
    world = json.load(sys.stdin)
    with grpc.insecure_channel(sys.argv[1]) as channel:
        teacher = signed_in(channel, world["teacher"], world["password"])
        student = signed_in(channel, world["student"], world["password"])
        refused(
            lambda: signed_in(channel, world["student"], "wrong"),
            grpc.StatusCode.UNAUTHENTICATED,
            "CREDENTIALS_INVALID",
        )

        live = live_service_pb2_grpc.LiveServiceStub(channel).WatchAttendance(
            live_service_pb2.WatchAttendanceRequest(session_id=world["session_id"]), metadata=teacher, timeout=30
        )
        equal(next(live).session.id, world["session_id"])

        code = code_service_pb2_grpc.CodeServiceStub(channel).GetCurrentCode(
            code_service_pb2.GetCurrentCodeRequest(
                location_id=world["location_id"], session_id=world["session_id"]
            ),
            metadata=teacher,
            timeout=10,
        )
        check_ins = check_in_service_pb2_grpc.CheckInServiceStub(channel)
        request = check_in_service_pb2.CheckInRequest(
            check_in_id=str(uuid.uuid4()), session_id=world["session_id"], qr_code=code.code
        )
        request.position.latitude = world["latitude"] + 1
        request.position.longitude = world["longitude"]
        refused(
            lambda: check_ins.CheckIn(request, metadata=student, timeout=10),
            grpc.StatusCode.FAILED_PRECONDITION,
            "OUTSIDE_GEOFENCE",
        )
        request.position.latitude = world["latitude"]
        record = check_ins.CheckIn(request, metadata=student, timeout=10)
        equal(record.status, attendance_record_pb2.AttendanceRecord.PRESENT)
        equal((record.session_id, record.student_id), (world["session_id"], world["student_id"]))
        equal(record.replayed, False)

        event = next(live)
        while not event.HasField("record"):
            event = next(live)
        equal(event.record, record)

        again = check_ins.CheckIn(request, metadata=student, timeout=10)
        equal(again.replayed, True)
        again.replayed = False
        equal(again, record)

        ended = session_service_pb2_grpc.SessionServiceStub(channel).EndSession(
            session_service_pb2.EndSessionRequest(id=world["session_id"]), metadata=teacher, timeout=10
        )
        rest = [event for event in live if event.WhichOneof("change")]
        equal(rest[-1].session, ended)
    print("the main flow works")


main()
