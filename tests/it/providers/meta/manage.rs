//! Reading marks, profile, numbers, blocks, subscriptions, and the provider's URL.

use dakiya::{
    ErrorKind, Kind, Messenger, WhatsAppAddress,
    meta::manage::{CodeMethod, ProfileUpdate, Vertical},
    testing::MockTransport,
};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{NUMBER, WABA, WAMID, account, answered, asked, phone, refused, user};

fn done() -> Value {
    json!({"success": true})
}

fn secret(text: &str) -> SecretString {
    text.into()
}

#[tokio::test]
async fn a_message_is_marked_as_read_and_answered_by_typing() {
    let path = format!("/v26.0/{NUMBER}/messages");
    let read = json!({"messaging_product": "whatsapp", "status": "read", "message_id": WAMID});
    let (account, mock) = answered(&done());
    account.messages().mark_read(WAMID).await.unwrap();
    assert_eq!(asked(&mock), ("POST".into(), path.clone(), read.clone()));
    let (account, mock) = answered(&done());
    account.messages().typing(WAMID).await.unwrap();
    let mut typing = read;
    typing["typing_indicator"] = json!({"type": "text"});
    assert_eq!(asked(&mock), ("POST".into(), path, typing));
    let mock = MockTransport::new();
    refused(super::account(&mock).messages().mark_read(" ").await, &mock, "message_id");
}

#[tokio::test]
async fn a_call_that_did_not_work_is_an_error() {
    let (account, _) = answered(&json!({"success": false}));
    let error = account.messages().mark_read(WAMID).await.unwrap_err();
    assert_eq!((error.kind(), error.provider()), (ErrorKind::Rejected, Some("meta.whatsapp")));
    let mock = MockTransport::answering(200, "<html>");
    let error = super::account(&mock).messages().mark_read(WAMID).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Response);
}

#[tokio::test]
async fn the_profile_is_read_in_both_shapes() {
    let fields = json!({"about": "Open", "websites": ["https://a.example"], "vertical": "RETAIL",
        "messaging_product": "whatsapp"});
    for entry in [fields.clone(), json!({"business_profile": fields, "id": "1"})] {
        let (account, mock) = answered(&json!({"data": [entry]}));
        let profile = account.profile().get().await.unwrap();
        assert_eq!(profile.about.as_deref(), Some("Open"));
        assert_eq!(profile.vertical, Some(Vertical::Retail));
        let (_, path, _) = asked(&mock);
        let start = format!("/v26.0/{NUMBER}/whatsapp_business_profile?fields=about%2Caddress");
        assert!(path.starts_with(&start), "{path}");
    }
    let (account, _) = answered(&json!({"data": [{"vertical": ""}]}));
    let profile = account.profile().get().await.unwrap();
    assert_eq!(profile.vertical, Some(Vertical::Other(String::new())));
    let (account, _) = answered(&json!({"data": []}));
    assert_eq!(account.profile().get().await.unwrap_err().kind(), ErrorKind::Response);
}

#[tokio::test]
async fn the_profile_is_changed_within_its_limits() {
    let (account, mock) = answered(&done());
    let update = ProfileUpdate::new()
        .about("Open 9 to 6")
        .address("MG Road")
        .description("Tea")
        .email("a@acme.example")
        .picture("4:h")
        .websites(["https://a.example"])
        .vertical(Vertical::ProfessionalServices);
    account.profile().update(&update).await.unwrap();
    let expected = json!({"messaging_product": "whatsapp", "about": "Open 9 to 6",
        "address": "MG Road", "description": "Tea", "email": "a@acme.example",
        "profile_picture_handle": "4:h", "websites": ["https://a.example"],
        "vertical": "PROF_SERVICES"});
    let path = format!("/v26.0/{NUMBER}/whatsapp_business_profile");
    assert_eq!(asked(&mock), ("POST".into(), path, expected));

    let long = |count: usize| "x".repeat(count);
    let page = format!("https://{}", long(250));
    let mock = MockTransport::new();
    for (update, field) in [
        (ProfileUpdate::new().about(""), "about"),
        (ProfileUpdate::new().about(long(140)), "about"),
        (ProfileUpdate::new().address(long(257)), "address"),
        (ProfileUpdate::new().description(long(513)), "description"),
        (ProfileUpdate::new().email(long(129)), "email"),
        (ProfileUpdate::new().websites(["https://a"; 3]), "websites"),
        (ProfileUpdate::new().websites(["a.example"]), "websites"),
        (ProfileUpdate::new().websites([page]), "websites"),
    ] {
        refused(super::account(&mock).profile().update(&update).await, &mock, field);
    }
}

