//! Looks at texts and numbers: JSON lines in, JSON lines out.
//!
//! ```console
//! $ echo '{"sms":"₹499 only"}' | cargo run -q --example inspect
//! {"encoding":"ucs2","units":9,"segments":1}
//! $ echo '{"phone":"098450 00012","region":"IN"}' | cargo run -q --example inspect
//! {"e164":"+919845000012"}
//! ```
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use std::io::{self, BufRead as _, Write as _};

use dakiya::{PhoneNumber, Region, Segments};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Question {
    Phone { phone: String, region: Option<String> },
    Sms { sms: String },
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().split(b'\n') {
        let line = line?;
        if !line.trim_ascii().is_empty() {
            writeln!(out, "{}", answer(&line))?;
            out.flush()?;
        }
    }
    Ok(())
}

fn answer(line: &[u8]) -> Value {
    match serde_json::from_slice(line) {
        Ok(Question::Phone { phone, region }) => number(&phone, region.as_deref()),
        Ok(Question::Sms { sms }) => json!(Segments::of(&sms)),
        Err(_) => json!({"error": r#"write {"sms":"text"} or {"phone":"raw","region":"IN"}"#}),
    }
}

fn number(phone: &str, region: Option<&str>) -> Value {
    let region = region.map_or(Ok(Region::INDIA), Region::parse);
    match region.and_then(|region| PhoneNumber::parse_in(phone, region)) {
        Ok(number) => json!({"e164": number.as_str()}),
        Err(error) => json!({"error": error.to_string()}),
    }
}
