//! Sub-accounts, from their creation to their end.

use dakiya::{
    netcore::email::manage::{
        CreditChange, CreditPeriod, CreditType, NewSubAccount, RecurringCredit, SubAccountChange,
    },
    testing::MockTransport,
};
use serde_json::json;

use super::email_manage::{DONE, asha, asked, lines, v51};

#[tokio::test]
async fn a_sub_account_is_kept_from_its_creation_to_its_end() {
    let mut mock = MockTransport::new();
    for _ in 0..7 {
        mock = mock.then(200, DONE);
    }
    let account = v51(&mock);
    let all = account.sub_accounts();
    let new = NewSubAccount::new("north", asha());
    all.create(&new.clone().password("Secret12")).await.unwrap();
    all.create(&new.credit_type(CreditType::OneTimeCredit)).await.unwrap();
    let change = SubAccountChange::new().email(asha()).password("Secret34");
    assert!(!format!("{change:?}").contains("Secret"));
    all.update("north", &change.credit_type(CreditType::Unlimited)).await.unwrap();
    all.update("north", &SubAccountChange::new()).await.unwrap();
    all.disable("north").await.unwrap();
    all.enable("north").await.unwrap();
    all.delete("north").await.unwrap();
    let email = "asha@customer.example";
    assert_eq!(
        asked(&mock),
        [
            (
                "POST /v5.1/subaccounts/createSubaccount".into(),
                json!({"username": "north", "email": email, "setpassword": "1",
                    "password": "Secret12"})
            ),
            (
                "POST /v5.1/subaccounts/createSubaccount".into(),
                json!({"username": "north", "email": email, "setpassword": "0",
                    "credit_type": "one_time_credit"})
            ),
            (
                "POST /v5.1/subaccounts/updateSubaccount".into(),
                json!({"username": "north", "new_email": email, "new_password": "Secret34",
                    "confirm_password": "Secret34", "credit_type": "unlimited"})
            ),
            ("POST /v5.1/subaccounts/updateSubaccount".into(), json!({"username": "north"})),
            ("PATCH /v5.1/subaccounts".into(), json!({"username": "north", "disabled": true})),
            ("PATCH /v5.1/subaccounts".into(), json!({"username": "north", "disabled": false})),
            ("DELETE /v5.1/subaccounts/delete".into(), json!({"username": "north"})),
        ]
    );
}

#[tokio::test]
async fn a_sub_accounts_credit_is_read_and_changed() {
    let mock = MockTransport::new()
        .then(200, r#"{"data":[{"username":"north"},{"username":"south"}]}"#)
        .then(200, r#"{"data":{"credit":500}}"#)
        .then(200, DONE)
        .then(200, DONE)
        .then(200, DONE)
        .then(200, DONE);
    let account = v51(&mock);
    let all = account.sub_accounts();
    let page = all.list(2, Some("4")).await.unwrap();
    assert_eq!((page.items.len(), page.next.as_deref()), (2, Some("6")));
    assert_eq!(all.credit("no rth").await.unwrap().text("credit").as_deref(), Some("500"));
    all.change_credit("north", CreditChange::Increase(50)).await.unwrap();
    all.change_credit("north", CreditChange::Decrease(5)).await.unwrap();
    let credit = RecurringCredit::new(10, CreditPeriod::Monthly, "2026-04-01", "2027-03-31");
    all.set_recurring_credit("north", &credit).await.unwrap();
    all.set_recurring_credit("north", &credit.status("active")).await.unwrap();
    let lines = lines(&mock);
    assert_eq!(lines[0], "GET /v5.1/subaccounts/getSubAccounts?limit=2&offset=4");
    assert_eq!(lines[1], "GET /v5.1/subaccounts/getcreditddetails?username=no%20rth");
    let body = json!({"username": "north", "recurring_credit": 10, "timeperiod": "monthly",
        "start_date": "2026-04-01", "end_date": "2027-03-31"});
    let mut on = body.clone();
    on["status"] = "active".into();
    assert_eq!(
        asked(&mock)[2..],
        [
            (
                "POST /v5.1/subaccounts/setsubaccountcredit".into(),
                json!({"username": "north", "action": "increase", "amount": 50})
            ),
            (
                "POST /v5.1/subaccounts/setsubaccountcredit".into(),
                json!({"username": "north", "action": "decrease", "amount": 5})
            ),
            ("POST /v5.1/setrecurringcreditddetails".into(), body),
            ("POST /v5.1/setrecurringcreditddetails".into(), on),
        ]
    );
}
