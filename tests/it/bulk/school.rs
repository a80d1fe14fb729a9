//! A whole school, small enough for every run of the tests; `load school` takes a big one.

use rollcall_proto::v1::ListUsersRequest;
use rollcall_tests::{
    Answer as _, Class, Kind, in_every_world,
    school::{self, Size},
};

use super::{export, imported, rows_of};

in_every_world!(comes_in_file_by_file_and_goes_out_again);

async fn comes_in_file_by_file_and_goes_out_again(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    for file in school::files(Size::SMALL) {
        let rows = i64::try_from(file.rows).expect("a number");
        assert_eq!(imported(&admin, file.kind, &file.csv).await, [rows, 0, 0], "{}", file.kind);
        assert_eq!(imported(&admin, file.kind, &file.csv).await, [0, 0, rows], "{} again", file.kind);
        let exported = export(&admin, file.kind).await;
        let all = i64::try_from(rows_of(&exported).len()).expect("a number");
        assert_eq!(imported(&admin, file.kind, &exported).await, [0, 0, all], "{} as it was exported", file.kind);
    }
    let mut request = ListUsersRequest { page_size: 100, ..Default::default() };
    let mut people = 0;
    loop {
        let page = admin.users().list_users(request.clone()).await.answer();
        people += page.users.len();
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    // Beside the administrator, two teachers and somebody who were there.
    assert_eq!(people, Size::SMALL.students + Size::SMALL.teachers + 4);
}
