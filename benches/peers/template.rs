//! Templates beside handlebars alone, which finds no version and no language.

use dakiya::{Kind, TemplateRef, template::TemplateSet};
use handlebars::Handlebars;
use serde_json::{Value, json};

use crate::measure::{Load, Table, pair};

const PEER: &str = "handlebars";

pub(crate) async fn plain(table: &mut Table, load: Load) {
    let text = "Dear {{customer.name}}, your order {{order.id}} of Rs. {{order.total}} is on its \
                way. Track it at acme.in/{{order.id}} - ACME";
    let set = TemplateSet::builder().file("order/en.sms.hbs", text).file("order/en.toml", "");
    let (set, engine) = (set.build().unwrap(), engine(&[("text", text)]));
    let (reference, variables) = (reference(), variables());
    let ours = || set.render(&reference, Kind::Sms).unwrap().text.unwrap();
    let peer = || engine.render("text", &variables).unwrap();
    assert_eq!(ours(), peer());
    let costs = pair(load, async || drop(ours()), async || drop(peer())).await;
    table.rate("template of variables: renders", PEER, costs);
}

pub(crate) async fn blocks(table: &mut Table, load: Load) {
    let subject = "Your order {{order.id}}";
    let html = "<p>Dear {{customer.name}},</p>{{#if order.paid}}<p>Paid.</p>{{else}}<p>To pay: \
                {{order.total}}</p>{{/if}}<table>{{#each order.items}}<tr><td>{{name}}</td>\
                <td>{{quantity}}</td><td>{{price}}</td></tr>{{/each}}</table>";
    let set = TemplateSet::builder()
        .file("order/en.email.subject.hbs", subject)
        .file("order/en.email.html.hbs", html)
        .file("order/en.toml", "");
    let (set, engine) = (set.build().unwrap(), engine(&[("subject", subject), ("html", html)]));
    let (reference, variables) = (reference(), variables());
    let ours = || {
        let rendered = set.render(&reference, Kind::Email).unwrap();
        (rendered.subject.unwrap(), rendered.html.unwrap())
    };
    let peer = || {
        let render = |part| engine.render(part, &variables).unwrap();
        (render("subject"), render("html"))
    };
    assert_eq!(ours(), peer());
    let costs = pair(load, async || drop(ours()), async || drop(peer())).await;
    table.rate("template of each and if: renders", PEER, costs);
}

fn engine(templates: &[(&str, &str)]) -> Handlebars<'static> {
    let mut engine = Handlebars::new();
    engine.set_strict_mode(true);
    for (name, source) in templates {
        engine.register_template_string(name, source).unwrap();
    }
    engine
}

fn reference() -> TemplateRef {
    TemplateRef::new("order").vars(&variables())
}

fn variables() -> Value {
    let item = |name: &str| json!({ "name": name, "quantity": 2, "price": "624.50" });
    json!({
        "customer": { "name": "Asha Rao", "city": "Pune" },
        "order": {
            "id": "4711",
            "total": "1,249.00",
            "paid": false,
            "items": [item("Tea"), item("Cup & saucer"), item("Kettle"), item("Spoon")],
        },
    })
}
