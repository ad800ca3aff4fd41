//! Each type of message, as the sheet of the Cloud API writes it.

use dakiya::{
    ApprovedTemplate, Channel as _, Contact, ContactField, Delivery, ErrorKind, FlowAction,
    Interactive, InteractiveAction, ListRow, ListSection, Location, Media, MediaKind,
    PostalAddress, ProductSection, ProviderTemplate, TemplateButton, TemplateCard, TemplateHeader,
    WhatsApp, WhatsAppContent,
    meta::whatsapp::{Options, ProductPolicy},
    testing::MockTransport,
};
use serde_json::{Value, json};

use super::{
    ID, NUMBER, WAMID, accepted, account, builder, content, content_of, envelope, sent, stamped,
    to, unsent, user, with,
};

#[tokio::test]
async fn a_text_is_sent_with_its_plus_and_our_id() {
    let mock = MockTransport::answering(200, accepted());
    let receipt = account(&mock).send(&envelope(to().text("Order 2041"))).await.unwrap();
    assert_eq!(receipt.provider, "meta.whatsapp");
    assert_eq!(receipt.provider_message_id.as_deref(), Some(WAMID));
    assert_eq!(receipt.accepted_at, super::NOW.parse().unwrap());
    let (method, path, body) = super::asked(&mock);
    assert_eq!((&*method, path), ("POST", format!("/v26.0/{NUMBER}/messages")));
    let expected = json!({
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+919845000012",
        "type": "text",
        "text": {"body": "Order 2041"},
        "biz_opaque_callback_data": ID,
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn a_user_without_a_number_is_a_recipient() {
    for id in ["IN.5501122334455667", "US.ENT.ab12"] {
        let address = dakiya::WhatsAppAddress::parse(id).unwrap();
        let (_, body) = sent(&envelope(WhatsApp::to(address).text("x"))).await;
        assert_eq!(body["recipient"], id);
        assert_eq!(body.get("to"), None);
    }
    let longest = format!("US.{}", "7".repeat(128));
    let address = dakiya::WhatsAppAddress::parse(&*longest).unwrap();
    assert_eq!(sent(&envelope(WhatsApp::to(address).text("x"))).await.1["recipient"], longest);
}

#[tokio::test]
async fn every_option_reaches_the_wire() {
    let mut message = with(
        to().text("https://a.example").reply_to("wamid.AbC="),
        &Options::new().preview_url(true).identity_key_hash("DF2lS5v2W6x="),
    );
    message.delivery.callback_data = Some("inv-2041".into());
    message.message.from = Some("99887766".into());
    let (path, body) = sent(&message).await;
    assert_eq!(path, "/v26.0/99887766/messages");
    assert_eq!(body["text"], json!({"body": "https://a.example", "preview_url": true}));
    assert_eq!(body["context"], json!({"message_id": "wamid.AbC="}));
    assert_eq!(body["recipient_identity_key_hash"], "DF2lS5v2W6x=");
    assert_eq!(body["biz_opaque_callback_data"], "inv-2041");
}

#[tokio::test]
async fn a_group_is_written_to_by_its_id() {
    let group = dakiya::WhatsAppAddress::parse("Y2FwaV9ncm91cDoxNzA1NTU1").unwrap();
    let (_, body) = sent(&with(WhatsApp::to(group).text("x"), &Options::new().group(true))).await;
    assert_eq!(body["recipient_type"], "group");
    assert_eq!(body["to"], "Y2FwaV9ncm91cDoxNzA1NTU1");
}

#[tokio::test]
async fn what_has_no_place_in_the_model_goes_out_raw() {
    let order = json!({"type": "order_details", "body": {"text": "Pay"}, "action": {"name": "review_and_pay"}});
    let raw = Options::new().raw("interactive", order.clone());
    let (kind, object) = content_of(&with(to().text("Pay 40"), &raw)).await;
    assert_eq!((&*kind, object), ("interactive", order));
    for kind in ["", "to", "type", "messaging_product", "Text", "a b"] {
        let error = unsent(&with(to().text("x"), &Options::new().raw(kind, json!({})))).await;
        assert_eq!(super::fields(&error), ["options.raw"]);
    }
}

#[tokio::test]
async fn files_go_by_link_or_id() {
    let link = "https://erp.example.net/f/7";
    let table = [
        (
            Media::new(MediaKind::Image, link).caption("c"),
            "image",
            json!({"link": link, "caption": "c"}),
        ),
        (Media::uploaded(MediaKind::Image, "77"), "image", json!({"id": "77"})),
        (
            Media::new(MediaKind::Video, link).caption("c"),
            "video",
            json!({"link": link, "caption": "c"}),
        ),
        (Media::new(MediaKind::Audio, link), "audio", json!({"link": link})),
        (Media::uploaded(MediaKind::Voice, "8"), "audio", json!({"id": "8", "voice": true})),
        (Media::uploaded(MediaKind::Sticker, "9"), "sticker", json!({"id": "9"})),
        (
            Media::new(MediaKind::Document, link).caption("c").filename("INV-7.pdf"),
            "document",
            json!({"link": link, "caption": "c", "filename": "INV-7.pdf"}),
        ),
    ];
    for (media, kind, object) in table {
        assert_eq!(content(to().media(media)).await, (kind.to_owned(), object));
    }
}

#[tokio::test]
async fn a_place_is_sent_as_text_in_degrees() {
    let place = Location::new(12.9716, -77.5946).named("Shop", "MG Road");
    let expected = json!({"latitude": "12.9716", "longitude": "-77.5946", "name": "Shop", "address": "MG Road"});
    assert_eq!(content(to().content(place)).await, ("location".into(), expected));
    let bare = content(to().content(Location::new(0.0000001, 0.0))).await.1;
    assert_eq!(bare, json!({"latitude": "0.0000001", "longitude": "0"}));
}

#[tokio::test]
async fn a_contact_card_has_every_field() {
    let mut contact = Contact::new("Dr Asha R Rao Jr").phone("+91 98450 00012", "WORK");
    contact.first_name = Some("Asha".into());
    contact.middle_name = Some("R".into());
    contact.last_name = Some("Rao".into());
    contact.prefix = Some("Dr".into());
    contact.suffix = Some("Jr".into());
    contact.company = Some("Acme".into());
    contact.department = Some("Billing".into());
    contact.title = Some("Head".into());
    contact.birthday = Some("1990-02-28".into());
    contact.phones.push(ContactField::new("+91 1", "CELL").wa_id("911"));
    contact.emails.push(ContactField::new("a@acme.example", "WORK"));
    contact.urls.push(ContactField::new("https://acme.example", "WORK"));
    let mut parts = PostalAddress::default();
    parts.street = Some("1 MG Road".into());
    parts.city = Some("Bengaluru".into());
    parts.state = Some("KA".into());
    parts.zip = Some("560001".into());
    parts.country = Some("India".into());
    parts.country_code = Some("in".into());
    contact.addresses.push(ContactField::new("1 MG Road, Bengaluru", "WORK").parts(parts));
    contact.addresses.push(ContactField::new("2 Hill Road", "HOME"));
    let contacts = vec![contact, Contact::new("Ben")];
    let (kind, object) = content(to().content(WhatsAppContent::Contacts { contacts })).await;
    assert_eq!(kind, "contacts");
    let expected = json!([
        {
            "name": {"formatted_name": "Dr Asha R Rao Jr", "first_name": "Asha", "middle_name": "R",
                "last_name": "Rao", "prefix": "Dr", "suffix": "Jr"},
            "org": {"company": "Acme", "department": "Billing", "title": "Head"},
            "birthday": "1990-02-28",
            "phones": [{"phone": "+91 98450 00012", "type": "WORK"},
                {"phone": "+91 1", "type": "CELL", "wa_id": "911"}],
            "emails": [{"email": "a@acme.example", "type": "WORK"}],
            "urls": [{"url": "https://acme.example", "type": "WORK"}],
            "addresses": [{"street": "1 MG Road", "city": "Bengaluru", "state": "KA",
                "zip": "560001", "country": "India", "country_code": "in", "type": "WORK"},
                {"street": "2 Hill Road", "type": "HOME"}],
        },
        {"name": {"formatted_name": "Ben", "first_name": "Ben"}},
    ]);
    assert_eq!(object, expected);
}

#[tokio::test]
async fn a_reaction_is_given_and_taken_back() {
    for emoji in ["👍", ""] {
        let reaction = WhatsAppContent::Reaction { message_id: WAMID.into(), emoji: emoji.into() };
        let (kind, object) = content(to().content(reaction)).await;
        assert_eq!(kind, "reaction");
        assert_eq!(object, json!({"message_id": WAMID, "emoji": emoji}));
    }
}

#[tokio::test]
async fn reply_buttons_have_any_header() {
    let message = Interactive::buttons("When?", [("am", "Morning"), ("pm", "Evening")])
        .header(Media::new(MediaKind::Image, "https://a.example/1.png"))
        .footer("Acme");
    let expected = json!({
        "type": "button",
        "header": {"type": "image", "image": {"link": "https://a.example/1.png"}},
        "body": {"text": "When?"},
        "footer": {"text": "Acme"},
        "action": {"buttons": [
            {"type": "reply", "reply": {"id": "am", "title": "Morning"}},
            {"type": "reply", "reply": {"id": "pm", "title": "Evening"}},
        ]},
    });
    assert_eq!(content(to().interactive(message)).await, ("interactive".into(), expected));
}

#[tokio::test]
async fn a_list_is_written_as_the_documentation_shows() {
    let row = ListRow::new("tue_am", "Morning").description("8 to 12");
    let list = Interactive::list(
        "Choose a delivery slot",
        "Slots",
        [ListSection::titled("Tuesday", [row])],
    )
    .header("Delivery");
    let expected = json!({
        "type": "list",
        "header": {"type": "text", "text": "Delivery"},
        "body": {"text": "Choose a delivery slot"},
        "action": {"button": "Slots", "sections": [{"title": "Tuesday", "rows": [
            {"id": "tue_am", "title": "Morning", "description": "8 to 12"}]}]},
    });
    assert_eq!(content(to().interactive(list)).await.1, expected);
}

#[tokio::test]
async fn a_link_a_place_and_products_have_an_action_of_their_own() {
    let sections = vec![
        ProductSection::new("Tea", ["sku-1", "sku-2"]),
        ProductSection::new("Milk", ["sku-3"]),
    ];
    let table = [
        (
            Interactive::url("See it", "Open", "https://a.example/t"),
            json!({"type": "cta_url", "body": {"text": "See it"}, "action": {"name": "cta_url",
                "parameters": {"display_text": "Open", "url": "https://a.example/t"}}}),
        ),
        (
            Interactive::new("Where?", InteractiveAction::LocationRequest),
            json!({"type": "location_request_message", "body": {"text": "Where?"},
                "action": {"name": "send_location"}}),
        ),
        (
            Interactive::new(
                "",
                InteractiveAction::Product { catalog_id: "5".into(), product: "sku-1".into() },
            ),
            json!({"type": "product",
                "action": {"catalog_id": "5", "product_retailer_id": "sku-1"}}),
        ),
        (
            Interactive::new(
                "Take",
                InteractiveAction::Products { catalog_id: "5".into(), sections },
            )
            .header("Shop"),
            json!({"type": "product_list", "header": {"type": "text", "text": "Shop"},
                "body": {"text": "Take"}, "action": {"catalog_id": "5", "sections": [
                    {"title": "Tea", "product_items": [{"product_retailer_id": "sku-1"},
                        {"product_retailer_id": "sku-2"}]},
                    {"title": "Milk", "product_items": [{"product_retailer_id": "sku-3"}]}]}}),
        ),
        (
            Interactive::new("All", InteractiveAction::Catalog { thumbnail: Some("sku-1".into()) }),
            json!({"type": "catalog_message", "body": {"text": "All"},
                "action": {"name": "catalog_message",
                    "parameters": {"thumbnail_product_retailer_id": "sku-1"}}}),
        ),
        (
            Interactive::new("All", InteractiveAction::Catalog { thumbnail: None }),
            json!({"type": "catalog_message", "body": {"text": "All"},
                "action": {"name": "catalog_message"}}),
        ),
    ];
    for (message, expected) in table {
        assert_eq!(content(to().interactive(message)).await.1, expected);
    }
}

#[tokio::test]
async fn a_flow_navigates_or_asks_its_endpoint() {
    let flow = |form: FlowAction| Interactive::new("Fill", InteractiveAction::Flow(form));
    let first = FlowAction::new("123", "Book", "tok").screen("START", json!({"id": 7}));
    let expected = json!({"type": "flow", "body": {"text": "Fill"}, "action": {"name": "flow",
        "parameters": {"flow_message_version": "3", "flow_id": "123", "flow_cta": "Book",
            "flow_token": "tok", "mode": "published", "flow_action": "navigate",
            "flow_action_payload": {"screen": "START", "data": {"id": 7}}}}});
    assert_eq!(content(to().interactive(flow(first))).await.1, expected);
    let mut draft = FlowAction::new("booking", "Book", "tok");
    draft.draft = true;
    let named = with(to().interactive(flow(draft)), &Options::new().flow_by_name(true));
    let parameters = content_of(&named).await.1["action"]["parameters"].clone();
    let expected = json!({"flow_message_version": "3", "flow_name": "booking", "flow_cta": "Book",
        "flow_token": "tok", "mode": "draft", "flow_action": "data_exchange"});
    assert_eq!(parameters, expected);
}

#[tokio::test]
async fn a_template_is_filled_part_by_part() {
    let template = ApprovedTemplate::new("invoice_due_v2", "en_GB")
        .header(Media::new(MediaKind::Document, "https://erp.example.net/f/7.pdf").filename("INV-7.pdf"))
        .parameters([
            json!("Ana"),
            json!(12),
            json!({"type": "currency", "currency": {"fallback_value": "€ 12.50", "code": "EUR", "amount_1000": 12500}}),
            json!({"type": "date_time", "date_time": {"fallback_value": "3 May"}}),
        ])
        .url_button(0, "INV-7")
        .quick_reply(1, "CONFIRM_7")
        .button(TemplateButton::CopyCode { index: 2, code: "SAVE10".into() })
        .button(TemplateButton::Flow { index: 3, token: "t".into(), data: json!({"a": 1}) })
        .button(TemplateButton::Catalog { index: 4, thumbnail: "sku-1".into() });
    let expected = json!({"name": "invoice_due_v2", "language": {"code": "en_GB"}, "components": [
        {"type": "header", "parameters": [{"type": "document",
            "document": {"link": "https://erp.example.net/f/7.pdf", "filename": "INV-7.pdf"}}]},
        {"type": "body", "parameters": [
            {"type": "text", "text": "Ana"},
            {"type": "text", "text": "12"},
            {"type": "currency", "currency": {"fallback_value": "€ 12.50", "code": "EUR", "amount_1000": 12500}},
            {"type": "date_time", "date_time": {"fallback_value": "3 May"}}]},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "INV-7"}]},
        {"type": "button", "sub_type": "quick_reply", "index": "1", "parameters": [{"type": "payload", "payload": "CONFIRM_7"}]},
        {"type": "button", "sub_type": "copy_code", "index": "2", "parameters": [{"type": "coupon_code", "coupon_code": "SAVE10"}]},
        {"type": "button", "sub_type": "flow", "index": "3", "parameters": [{"type": "action",
            "action": {"flow_token": "t", "flow_action_data": {"a": 1}}}]},
        {"type": "button", "sub_type": "catalog", "index": "4", "parameters": [{"type": "action",
            "action": {"thumbnail_product_retailer_id": "sku-1"}}]},
    ]});
    assert_eq!(content(to().content(template)).await, ("template".into(), expected));
}

