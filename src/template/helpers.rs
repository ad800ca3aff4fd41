//! What a template may call: pure functions of their arguments.

use handlebars::{
    Context, Handlebars, Helper, HelperDef, JsonRender as _, RenderContext, RenderError,
    RenderErrorReason, ScopedJson,
};
use serde_json::Value;

/// Every helper that a template may name: ours, then those of handlebars. `log` is not among them,
/// since it would write variables to the log.
pub(super) const NAMES: [&str; 21] = [
    "default", "lower", "money", "number", "upper", "and", "each", "eq", "gt", "gte", "if", "len",
    "lookup", "lt", "lte", "ne", "not", "or", "raw", "unless", "with",
];

/// More decimals than any currency or measure has.
const MAX_DECIMALS: u64 = 12;

type Function = fn(&Helper<'_>) -> Result<Value, RenderError>;

pub(super) fn register(engine: &mut Handlebars<'_>) {
    engine.unregister_helper("log");
    let ours: [(&str, Function); 5] = [
        ("default", default),
        ("lower", |h| Ok(argument(h, "lower", 0)?.render().to_lowercase().into())),
        ("money", money),
        ("number", number),
        ("upper", |h| Ok(argument(h, "upper", 0)?.render().to_uppercase().into())),
    ];
    for (name, function) in ours {
        engine.register_helper(name, Box::new(Pure(function)));
    }
}

struct Pure(Function);

impl HelperDef for Pure {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        (self.0)(helper).map(ScopedJson::Derived)
    }
}

/// The argument at `index`: an absent variable is an error, as outside of helpers.
fn argument<'h>(
    helper: &'h Helper<'_>,
    name: &'static str,
    index: usize,
) -> Result<&'h Value, RenderError> {
    let argument =
        helper.param(index).ok_or(RenderErrorReason::ParamNotFoundForIndex(name, index))?;
    if argument.is_value_missing() {
        return Err(RenderError::strict_error(argument.relative_path()));
    }
    Ok(argument.value())
}

/// `{{default name "friend"}}`: the first unless it is absent, null or empty.
fn default(helper: &Helper<'_>) -> Result<Value, RenderError> {
    match helper.param(0).map(handlebars::PathAndJson::value) {
        None => Err(RenderErrorReason::ParamNotFoundForIndex("default", 0).into()),
        Some(Value::Null) => argument(helper, "default", 1).cloned(),
        Some(Value::String(text)) if text.is_empty() => argument(helper, "default", 1).cloned(),
        Some(value) => Ok(value.clone()),
    }
}

/// `{{number n}}` → `1,24,999.5`; `{{number n decimals=2 grouping=false}}` → `124999.50`.
fn number(helper: &Helper<'_>) -> Result<Value, RenderError> {
    let decimals = helper.hash_get("decimals").and_then(|d| d.value().as_u64());
    let grouping = helper.hash_get("grouping").is_none_or(|g| g.value() != &Value::Bool(false));
    let value = argument(helper, "number", 0)?;
    let (sign, digits) =
        format(value, decimals, grouping).ok_or_else(|| no_number(helper, "number"))?;
    Ok(format!("{sign}{digits}").into())
}

/// `{{money n}}` → `₹1,24,999.00`; `{{money n symbol="Rs. "}}` → `Rs. 1,24,999.00`.
fn money(helper: &Helper<'_>) -> Result<Value, RenderError> {
    let symbol = helper.hash_get("symbol").and_then(|s| s.value().as_str()).unwrap_or("₹");
    let decimals = helper.hash_get("decimals").and_then(|d| d.value().as_u64()).unwrap_or(2);
    let value = argument(helper, "money", 0)?;
    let (sign, digits) =
        format(value, Some(decimals), true).ok_or_else(|| no_number(helper, "money"))?;
    Ok(format!("{sign}{symbol}{digits}").into())
}

fn no_number(helper: &Helper<'_>, name: &'static str) -> RenderError {
    let path = helper.param(0).and_then(|p| p.relative_path().cloned()).unwrap_or_default();
    RenderErrorReason::ParamTypeMismatchForName(name, path, "number".to_owned()).into()
}

