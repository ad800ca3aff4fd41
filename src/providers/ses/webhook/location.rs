//! Which URLs are Amazon SNS's own. Whoever posts a request writes them, so they are checked as
//! they stand, before any parser makes them good.

use std::borrow::Cow;

use url::form_urlencoded;

use crate::webhook::{WebhookError, WebhookErrorKind};

/// The partitions of AWS with SNS: the world, China, and the European sovereign cloud.
const SUFFIXES: [&str; 2] = ["amazonaws.com", "amazonaws.com.cn"];
pub(super) const SOVEREIGN: &str = "amazonaws.eu";

/// The longest label of a host. What is longer than a host may be is none, and would be kept and
/// logged for nothing.
const LABEL: usize = 63;

/// Which hosts and paths are taken.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    suffixes: Vec<String>,
    any_path: bool,
}

impl Rules {
    pub(super) fn add_suffix(&mut self, suffix: &str) -> Result<(), WebhookError> {
        let suffix = suffix.trim().trim_start_matches('.').to_ascii_lowercase();
        let labels = suffix.split('.').all(is_label);
        if !labels || !suffix.contains('.') {
            let problem = "a host suffix is a domain, such as amazonaws.eu";
            return Err(WebhookError::new(WebhookErrorKind::Config, problem));
        }
        self.suffixes.push(suffix);
        Ok(())
    }

    pub(super) fn allow_any_path(&mut self) {
        self.any_path = true;
    }

    /// The host of a certificate's URL, where that is SNS's.
    pub(super) fn certificate<'u>(&self, url: &'u str) -> Option<&'u str> {
        let (host, path) = split(url)?;
        let fits = self.is_path(path) && self.is_host(host);
        fits.then_some(host)
    }

    /// Whether `url` confirms a subscription of `topic`, by `token`, and nothing else.
    pub(super) fn confirms(&self, url: &str, topic: &str, token: &str) -> bool {
        let Some((host, rest)) = split(url) else { return false };
        let Some(query) = rest.strip_prefix("/?") else { return false };
        let once = |name: &str, value: &str| {
            let mut found = form_urlencoded::parse(query.as_bytes())
                .filter(|(key, _)| key.eq_ignore_ascii_case(name));
            let same = |pair: (Cow<'_, str>, Cow<'_, str>)| pair.0 == name && pair.1 == value;
            found.next().is_some_and(same) && found.next().is_none()
        };
        self.is_host(host)
            && once("Action", "ConfirmSubscription")
            && once("TopicArn", topic)
            && once("Token", token)
    }

    /// `sns.<region>.<suffix>`. Any word in the region's place would let a bucket of S3 that is
    /// called `sns` pass.
    fn is_host(&self, host: &str) -> bool {
        let parts = host.strip_prefix("sns.").and_then(|rest| rest.split_once('.'));
        parts.is_some_and(|(region, suffix)| {
            let known = SUFFIXES.contains(&suffix) || self.suffixes.iter().any(|own| own == suffix);
            known && is_region(region)
        })
    }

    fn is_path(&self, path: &str) -> bool {
        let name = path.strip_prefix('/').and_then(|name| name.strip_suffix(".pem"));
        name.is_some_and(|name| {
            if self.any_path {
                return name.len() <= LABEL
                    && name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_');
            }
            name.strip_prefix("SimpleNotificationService-").is_some_and(|id| {
                id.len() == 32 && id.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
            })
        })
    }
}

/// The host, and all from the first slash on.
fn split(url: &str) -> Option<(&str, &str)> {
    let plain = |c: u8| c.is_ascii_graphic() && !matches!(c, b'\\' | b'#');
    let rest = url.strip_prefix("https://").filter(|rest| rest.bytes().all(plain))?;
    rest.find('/').and_then(|slash| rest.split_at_checked(slash))
}

/// `[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}`, such as `us-gov-west-1`.
fn is_region(region: &str) -> bool {
    let letters = |part: &str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_lowercase());
    let mut parts = region.split('-');
    let first = parts.next().is_some_and(|part| (2..=4).contains(&part.len()) && letters(part));
    let last = parts.next_back().is_some_and(|part| {
        (1..=2).contains(&part.len()) && part.bytes().all(|c| c.is_ascii_digit())
    });
    let between = parts.next().is_some_and(letters) && parts.all(letters);
    region.len() <= LABEL && first && last && between
}