#[tokio::test]
async fn a_template_is_filled_by_name_with_any_header() {
    let named = ApprovedTemplate::new("due", "en")
        .named_header("shop", "Acme")
        .named_parameters([("total", "12.50")]);
    let expected = json!([
        {"type": "header", "parameters": [{"type": "text", "parameter_name": "shop", "text": "Acme"}]},
        {"type": "body", "parameters": [{"type": "text", "parameter_name": "total", "text": "12.50"}]},
    ]);
    assert_eq!(content(to().content(named)).await.1["components"], expected);
    let place = ApprovedTemplate::new("here", "en").header(Location::new(1.5, 2.0).named("A", "B"));
    let place = content(to().content(place)).await.1["components"].clone();
    assert_eq!(
        place,
        json!([{"type": "header", "parameters": [{"type": "location",
        "location": {"latitude": "1.5", "longitude": "2", "name": "A", "address": "B"}}]}])
    );
    let text = ApprovedTemplate::new("x", "en").header(TemplateHeader::Text("Acme".into()));
    assert_eq!(
        content(to().content(text)).await.1["components"][0]["parameters"],
        json!([{"type": "text", "text": "Acme"}])
    );
    let bare = content(to().content(ApprovedTemplate::new("hello_world", "en_US"))).await.1;
    assert_eq!(bare, json!({"name": "hello_world", "language": {"code": "en_US"}}));
}

