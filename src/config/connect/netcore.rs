//! Netcore's URLs.

use std::sync::Arc;

use secrecy::ExposeSecret as _;

use super::{Leaf, connection, default_host, done, mailbox, one_of, parsed};
use crate::{
    error::{Fault, Result},
    message::SenderId,
    messenger::Channels,
    providers::netcore,
    time::SharedClock,
};

pub(super) fn email(mut leaf: Leaf, clock: Option<&SharedClock>) -> Result<Channels> {
    use netcore::email::{Account, Region, Version};

    let mut faults = Vec::new();
    let mut account = Account::builder(leaf.user.take().unwrap_or_default());
    if let Some(from) = mailbox(&mut leaf, &mut faults) {
        account = account.from(from);
    }
    if let Some(version) =
        one_of(&mut leaf, "version", &mut faults, &[("v6", Version::V6), ("v5.1", Version::V51)])
    {
        account = account.version(version);
    }
    if let Some(region) =
        one_of(&mut leaf, "region", &mut faults, &[("global", Region::Global), ("eu", Region::Eu)])
    {
        account = account.region(region);
    }
    if let Some(on) =
        one_of(&mut leaf, "whole_texts", &mut faults, &[("true", true), ("false", false)])
    {
        account = account.whole_texts(on);
    }
    connection(account.connection_mut(), &mut leaf, clock);
    default_host(&leaf, &mut faults);
    leaf.finish("from, version, region, whole_texts, endpoint", &mut faults);
    let account = done(faults, account.build())?;
    Ok(Channels { email: Some(Arc::new(account)), ..Channels::default() })
}

pub(super) fn sms(mut leaf: Leaf, clock: Option<&SharedClock>) -> Result<Channels> {
    let mut faults = Vec::new();
    let user = leaf.user.take().unwrap_or_default();
    let password = leaf.password.take().unwrap_or_default();
    let feed = leaf.host.take().unwrap_or_default();
    let mut account = netcore::sms::Account::builder(feed, user, password);
    if let Some(sender) = parsed::<SenderId>(&mut leaf, "sender", &mut faults) {
        account = account.from(sender);
    }
    if let Some(entity) = leaf.take("entity") {
        account = account.entity(entity);
    }
    connection(account.connection_mut(), &mut leaf, clock);
    leaf.finish("sender, entity, endpoint", &mut faults);
    let account = done(faults, account.build())?;
    Ok(Channels { sms: Some(Arc::new(account)), ..Channels::default() })
}

pub(super) fn deflector(mut leaf: Leaf, clock: Option<&SharedClock>) -> Result<Channels> {
    let mut faults = Vec::new();
    let mut account = netcore::deflector::Account::builder(leaf.user.take().unwrap_or_default());
    connection(account.connection_mut(), &mut leaf, clock);
    leaf.finish("endpoint", &mut faults);
    let account = done(faults, account.build())?;
    Ok(Channels { whatsapp: Some(Arc::new(account)), ..Channels::default() })
}

pub(super) fn rcs(mut leaf: Leaf, clock: Option<&SharedClock>) -> Result<Channels> {
    let mut faults = Vec::new();
    let mut account = netcore::rcs::Account::builder(leaf.user.take().unwrap_or_default());
    if let Some(bot) = leaf.take("bot") {
        account = account.bot_id(bot);
    }
    if let Some(header) = leaf.take("header") {
        account = account.auth_header(header);
    }
    if let Some(request) = leaf.take("request") {
        account = account.request(request);
    }
    connection(account.connection_mut(), &mut leaf, clock);
    leaf.finish("bot, header, request, endpoint", &mut faults);
    let account = done(faults, account.build())?;
    Ok(Channels { rcs: Some(Arc::new(account)), ..Channels::default() })
}