#[tokio::test]
async fn numbers_are_listed_and_fetched() {
    let number = json!({"id": NUMBER, "display_phone_number": "+44 7700 900342",
        "verified_name": "Acme", "quality_rating": "GREEN", "status": "CONNECTED",
        "throughput": {"level": "STANDARD"}, "platform_type": "CLOUD_API"});
    let listed = json!({"data": [number], "paging": {"cursors": {"after": "A"}, "next": "x"}});
    let (account, mock) = answered(&listed);
    let page = account.numbers().list(Some("Z")).await.unwrap();
    assert_eq!(page.next.as_deref(), Some("A"));
    assert_eq!(page.items[0].throughput.as_ref().unwrap().level, "STANDARD");
    assert!(!format!("{page:?}").contains("7700"));
    let (_, path, _) = asked(&mock);
    assert!(path.starts_with(&format!("/v26.0/{WABA}/phone_numbers?fields=id%2C")), "{path}");
    assert!(path.ends_with("&after=Z"), "{path}");

    let (account, _) = answered(&number);
    assert_eq!(account.numbers().get().await.unwrap().verified_name.as_deref(), Some("Acme"));
}

#[tokio::test]
async fn a_number_is_verified_and_registered() {
    let below = |call: &str| format!("/v26.0/{NUMBER}{call}");
    let (account, mock) = answered(&done());
    account.numbers().request_code(CodeMethod::Sms, "en_US").await.unwrap();
    let body = json!({"code_method": "SMS", "language": "en_US"});
    assert_eq!(asked(&mock), ("POST".into(), below("/request_code"), body));
    let (account, mock) = answered(&done());
    account.numbers().verify_code(&secret("123456")).await.unwrap();
    assert_eq!(asked(&mock), ("POST".into(), below("/verify_code"), json!({"code": "123456"})));
    let (account, mock) = answered(&done());
    account.numbers().register(&secret("000000"), Some("IN")).await.unwrap();
    let body = json!({"messaging_product": "whatsapp", "pin": "000000",
        "data_localization_region": "IN"});
    assert_eq!(asked(&mock), ("POST".into(), below("/register"), body));
    let (account, mock) = answered(&done());
    account.numbers().deregister().await.unwrap();
    assert_eq!(asked(&mock).1, below("/deregister"));
    let (account, mock) = answered(&done());
    account.numbers().set_pin(&secret("111111")).await.unwrap();
    assert_eq!(asked(&mock), ("POST".into(), below(""), json!({"pin": "111111"})));

    let mock = MockTransport::new();
    let numbers = super::account(&mock);
    refused(numbers.numbers().verify_code(&secret("123-456")).await, &mock, "code");
    refused(numbers.numbers().set_pin(&secret("12345")).await, &mock, "pin");
    refused(numbers.numbers().register(&secret("000000"), Some("US")).await, &mock, "region");
}

#[tokio::test]
async fn a_wrong_pin_and_too_many_registrations_are_told_apart() {
    for (code, kind) in [(133_005, ErrorKind::Unauthorized), (133_016, ErrorKind::Quota)] {
        let answer = json!({"error": {"code": code}}).to_string();
        let mock = MockTransport::answering(400, answer);
        let error = account(&mock).numbers().register(&secret("000000"), None).await.unwrap_err();
        assert_eq!(error.kind(), kind);
    }
}

#[tokio::test]
async fn users_are_blocked_and_let_in_again() {
    let answer = json!({"messaging_product": "whatsapp", "block_users": {
        "added_users": [{"input": "+919845000012", "wa_id": "919845000012"}],
        "failed_users": [{"input": "IN.5501122334455667"}]}});
    let (account, mock) = answered(&answer);
    let users = [WhatsAppAddress::from(phone()), user()];
    let outcome = account.blocked().add(&users).await.unwrap();
    assert_eq!((outcome.done.len(), outcome.failed.len()), (1, 1));
    assert!(!format!("{outcome:?}").contains("9845"));
    let body = json!({"messaging_product": "whatsapp", "block_users":
        [{"user": "+919845000012"}, {"user": "IN.5501122334455667"}]});
    let path = format!("/v26.0/{NUMBER}/block_users");
    assert_eq!(asked(&mock), ("POST".into(), path.clone(), body));

    let answer = json!({"block_users": {"removed_users": [{"wa_id": "919845000012"}]}});
    let (account, mock) = answered(&answer);
    assert_eq!(account.blocked().remove(&users).await.unwrap().done.len(), 1);
    assert_eq!(asked(&mock).0, "DELETE");

    let (account, mock) = answered(&json!({"data": [{"wa_id": "919845000012"}]}));
    assert_eq!(account.blocked().list(None).await.unwrap().items.len(), 1);
    assert_eq!((asked(&mock).0, asked(&mock).1), ("GET".into(), path));
    let mock = MockTransport::new();
    refused(super::account(&mock).blocked().add(&[]).await, &mock, "users");
}

