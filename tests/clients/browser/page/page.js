// What a web application of another origin does: it checks somebody in and watches, in every way that a browser has, and
// all of them must show the same. A failed assertion rejects the promise.

import { create, equals, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import grpcWeb from "grpc-web";
import { ErrorInfoSchema } from "./generated/google/rpc/error_details_pb.js";
import { AttendanceRecordSchema, AttendanceRecord_Status } from "./generated/rollcall/v1/attendance_record_pb.js";
import { AuthService } from "./generated/rollcall/v1/auth_service_pb.js";
import { CheckInRequestSchema, CheckInService } from "./generated/rollcall/v1/check_in_service_pb.js";
import { CodeService } from "./generated/rollcall/v1/code_service_pb.js";
import { LiveService } from "./generated/rollcall/v1/live_service_pb.js";
import { SessionService, Session_State } from "./generated/rollcall/v1/session_service_pb.js";

function same(actual, expected, what) {
  const [got, due] = [actual, expected].map((value) => JSON.stringify(value));
  if (got !== due) throw new Error(`${what}: ${got} instead of ${due}`);
}

const bearer = (token) => ({ authorization: `Bearer ${token}` });

// ---- grpc-web, binary by @connectrpc/connect-web and text by the official client --------------------------------------

const binary = (edge, service) => createClient(service, createGrpcWebTransport({ baseUrl: edge }));

const text = new grpcWeb.GrpcWebClientBase({ format: "text" });

function described(method, kind) {
  const name = `/${method.parent.typeName}/${method.name}`;
  const write = (message) => toBinary(method.input, message);
  const read = (bytes) => fromBinary(method.output, bytes);
  return [name, new grpcWeb.MethodDescriptor(name, kind, Object, Object, write, read)];
}

function callText(edge, method, token, request) {
  const [name, descriptor] = described(method, grpcWeb.MethodType.UNARY);
  return text.unaryCall(edge + name, create(method.input, request), bearer(token), descriptor);
}

// ---- the ways to watch; each yields a line for a change ---------------------------------------------------------------

function ofMessage({ case: kind, value } = {}) {
  if (kind === "session") return `session ${value.id} ${Session_State[value.state]}`;
  if (kind === "record") return `record ${value.id} ${AttendanceRecord_Status[value.status]}`;
}

function ofJson({ session, record, error }) {
  if (error) throw new Error(JSON.stringify(error));
  if (session) return `session ${session.id} ${session.state}`;
  if (record) return `record ${record.id} ${record.status}`;
}

async function* byBinary(edge, token, session) {
  const events = binary(edge, LiveService).watchAttendance({ sessionId: session }, { headers: bearer(token) });
  for await (const event of events) yield ofMessage(event.change);
}

async function* byText(edge, token, session) {
  const method = LiveService.method.watchAttendance;
  const [name, descriptor] = described(method, grpcWeb.MethodType.SERVER_STREAMING);
  const request = create(method.input, { sessionId: session });
  const events = text.serverStreaming(edge + name, request, bearer(token), descriptor);
  const start = (queue) => {
    events.on("data", (event) => queue.enqueue(event));
    events.on("error", (error) => queue.error(error));
    events.on("end", () => queue.close());
  };
  for await (const event of new ReadableStream({ start })) yield ofMessage(event.change);
}

const watchPath = (session) => `/ws/attendance/live?session_id=${session}`;

function openSocket(edge, token, session) {
  const secret = btoa(token).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const address = edge.replace(/^http/, "ws") + watchPath(session);
  return new WebSocket(address, ["edge.json.v1", `bearer.${secret}`]);
}

async function* bySocket(edge, token, session) {
  const socket = openSocket(edge, token, session);
  const start = (queue) => {
    socket.onmessage = ({ data }) => queue.enqueue(data);
    socket.onclose = ({ code }) => (code === 1000 ? queue.close() : queue.error(new Error(`closed with ${code}`)));
  };
  for await (const message of new ReadableStream({ start })) yield ofJson(JSON.parse(message));
  same(socket.protocol, "edge.json.v1", "the protocol of the WebSocket");
}

async function* parts(edge, token, session, accept, separator) {
  const answer = await fetch(edge + watchPath(session), { headers: { ...bearer(token), accept } });
  same([answer.status, answer.headers.get("content-type").split(";")[0]], [200, accept], "the stream");
  let rest = "";
  for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
    const whole = (rest + chunk).split(separator);
    rest = whole.pop();
    yield* whole;
  }
  same(rest, "", "what is left of the stream");
}