/// Sign and digits of a JSON number or of a string like `4999.00`, rounded half away from zero.
///
/// Works on the decimal digits: money never passes through a float here.
fn format(value: &Value, decimals: Option<u64>, grouping: bool) -> Option<(&'static str, String)> {
    let written = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    let (negative, unsigned) = match written.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, written.as_str()),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let kept = match decimals {
        Some(decimals) => usize::try_from(decimals.min(MAX_DECIMALS)).ok()?,
        None => fraction.len(),
    };
    let mut digits: Vec<u8> =
        whole.bytes().chain(fraction.bytes().chain(std::iter::repeat(b'0')).take(kept)).collect();
    if fraction.as_bytes().get(kept).is_some_and(|next| *next >= b'5') {
        round_up(&mut digits);
    }
    let sign = if negative && digits.iter().any(|d| *d != b'0') { "-" } else { "" };
    let split = digits.len() - kept;
    let significant =
        digits.iter().take(split.saturating_sub(1)).take_while(|d| **d == b'0').count();
    let whole = split - significant;
    let mut text = String::new();
    for (index, digit) in digits.iter().skip(significant).enumerate() {
        // Digits left of the point, this one included: a comma after thousands, then every two.
        let left = whole.saturating_sub(index);
        if index == whole {
            text.push('.');
        } else if grouping && index > 0 && (left == 3 || left > 3 && left % 2 == 1) {
            text.push(',');
        }
        text.push(char::from(*digit));
    }
    Some((sign, text))
}

fn round_up(digits: &mut Vec<u8>) {
    for digit in digits.iter_mut().rev() {
        if *digit == b'9' {
            *digit = b'0';
        } else {
            *digit += 1;
            return;
        }
    }
    digits.insert(0, b'1');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn render(template: &str, variables: &Value) -> String {
        let mut engine = Handlebars::new();
        engine.set_strict_mode(true);
        engine.register_escape_fn(handlebars::no_escape);
        register(&mut engine);
        engine
            .render_template(template, variables)
            .unwrap_or_else(|error| format!("error: {error}"))
    }

    #[test]
    fn amounts_are_grouped_the_indian_way() {
        for (amount, text) in [
            (json!(0), "₹0.00"),
            (json!(999), "₹999.00"),
            (json!(1000), "₹1,000.00"),
            (json!(124_999), "₹1,24,999.00"),
            (json!("12345678.9"), "₹1,23,45,678.90"),
            (json!(0.1 + 0.2), "₹0.30"),
            (json!("999.995"), "₹1,000.00"),
            (json!(-4999.5), "-₹4,999.50"),
            (json!("-0.001"), "₹0.00"),
            (json!("0099"), "₹99.00"),
        ] {
            assert_eq!(render("{{money n}}", &json!({ "n": amount })), text, "{amount}");
        }
    }

    #[test]
    fn a_number_keeps_its_decimals_unless_told() {
        let n = json!({ "n": "124999.5" });
        assert_eq!(render("{{number n}}", &n), "1,24,999.5");
        assert_eq!(render("{{number n decimals=2 grouping=false}}", &n), "124999.50");
        assert_eq!(render("{{number n decimals=0}}", &n), "1,25,000");
        assert_eq!(render("{{money n symbol=\"Rs. \"}}", &n), "Rs. 1,24,999.50");
    }

    #[test]
    fn what_is_no_number_is_an_error_without_its_value() {
        for secret in ["12,50 s3cret", "1e9", "", ".", "१२"] {
            let text = render("{{number n}}", &json!({ "n": secret }));
            assert!(text.starts_with("error: "), "{text}");
            assert!(!text.contains("s3cret"), "{text}");
        }
    }

    #[test]
    fn default_stands_in_for_what_is_absent_null_or_empty() {
        for variables in [json!({}), json!({ "name": null }), json!({ "name": "" })] {
            assert_eq!(render("{{default name \"friend\"}}", &variables), "friend");
        }
        assert_eq!(render("{{upper (default name \"x\")}}", &json!({ "name": "Ravi" })), "RAVI");
        assert_eq!(render("{{lower name}}", &json!({ "name": "RAVI" })), "ravi");
        assert!(render("{{lower name}}", &json!({})).contains("name"));
    }

    #[test]
    fn every_name_is_a_helper_and_log_is_none() {
        for name in NAMES {
            let text = render(&format!("{{{{{name} 1 2}}}}"), &json!({}));
            assert!(!text.contains("Helper not found"), "{name}: {text}");
        }
        assert!(render("{{log 1}}", &json!({})).contains("Helper not found"));
    }
}
