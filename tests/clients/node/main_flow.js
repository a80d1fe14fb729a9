// The main flow over grpc-web, by @connectrpc/connect-web as a browser would use it.
//
// Usage: node main_flow.js EDGE_URL, and the world on standard input as JSON:
// {"password", "teacher", "student", "session_id", "location_id", "student_id", "latitude", "longitude"}

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { equals } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { ErrorInfoSchema } from "./generated/google/rpc/error_details_pb.js";
import { AttendanceRecordSchema, AttendanceRecord_Status } from "./generated/rollcall/v1/attendance_record_pb.js";
import { AuthService } from "./generated/rollcall/v1/auth_service_pb.js";
import { CheckInService } from "./generated/rollcall/v1/check_in_service_pb.js";
import { CodeService } from "./generated/rollcall/v1/code_service_pb.js";
import { LiveService } from "./generated/rollcall/v1/live_service_pb.js";
import { SessionSchema, SessionService } from "./generated/rollcall/v1/session_service_pb.js";

const world = JSON.parse(readFileSync(0, "utf8"));
const transport = createGrpcWebTransport({ baseUrl: process.argv[2] });
const client = (service) => createClient(service, transport);

async function signIn(email, password) {
  const answer = await client(AuthService).login({ email, password, deviceId: "browser" });
  return { headers: { authorization: `Bearer ${answer.accessToken}` } };
}

async function refused(promise, code, reason) {
  const error = await promise.then(
    () => assert.fail(`${reason} was due`),
    (cause) => ConnectError.from(cause),
  );
  const [info] = error.findDetails(ErrorInfoSchema);
  assert.deepEqual([error.code, info?.domain, info?.reason], [code, "rollcall", reason], String(error));
}

async function nextChange(events) {
  for (;;) {
    const { done, value } = await events.next();
    if (done) return undefined;
    if (value.change.case !== undefined) return value.change;
  }
}

const teacher = await signIn(world.teacher, world.password);
const student = await signIn(world.student, world.password);
await refused(signIn(world.student, "wrong"), Code.Unauthenticated, "CREDENTIALS_INVALID");

const events = client(LiveService)
  .watchAttendance({ sessionId: world.session_id }, teacher)[Symbol.asyncIterator]();
const first = await nextChange(events);
assert.deepEqual([first.case, first.value.id], ["session", world.session_id]);

const at = { locationId: world.location_id, sessionId: world.session_id };
const { code } = await client(CodeService).getCurrentCode(at, teacher);
const request = {
  checkInId: randomUUID(),
  sessionId: world.session_id,
  qrCode: code,
  position: { latitude: world.latitude + 1, longitude: world.longitude },
};
const checkIns = client(CheckInService);
await refused(checkIns.checkIn(request, student), Code.FailedPrecondition, "OUTSIDE_GEOFENCE");
request.position.latitude = world.latitude;
const record = await checkIns.checkIn(request, student);
assert.equal(record.status, AttendanceRecord_Status.PRESENT);
assert.deepEqual([record.sessionId, record.studentId, record.replayed], [world.session_id, world.student_id, false]);

const seen = await nextChange(events);
assert.equal(seen.case, "record");
assert.ok(equals(AttendanceRecordSchema, seen.value, record), "the live view shows the record");

const again = await checkIns.checkIn(request, student);
assert.ok(again.replayed);
again.replayed = false;
assert.ok(equals(AttendanceRecordSchema, again, record), "a repeat gets the same record");

const ended = await client(SessionService).endSession({ id: world.session_id }, teacher);
let last;
for (let change = await nextChange(events); change; change = await nextChange(events)) last = change;
assert.equal(last.case, "session");
assert.ok(equals(SessionSchema, last.value, ended), "the live view shows the end");
console.log("the main flow works");