#[tokio::test]
async fn a_one_time_password_is_sent_twice() {
    let otp = ApprovedTemplate::one_time_password("login", "en_US", "482913");
    let expected = json!([
        {"type": "body", "parameters": [{"type": "text", "text": "482913"}]},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "482913"}]},
    ]);
    assert_eq!(content(to().content(otp)).await.1["components"], expected);
}

#[tokio::test]
async fn a_carousel_and_an_offer_are_components_of_their_own() {
    let mut card = TemplateCard::new(Media::uploaded(MediaKind::Image, "7"));
    card.parameters = json!(["Tea"]);
    card.buttons = vec![TemplateButton::QuickReply { index: 0, payload: "tea".into() }];
    let mut template = ApprovedTemplate::new("offer", "en").card(card).parameters(["Asha"]);
    template.offer_ends_at = Some("2026-11-21T00:00:00Z".parse().unwrap());
    let expected = json!([
        {"type": "body", "parameters": [{"type": "text", "text": "Asha"}]},
        {"type": "limited_time_offer", "parameters": [{"type": "limited_time_offer",
            "limited_time_offer": {"expiration_time_ms": 1_795_219_200_000_i64}}]},
        {"type": "carousel", "cards": [{"card_index": 0, "components": [
            {"type": "header", "parameters": [{"type": "image", "image": {"id": "7"}}]},
            {"type": "body", "parameters": [{"type": "text", "text": "Tea"}]},
            {"type": "button", "sub_type": "quick_reply", "index": "0",
                "parameters": [{"type": "payload", "payload": "tea"}]}]}]},
    ]);
    assert_eq!(content(to().content(template)).await.1["components"], expected);
}

