//! A college is never left without an active administrator.

use rollcall_proto::v1::{DeleteUserRequest, ListUsersRequest, User, user::Role};
use rollcall_tests::{Answer as _, Class, Kind, on_both_stores};
use tonic::Code;

use super::{change, named};

on_both_stores!(the_last_one_stays, of_many_who_go_at_once_one_stays);

async fn the_last_one_stays(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let (admin, id) = (class.admin(), class.college.admin.id.to_string());
    let demoted = User { id: id.clone(), role: Role::Teacher.into(), ..Default::default() };
    let resting = User { id: id.clone(), is_active: Some(false), ..Default::default() };
    let refusals = [
        admin.users().update_user(change(demoted.clone(), &["role"])).await.refused(),
        admin.users().update_user(change(resting, &["is_active"])).await.refused(),
        admin.users().delete_user(DeleteUserRequest { id: id.clone() }).await.refused(),
    ];
    for refusal in refusals {
        assert_eq!(refusal.kind(), (Code::FailedPrecondition, "LAST_ADMIN"));
    }
    // One who is not active does not count.
    let second = admin.users().create_user(named("Second", Role::Admin)).await.answer();
    let rest = |active| User { id: second.id.clone(), is_active: Some(active), ..Default::default() };
    admin.users().update_user(change(rest(false), &["is_active"])).await.answer();
    let refusal = admin.users().update_user(change(demoted.clone(), &["role"])).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "LAST_ADMIN"));
    admin.users().update_user(change(rest(true), &["is_active"])).await.answer();
    admin.users().update_user(change(demoted, &["role"])).await.answer();
    let query = "SELECT COUNT(*) AS n FROM users WHERE role = 'admin' AND is_active AND username = 'Second'";
    assert_eq!(class.world.rows().await.number(query).await, 1);
}

async fn of_many_who_go_at_once_one_stays(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let mut ids = vec![class.college.admin.id.to_string()];
    for number in 0..5 {
        ids.push(admin.users().create_user(named(&format!("Admin{number}"), Role::Admin)).await.answer().id);
    }
    // Every one leaves, in one of the three ways; the caller's own token may be refused by then.
    let tasks: Vec<_> = ids
        .iter()
        .enumerate()
        .map(|(number, id)| {
            let (admin, id) = (admin.clone(), id.clone());
            tokio::spawn(async move {
                let mut users = admin.users();
                match number % 3 {
                    0 => users.delete_user(DeleteUserRequest { id }).await.map(|_| ()),
                    1 => {
                        let user = User { id, role: Role::Student.into(), ..Default::default() };
                        users.update_user(change(user, &["role"])).await.map(|_| ())
                    }
                    _ => {
                        let user = User { id, is_active: Some(false), ..Default::default() };
                        users.update_user(change(user, &["is_active"])).await.map(|_| ())
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        let _ = task.await.expect("it ends");
    }
    let left = "SELECT COUNT(*) AS n FROM users u JOIN colleges c ON c.id = u.college_id \
                WHERE c.short_name = 'riverside' AND u.role = 'admin' AND u.is_active";
    assert!(class.world.rows().await.number(left).await >= 1);
    // The API goes on working for whoever is left.
    let told = admin.users().list_users(ListUsersRequest::default()).await;
    assert!(told.is_ok() || told.refused().code == Code::Unauthenticated);
}