fn is_label(label: &str) -> bool {
    !label.is_empty() && label.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "SimpleNotificationService-cc6577428c2f6d6bc64e5a22fac180d6.pem";

    #[test]
    fn hosts_of_every_partition_are_taken() {
        let mut rules = Rules::default();
        let taken = |rules: &Rules, host: &str| {
            rules.certificate(&format!("https://{host}/{FILE}")).map(str::to_owned)
        };
        for host in [
            "sns.us-east-1.amazonaws.com",
            "sns.eu-west-1.amazonaws.com",
            "sns.us-gov-west-1.amazonaws.com",
            "sns.ap-southeast-12.amazonaws.com",
            "sns.cn-north-1.amazonaws.com.cn",
        ] {
            assert_eq!(taken(&rules, host).as_deref(), Some(host));
        }
        let sovereign = "sns.eusc-de-east-1.amazonaws.eu";
        assert_eq!(taken(&rules, sovereign), None);
        rules.add_suffix(SOVEREIGN).unwrap();
        assert_eq!(taken(&rules, sovereign).as_deref(), Some(sovereign));
    }

    #[test]
    fn every_other_host_is_refused() {
        for host in [
            "",
            "sns.amazonaws.com",
            "sns.s3-us-west-2.amazonaws.com",
            "sns.s3.amazonaws.com",
            "sns.us-east-1.amazonaws.com.attacker.example",
            "sns.us-east-1.amazonaws.com.",
            "sns.us-east-1.amazonaws.com:443",
            "sns.us-east-1.amazonaws.com:8443",
            "user@sns.us-east-1.amazonaws.com",
            "sns.us-east-1.amazonaws.com@attacker.example",
            "attacker.example\\@sns.us-east-1.amazonaws.com",
            "attacker.example?.sns.us-east-1.amazonaws.com",
            "attacker.example#.sns.us-east-1.amazonaws.com",
            "sns.us-east-1%2eamazonaws.com",
            "sns.us-east-1.amazonaws.com%00",
            "SNS.us-east-1.amazonaws.com",
            "sns.us-east-1.amazonaws.eu",
            "sns.us-east-1.amazonaws.co",
            "sns.us-east-123.amazonaws.com",
            "sns.us-1.amazonaws.com",
            "sns.us--1.amazonaws.com",
            "sns.us-east-.amazonaws.com",
            "sns.useast-east-1.amazonaws.com",
            "sns.u-east-1.amazonaws.com",
            "xsns.us-east-1.amazonaws.com",
            "sns.us-east-1.evil.amazonaws.com",
            " sns.us-east-1.amazonaws.com",
            "sns.us-еast-1.amazonaws.com",
            "xn--sns-5cd.us-east-1.amazonaws.com",
            "sns.xn--us-ast-kxe-1.amazonaws.com",
            "sns.us-east-1.amazonaws.com%2f.attacker.example",
            "sns.us-east-1.amazonaws.com:443@attacker.example",
            "sns.us-east-1.AMAZONAWS.com",
            "sns.us-east-1.amazonaws.com\t",
            "[::ffff:169.254.169.254]",
            &format!("sns.us{}-1.amazonaws.com", "-a".repeat(1_000_000)),
            "[::1]",
            "169.254.169.254",
        ] {
            let url = format!("https://{host}/{FILE}");
            assert_eq!(Rules::default().certificate(&url), None, "{host}");
        }
    }

    #[test]
    fn only_the_path_of_a_certificate_is_taken() {
        let host = "https://sns.us-east-1.amazonaws.com";
        let rules = Rules::default();
        for rest in [
            "",
            "/",
            "/x.pem",
            &format!("/{FILE}?x=1"),
            &format!("/{FILE}#x"),
            &format!("/{FILE}/"),
            &format!("/a/{FILE}"),
            &format!("//{FILE}"),
            "/SimpleNotificationService-cc6577428c2f6d6bc64e5a22fac180d.pem",
            "/SimpleNotificationService-CC6577428C2F6D6BC64E5A22FAC180D6.pem",
            "/SimpleNotificationService-../../../../../../../../x.pem",
        ] {
            assert_eq!(rules.certificate(&format!("{host}{rest}")), None, "{rest}");
        }
        for scheme in ["http://", "HTTPS://", "ftp://", "https:/", "//", ""] {
            let url = format!("{scheme}sns.us-east-1.amazonaws.com/{FILE}");
            assert_eq!(rules.certificate(&url), None, "{url}");
        }
        let mut loose = Rules::default();
        loose.allow_any_path();
        assert!(loose.certificate(&format!("{host}/Another-Name_2.pem")).is_some());
        let long = format!("/{}.pem", "a".repeat(1_000_000));
        for rest in ["/../x.pem", "/x.pem?y", "/x", "/a/b.pem", "/%2e.pem", &long] {
            assert_eq!(loose.certificate(&format!("{host}{rest}")), None, "{rest}");
        }
    }

    #[test]
    fn a_suffix_is_a_domain() {
        for suffix in ["", " ", ".", "com", "a..b", "a/b.c", "a.b:443", "amazonaws.com@x.y"] {
            assert!(Rules::default().add_suffix(suffix).is_err(), "{suffix}");
        }
        assert!(Rules::default().add_suffix(".Amazonaws.EU").is_ok());
    }

    #[test]
    fn a_subscription_is_confirmed_for_its_own_topic_and_token_alone() {
        let rules = Rules::default();
        let topic = "arn:aws:sns:eu-west-1:123456789012:erp";
        let confirms = |rest: &str| {
            rules.confirms(&format!("https://sns.eu-west-1.amazonaws.com{rest}"), topic, "t0k")
        };
        let good = format!("Action=ConfirmSubscription&TopicArn={topic}&Token=t0k");
        assert!(confirms(&format!("/?{good}")));
        let encoded = topic.replace(':', "%3A");
        assert!(confirms(&format!("/?Action=ConfirmSubscription&TopicArn={encoded}&Token=t0k")));
        for rest in [
            format!("/{good}"),
            format!("?{good}"),
            format!("/x?{good}"),
            format!("/?{good}#x"),
            format!("/?{good}&Action=DeleteTopic"),
            format!("/?{good}&action=DeleteTopic"),
            format!("/?{good}&TopicArn={topic}2"),
            format!("/?{}", good.replace("ConfirmSubscription", "Unsubscribe")),
            format!("/?{}", good.replace("erp", "crm")),
            format!("/?{}", good.replace("t0k", "other")),
            "/?Action=ConfirmSubscription".to_owned(),
            "/".to_owned(),
        ] {
            assert!(!confirms(&rest), "{rest}");
        }
        assert!(!rules.confirms(&format!("https://attacker.example/?{good}"), topic, "t0k"));
        assert!(!rules.confirms(
            &format!("http://sns.eu-west-1.amazonaws.com/?{good}"),
            topic,
            "t0k"
        ));
    }
}
