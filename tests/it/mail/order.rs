//! What somebody waits for does not wait for an import.

use rollcall_tests::{Answer as _, Class, Kind, college::College, on_both_stores, until};

use super::{forgot, invited, plan};

on_both_stores!(is_not_that_of_an_import);

const IMPORTED: usize = 300;

async fn is_not_that_of_an_import(kind: Kind) {
    let class = Class::of(plan(kind), College::new("riverside", 1)).await;
    let (admin, nobody, email) = (class.admin(), class.world.nobody(), &class.college.students[0].email);
    class.world.mail().freeze();
    let people: String = (0..IMPORTED).map(|number| format!("oak{number}@riverside.example,Oak,STUDENT\n")).collect();
    let rest = admin.rest();
    let request =
        rest.request(http::Method::POST, "/api/v1/imports/users?invite=true").header("content-type", "text/csv");
    rest.send(request.body(format!("email,username,role\n{people}"))).await.answer();
    let maple = invited(&admin, "maple").await;
    forgot(&nobody, email).await.answer();
    // All of it waits for a mail server that says nothing.
    let rows = class.world.rows().await;
    let mails = "SELECT COUNT(*) AS n FROM jobs WHERE kind LIKE 'identity.mail%'";
    until("the mails wait", async || (rows.number(mails).await == IMPORTED as i64 + 2).then_some(())).await;
    class.world.mail().thaw();
    for address in [email, &maple.email] {
        class.world.mail().message(address, 1).await.token();
    }
    let messages = class.world.mail().messages();
    for address in [email, &maple.email] {
        let before = messages.iter().take_while(|message| message.to != [address.as_str()]).count();
        assert!(before < IMPORTED / 2, "{before} came before the one to {address}");
    }
}