#[tokio::test]
async fn those_who_were_blocked_are_told_of_although_others_were_not() {
    let error = json!({"message": "(#139100) Failed", "type": "OAuthException", "code": 139_100});
    let failed = json!({"input": "+919845000013", "errors": [{"code": 131_047, "message": "x"}]});
    let added = json!({"input": "+919845000012", "wa_id": "919845000012"});
    let some = json!({"error": error, "block_users": {"added_users": [added],
        "failed_users": [failed]}});
    let none = json!({"error": error, "block_users": {"failed_users": [failed]}});
    let mock = MockTransport::new().then(400, some.to_string()).then(400, none.to_string());
    let account = account(&mock);
    let users = [WhatsAppAddress::from(phone()), user()];
    let outcome = account.blocked().add(&users).await.unwrap();
    assert_eq!((outcome.done.len(), outcome.failed.len()), (1, 1));
    assert_eq!(outcome.failed[0].error_code.as_deref(), Some("131047"));
    let error = account.blocked().add(&users).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Rejected, Some("139100")));
}

#[tokio::test]
async fn the_app_is_subscribed_with_its_own_or_another_url() {
    let path = format!("/v26.0/{WABA}/subscribed_apps");
    let (account, mock) = answered(&done());
    account.subscriptions().add().await.unwrap();
    assert_eq!(asked(&mock), ("POST".into(), path.clone(), json!({})));
    let (account, mock) = answered(&done());
    let url = "https://erp.example/hooks/meta";
    account.subscriptions().add_with_url(url, &secret("canary")).await.unwrap();
    let body = json!({"override_callback_uri": url, "verify_token": "canary"});
    assert_eq!(asked(&mock), ("POST".into(), path.clone(), body));
    let answer = json!({"data": [{"whatsapp_business_api_data":
        {"link": "x", "name": "ERP", "id": "77"}, "override_callback_uri": url}]});
    let (account, mock) = answered(&answer);
    let apps = account.subscriptions().list().await.unwrap();
    assert_eq!((&*apps[0].id, apps[0].override_callback_uri.as_deref()), ("77", Some(url)));
    assert_eq!((asked(&mock).0, asked(&mock).1), ("GET".into(), path.clone()));
    let (account, mock) = answered(&done());
    account.subscriptions().remove().await.unwrap();
    assert_eq!((asked(&mock).0, asked(&mock).1), ("DELETE".into(), path));
    let mock = MockTransport::new();
    let plain = super::account(&mock);
    let refusal = plain.subscriptions().add_with_url("http://x", &secret("t")).await;
    refused(refusal, &mock, "url");
}

fn connected(url: &str) -> dakiya::Result<Vec<Kind>> {
    let vars = [("WHATSAPP_URL".to_owned(), url.to_owned())];
    Ok(Messenger::builder().from_vars(vars)?.build()?.kinds())
}

#[tokio::test]
async fn a_url_names_the_token_and_the_number() {
    for url in [
        "meta://EAAGtoken@305511778840026",
        "meta://EAAGtoken@305511778840026?version=v25.0&business_account=104920377150662&app=7\
         &language=en_GB&endpoint=https%3A%2F%2Fgraph.example",
    ] {
        assert_eq!(connected(url).unwrap(), [Kind::WhatsApp], "{url}");
    }
    for (url, field) in [
        ("meta://305511778840026", "token"),
        ("meta://EAAGtoken@me", "phone_number_id"),
        ("meta://EAAGtoken@305511778840026?version=v18.0", "version"),
        ("meta://EAAGtoken@305511778840026?business_account=x", "business_account"),
        ("meta://EAAGtoken@305511778840026?from=x", "from"),
    ] {
        let error = connected(url).unwrap_err();
        assert!(super::fields(&error).contains(&field), "{url}: {error}");
        assert!(!format!("{error:?}").contains("EAAGtoken"), "{error:?}");
    }
}