#[tokio::test]
async fn a_component_that_the_model_lacks_is_added() {
    let button = json!({"type": "button", "sub_type": "mpm", "index": "0", "parameters": []});
    let options = Options::new().template_component(button.clone());
    let (_, object) = content_of(&with(to().approved("shop", "en", ["a"]), &options)).await;
    assert_eq!(object["components"][1], button);
}

#[tokio::test]
async fn a_marketing_template_goes_by_its_own_endpoint() {
    let options = Options::new()
        .marketing(true)
        .product_policy(ProductPolicy::Strict)
        .message_activity_sharing(false);
    let (path, body) = sent(&with(to().approved("sale", "en", ["a"]), &options)).await;
    assert_eq!(path, format!("/v26.0/{NUMBER}/marketing_messages"));
    assert_eq!(body["product_policy"], "STRICT");
    assert_eq!(body["message_activity_sharing"], false);
    let fallback = Options::new().marketing(true).product_policy(ProductPolicy::CloudApiFallback);
    let (_, body) = sent(&with(to().approved("sale", "en", ["a"]), &fallback)).await;
    assert_eq!(body["product_policy"], "CLOUD_API_FALLBACK");
    let error = unsent(&with(to().text("x"), &Options::new().marketing(true))).await;
    assert_eq!(super::fields(&error), ["options.marketing"]);
    let alone = Options::new().message_activity_sharing(true);
    let error = unsent(&with(to().approved("sale", "en", ["a"]), &alone)).await;
    assert_eq!(super::fields(&error), ["options"]);
}