/// `netcore+voice://KEY@HOST?path=v1/calls&method=post&auth=bearer&json=TEMPLATE`: the settings of
/// [`Api`](netcore::voice::Api) that an account cannot do without, and the commonest others.
///
/// `auth` is `bearer` (`KEY@`), `basic` (`USER:KEY@`), or `header:NAME`, `query:NAME` or
/// `form:NAME` (`KEY@`). One of `json`, `form` and `query` is the template: a percent-encoded JSON
/// object. `id` is pointers parted by commas, `success` a pointer and a text: `/status=success`.
/// What has no place here, such as a table of codes, needs the builder.
pub(super) fn voice(mut leaf: Leaf, clock: Option<&SharedClock>) -> Result<Channels> {
    use netcore::voice::{Account, Api, Check, Method, NumberFormat, Options};

    let mut faults = Vec::new();
    let mut api = Api::new();
    let methods = [("get", Method::Get), ("post", Method::Post), ("put", Method::Put)];
    api.path = leaf.take("path");
    api.method = one_of(&mut leaf, "method", &mut faults, &methods);
    api.auth = voice_auth(&mut leaf, &mut faults);
    api.body = voice_body(&mut leaf, &mut faults);
    let formats = [
        ("digits_cc", NumberFormat::DigitsCc),
        ("e164", NumberFormat::E164),
        ("national0", NumberFormat::National0),
        ("national10", NumberFormat::National10),
    ];
    if let Some(format) = one_of(&mut leaf, "number_format", &mut faults, &formats) {
        api.number_format = format;
    }
    if let Some(pointers) = leaf.take("id") {
        api.id = pointers.split(',').map(Into::into).collect();
    }
    if let Some(success) = leaf.take("success") {
        match success.split_once('=') {
            Some((pointer, text)) => drop(api.success.equals.insert(pointer.into(), text.into())),
            None => faults.push(Fault::new(
                "success",
                "is no pointer and text",
                "write such as /status=success",
            )),
        }
    }
    api.check = leaf.take("check").map(Check::get);
    let host = leaf.host.take();
    api.base_url = leaf.take("endpoint").or_else(|| {
        let port = leaf.port.map(|port| format!(":{port}")).unwrap_or_default();
        host.map(|host| format!("https://{host}{port}"))
    });
    let mut account = Account::builder(api);
    if let Some(number) = leaf.take("caller_id") {
        account = account.defaults(Options::new().caller_id(number));
    }
    connection(account.connection_mut(), &mut leaf, clock);
    let known = "path, method, auth, json, form, query, number_format, id, success, check, \
                 caller_id, endpoint";
    leaf.finish(known, &mut faults);
    let account = done(faults, account.build())?;
    Ok(Channels { voice: Some(Arc::new(account)), ..Channels::default() })
}

fn voice_auth(leaf: &mut Leaf, faults: &mut Vec<Fault>) -> Option<netcore::voice::Auth> {
    use netcore::voice::Auth;

    let way = leaf.take("auth")?;
    let user = leaf.user.take().unwrap_or_default();
    let (way, name) = way.split_once(':').unwrap_or((&way, ""));
    match (way, name) {
        ("basic", "") => Some(Auth::Basic {
            user: user.expose_secret().to_owned(),
            password: leaf.password.take().unwrap_or_default(),
        }),
        ("bearer", "") => Some(Auth::Bearer { token: user }),
        ("header", name) => Some(Auth::Header { name: name.into(), value: user }),
        ("query", name) => Some(Auth::Query([(name.to_owned(), user)].into())),
        ("form", name) => Some(Auth::Form([(name.to_owned(), user)].into())),
        _ => {
            let remedy = "write bearer, basic, header:NAME, query:NAME or form:NAME";
            faults.push(Fault::new("auth", "is none of its values", remedy));
            None
        }
    }
}

fn voice_body(leaf: &mut Leaf, faults: &mut Vec<Fault>) -> Option<netcore::voice::Body> {
    use netcore::voice::Body;

    let given = ["json", "form", "query"].map(|key| leaf.take(key));
    let body = match &given {
        [Some(text), None, None] => serde_json::from_str(text).ok().map(Body::Json),
        [None, Some(text), None] => serde_json::from_str(text).ok().map(Body::Form),
        [None, None, Some(text)] => serde_json::from_str(text).ok().map(Body::Query),
        [None, None, None] => return None,
        _ => None,
    };
    if body.is_none() {
        let remedy = "write one of json, form and query, as a percent-encoded JSON object";
        faults.push(Fault::new("body", "is no template", remedy));
    }
    body
}

pub(super) fn whatsapp(mut leaf: Leaf, clock: Option<&SharedClock>) -> Result<Channels> {
    let mut faults = Vec::new();
    let mut account = netcore::whatsapp::Account::builder(leaf.user.take().unwrap_or_default());
    // An account without a source id has none to write.
    if let Some(source) = leaf.host.take().filter(|host| host != "default") {
        account = account.source(source);
    }
    if let Some(on) =
        one_of(&mut leaf, "priority", &mut faults, &[("true", true), ("false", false)])
    {
        account = account.priority(on);
    }
    if let Some(endpoint) = leaf.take("legacy_endpoint") {
        account = account.legacy_endpoint(endpoint);
    }
    connection(account.connection_mut(), &mut leaf, clock);
    leaf.finish("priority, endpoint, legacy_endpoint", &mut faults);
    let account = done(faults, account.build())?;
    Ok(Channels { whatsapp: Some(Arc::new(account)), ..Channels::default() })
}