async function* byLines(edge, token, session) {
  for await (const line of parts(edge, token, session, "application/x-ndjson", "\n")) yield ofJson(JSON.parse(line));
}

async function* byServerSentEvents(edge, token, session) {
  let ended = false;
  for await (const event of parts(edge, token, session, "text/event-stream", "\n\n")) {
    const field = (name) => event.split("\n").find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
    if (field("event") === "end") ended = true;
    else if (field("data")) yield ofJson(JSON.parse(field("data")));
  }
  same(ended, true, "the last event");
}

const ways = { byBinary, byText, bySocket, byLines, byServerSentEvents };

async function nextChange(changes) {
  for (;;) {
    const { done, value } = await changes.next();
    if (done || value) return value;
  }
}

// ---- what the test asks for -------------------------------------------------------------------------------------------

async function signIn(edge, email, password) {
  const { accessToken } = await binary(edge, AuthService).login({ email, password, deviceId: "browser" });
  return accessToken;
}

async function refused(promise, code, reason) {
  const error = await promise.then(
    () => Promise.reject(new Error(`${reason} was due`)),
    (cause) => ConnectError.from(cause),
  );
  const [info] = error.findDetails(ErrorInfoSchema);
  same([error.code, info?.reason], [code, reason], String(error));
}

// The id of the check-in is given: a page that did not come over TLS cannot make one.
window.mainFlow = async (edge, world, checkInId) => {
  const teacher = await signIn(edge, world.teacher, world.password);
  const student = await signIn(edge, world.student, world.password);
  await refused(signIn(edge, world.student, "wrong"), Code.Unauthenticated, "CREDENTIALS_INVALID");

  const session = world.session_id;
  const watchers = Object.entries(ways).map(([name, way]) => [name, way(edge, teacher, session)]);
  const all = (due, step) =>
    Promise.all(watchers.map(async ([name, changes]) => same(await step(changes), due, name)));
  await all(`session ${session} ACTIVE`, nextChange);

  const at = { locationId: world.location_id, sessionId: session };
  const { code } = await binary(edge, CodeService).getCurrentCode(at, { headers: bearer(teacher) });
  const position = { latitude: world.latitude + 1, longitude: world.longitude };
  const request = create(CheckInRequestSchema, { checkInId, sessionId: session, qrCode: code, position });
  const checkIn = () => binary(edge, CheckInService).checkIn(request, { headers: bearer(student) });
  await refused(checkIn(), Code.FailedPrecondition, "OUTSIDE_GEOFENCE");
  request.position.latitude = world.latitude;
  const record = await checkIn();
  same([record.sessionId, record.studentId], [session, world.student_id], "the record");
  await all(`record ${record.id} PRESENT`, nextChange);

  const again = await callText(edge, CheckInService.method.checkIn, student, request);
  same(again.replayed, true, "a repeat in text mode");
  again.replayed = false;
  same(equals(AttendanceRecordSchema, again, record), true, "it gets the same record");

  const mine = await fetch(`${edge}/api/v1/attendance/my-records`, { headers: bearer(student) });
  same((await mine.json()).records.map(({ id }) => id), [record.id], "the record over REST");
  // Of another origin's headers a page sees those that it may.
  same(typeof mine.headers.get("x-request-id"), "string", "the request id");

  await binary(edge, SessionService).endSession({ id: session }, { headers: bearer(teacher) });
  const last = async (changes) => {
    let change;
    for (let next = await nextChange(changes); next; next = await nextChange(changes)) change = next;
    return change;
  };
  await all(`session ${session} COMPLETED`, last);
};

window.foreignPage = async (edge, world, token) => {
  const outcome = (promise) => promise.then(() => "answered", (error) => error.name);
  // Without a preflight the call is made, and its answer kept from the page.
  same(await outcome(fetch(`${edge}/health`)), "TypeError", "a plain call");
  const authorised = fetch(`${edge}/api/v1/sessions`, { headers: bearer(token) });
  same(await outcome(authorised), "TypeError", "a call that needs a preflight");
  same(await outcome(signIn(edge, world.teacher, world.password)), "ConnectError", "grpc-web");
  const socket = openSocket(edge, token, world.session_id);
  const end = await new Promise((resolve) => {
    socket.onopen = () => resolve("opened");
    socket.onclose = ({ code }) => resolve(code);
  });
  same(end, 1006, "a WebSocket");
};

window.signIn = signIn;