fn kept(variables: &[(&str, Value)], options: &Options) -> dakiya::Envelope<WhatsApp> {
    let mut template = ProviderTemplate::new("order_ready");
    template.variables =
        variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let mut delivery = Delivery::default();
    delivery.options.set(options).unwrap();
    delivery.provider_templates.insert("meta.whatsapp".into(), template);
    envelope(to()).with_delivery(delivery)
}

#[tokio::test]
async fn a_template_beside_the_message_is_filled_in_order_or_by_name() {
    let many: Vec<_> = (1..=10).map(|n| n.to_string()).collect();
    let many: Vec<_> = many.iter().map(|n| (&**n, json!(n))).collect();
    let (kind, object) = content_of(&kept(&many, &Options::new().language("en_GB"))).await;
    assert_eq!(kind, "template");
    assert_eq!(object["name"], "order_ready");
    let texts = object["components"][0]["parameters"].as_array().unwrap().iter();
    let texts: Vec<_> = texts.map(|one| one["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);

    let named = kept(&[("order", json!("2041"))], &Options::new().language("en"));
    assert_eq!(
        content_of(&named).await.1["components"],
        json!([{"type": "body", "parameters":
        [{"type": "text", "parameter_name": "order", "text": "2041"}]}])
    );

    for mixed in [&[("1", json!("a")), ("x", json!("b"))][..], &[("2", json!("a"))][..]] {
        let error = unsent(&kept(mixed, &Options::new().language("en"))).await;
        assert_eq!(super::fields(&error), ["provider_templates.variables"]);
    }
}

#[tokio::test]
async fn a_template_beside_the_message_speaks_the_locale_of_the_message() {
    let none = Options::new();
    for (locale, code) in
        [("hi-IN", "hi_IN"), ("en", "en"), ("zh-Hant-TW", "zh_TW"), ("pt_BR", "pt_BR")]
    {
        let (_, object) = content_of(&stamped(kept(&[], &none), locale)).await;
        assert_eq!(object, json!({"name": "order_ready", "language": {"code": code}}));
    }
    let set = stamped(kept(&[], &Options::new().language("ta")), "hi-IN");
    assert_eq!(content_of(&set).await.1["language"]["code"], "ta");
    let error = unsent(&kept(&[], &none)).await;
    assert_eq!(super::fields(&error), ["provider_templates.language"]);

    let mock = MockTransport::answering(200, accepted());
    builder(&mock).language("en_GB").build().unwrap().send(&kept(&[], &none)).await.unwrap();
    assert_eq!(super::asked(&mock).2["template"]["language"]["code"], "en_GB");
}

#[tokio::test]
async fn a_quote_that_would_be_dropped_is_refused() {
    let reaction = WhatsAppContent::Reaction { message_id: WAMID.into(), emoji: "👍".into() };
    for message in [to().content(reaction), to().approved("x", "en", ["a"])] {
        let error = unsent(&envelope(message.reply_to("wamid.x"))).await;
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("reply_to"), "{error}");
    }
}

#[tokio::test]
async fn a_later_time_is_unsupported() {
    let mut message = envelope(to().text("x"));
    message.delivery.send_at = Some("2027-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(unsent(&message).await.kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn a_batch_is_one_request_each_in_order_and_one_bad_fails_alone() {
    let busy = r#"{"error":{"code":130429,"message":"(#130429) Rate limit hit"}}"#;
    let mock = MockTransport::answering(200, accepted()).then(200, accepted()).then(400, busy);
    let account = account(&mock);
    let messages = [
        envelope(to().text("1")),
        envelope(to().text("")),
        envelope(to().text("2")),
        envelope(WhatsApp::to(user()).text("3")),
    ];
    let results = account.send_batch(&messages.iter().collect::<Vec<_>>()).await;
    let kinds: Vec<_> =
        results.iter().map(|one| one.as_ref().err().map(dakiya::Error::kind)).collect();
    let expected = [None, Some(ErrorKind::InvalidMessage), Some(ErrorKind::RateLimited), None];
    assert_eq!(kinds, expected);
    assert_eq!(mock.requests().len(), 3);
    let capabilities = account.capabilities();
    assert_eq!(
        (capabilities.batch, capabilities.in_flight, capabilities.idempotent),
        (1, 16, false)
    );
}
