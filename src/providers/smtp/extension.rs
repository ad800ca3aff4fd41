//! What a server can do: its answer to EHLO.

use super::reply::Reply;

/// The extensions that we use, of those a server advertised.
///
/// lettre's `ServerInfo` knows neither `PIPELINING` nor `SIZE`.
#[expect(clippy::struct_excessive_bools, reason = "a keyword is there or it is not")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Extensions {
    pub(super) eight_bit_mime: bool,
    pub(super) login: bool,
    pub(super) pipelining: bool,
    pub(super) plain: bool,
    /// Most recipients of one transaction: `LIMITS RCPTMAX=`.
    pub(super) recipients: Option<usize>,
    /// Whether `MAIL` takes `SIZE=`.
    pub(super) size: bool,
    /// The largest message in bytes, where the server states one.
    pub(super) size_limit: Option<usize>,
    pub(super) smtp_utf8: bool,
    pub(super) starttls: bool,
    /// Most messages of one connection: `LIMITS MAILMAX=`.
    pub(super) transactions: Option<usize>,
    pub(super) xoauth2: bool,
}

impl Extensions {
    pub(super) fn parse(ehlo: &Reply) -> Self {
        let mut found = Self::default();
        // The first line is the server's name and greeting.
        for line in ehlo.text().lines().skip(1) {
            let mut words = line.split([' ', '=', '\t']).filter(|word| !word.is_empty());
            let Some(keyword) = words.next() else { continue };
            match keyword.to_ascii_uppercase().as_str() {
                "8BITMIME" => found.eight_bit_mime = true,
                // Also `AUTH=PLAIN`, which servers of the nineties still add.
                "AUTH" => words.for_each(|word| found.mechanism(word)),
                "LIMITS" => found.limits(line),
                "PIPELINING" => found.pipelining = true,
                "SIZE" => {
                    found.size = true;
                    let stated = words.next().and_then(|limit| limit.parse().ok());
                    found.size_limit = stated.filter(|&limit| limit > 0);
                }
                "SMTPUTF8" => found.smtp_utf8 = true,
                "STARTTLS" => found.starttls = true,
                _ => {}
            }
        }
        found
    }

    fn mechanism(&mut self, name: &str) {
        match name.to_ascii_uppercase().as_str() {
            "LOGIN" => self.login = true,
            "PLAIN" => self.plain = true,
            "XOAUTH2" => self.xoauth2 = true,
            _ => {}
        }
    }

    fn limits(&mut self, line: &str) {
        for word in line.split_ascii_whitespace().skip(1) {
            let Some((name, value)) = word.split_once('=') else { continue };
            let value = value.parse().ok().filter(|&value| value > 0);
            match name.to_ascii_uppercase().as_str() {
                "MAILMAX" => self.transactions = value,
                "RCPTMAX" => self.recipients = value,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(lines: &str) -> Extensions {
        let lines = lines.replace('\n', "\r\n250-");
        let input = format!("250-host PIPELINING\r\n250-{lines}\r\n250 HELP\r\n");
        Extensions::parse(&Reply::parse(input.as_bytes()).unwrap().unwrap().0)
    }

    #[test]
    fn keywords_are_read_in_any_case_and_not_from_the_greeting() {
        assert_eq!(parse("X"), Extensions::default());
        let found = parse("pipelining\nSize 1000\nAuth=login\nAUTH plain XOAUTH2\nSTARTTLS");
        assert!(found.pipelining && found.login && found.plain && found.xoauth2 && found.starttls);
        assert_eq!((found.size, found.size_limit), (true, Some(1000)));
    }

    #[test]
    fn a_size_of_zero_or_nothing_states_no_limit() {
        assert_eq!((parse("SIZE 0").size, parse("SIZE 0").size_limit), (true, None));
        assert_eq!((parse("SIZE").size, parse("SIZE").size_limit), (true, None));
    }

    #[test]
    fn limits_of_rfc_9422() {
        let found = parse("LIMITS RCPTMAX=20 MAILMAX=5 X=1");
        assert_eq!((found.recipients, found.transactions), (Some(20), Some(5)));
    }
}
