//! What a newcomer sees: the accounts, and three commands that can be pasted.

use std::net::SocketAddr;

use rollcall_server::admin::Demo;

pub fn text(demo: &Demo, edge: SocketAddr) -> String {
    let api = format!("http://{edge}/api/v1");
    let login = |variable: &str, email: &str| {
        format!(
            "{variable}=$(curl -s {api}/auth/login -H 'content-type: application/json' \\\n     -d '{{\"email\":\"{email}\",\"password\":\"rollcall-demo\",\"college\":\"demo\"}}' | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')"
        )
    };
    let (teacher, student) = (login("TEACHER", "teacher@demo.example"), login("STUDENT", "student01@demo.example"));
    let Demo { location_id, session_id } = demo;
    format!(
        "
Accounts, all with the password rollcall-demo:
  admin@demo.example   teacher@demo.example   teacher2@demo.example
  student01@demo.example … student30@demo.example

Paste these into another terminal:

1. The teacher signs in and shows the QR code of this moment:

{teacher}
curl -s {api}/qr/current/{location_id} -H \"authorization: Bearer $TEACHER\"

2. A student signs in, scans the code and checks in from inside the fence:

CODE=$(curl -s {api}/qr/current/{location_id} -H \"authorization: Bearer $TEACHER\" | sed 's/.*\"code\":\"\\([^\"]*\\)\".*/\\1/')
{student}
curl -s {api}/attendance/mark -H \"authorization: Bearer $STUDENT\" -H 'content-type: application/json' \\
     -d '{{\"check_in_id\":\"'$(cat /proc/sys/kernel/random/uuid)'\",\"qr_code\":\"'$CODE'\",\"position\":{{\"latitude\":18.5204,\"longitude\":73.8567,\"accuracy_meters\":8}}}}'

3. The teacher watches the session live (end it with Ctrl-C; check somebody in from a third terminal):

curl -sN 'http://{edge}/ws/attendance/live?session_id={session_id}' -H \"authorization: Bearer $TEACHER\"
"
    )
}
