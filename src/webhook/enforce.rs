//! Refusing what is not proven, or only saying so.

use super::{Parsed, Receiver, Request, Verified, WebhookError, WebhookErrorKind};
use crate::time::Timestamp;

/// What happens to a request whose origin is not proven.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Enforcement {
    /// It is refused.
    #[default]
    Enforce,
    /// It is read, its events say [`Proof::Shadow`](super::Proof::Shadow), and [`Parsed::would_refuse`] says why it would
    /// be refused. For the days in which a secret is brought into a running system: watch until
    /// nothing genuine is left in it, then enforce.
    Shadow,
}

/// A receiver with an [`Enforcement`]; [`Receiver::enforcement`] makes it.
#[derive(Clone, Debug)]
pub struct Enforced<R> {
    receiver: R,
    enforcement: Enforcement,
}

impl<R> Enforced<R> {
    pub(super) fn new(receiver: R, enforcement: Enforcement) -> Self {
        Self { receiver, enforcement }
    }
}

impl<R: Receiver> Receiver for Enforced<R> {
    fn verify<'a>(
        &self,
        request: &'a Request,
        now: Timestamp,
    ) -> Result<Verified<'a>, WebhookError> {
        self.receiver.verify(request, now).or_else(|error| {
            let unproven = matches!(
                error.kind(),
                WebhookErrorKind::Replay | WebhookErrorKind::Signature | WebhookErrorKind::Stale
            );
            match self.enforcement {
                Enforcement::Shadow if unproven => Ok(Verified::shadowed(request, error)),
                Enforcement::Enforce | Enforcement::Shadow => Err(error),
            }
        })
    }

    fn parse(&self, verified: Verified<'_>) -> Result<Parsed, WebhookError> {
        let would_refuse = verified.would_refuse().cloned();
        let parsed = self.receiver.parse(verified)?;
        Ok(Parsed { would_refuse, ..parsed })
    }

    fn receive(&self, request: &Request, now: Timestamp) -> Result<Parsed, WebhookError> {
        match self.enforcement {
            Enforcement::Enforce => self.receiver.receive(request, now),
            Enforcement::Shadow => self.parse(self.verify(request, now)?),
        }
    }

    fn is_shadow(&self) -> bool {
        self.enforcement == Enforcement::Shadow || self.receiver.is_shadow()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        event::{Event, EventKind},
        webhook::{Guard, Proof},
    };

    struct Guarded(Guard);

    impl Receiver for Guarded {
        fn verify<'a>(
            &self,
            request: &'a Request,
            _: Timestamp,
        ) -> Result<Verified<'a>, WebhookError> {
            self.0.verify(request)
        }

        fn parse(&self, verified: Verified<'_>) -> Result<Parsed, WebhookError> {
            Ok(Parsed::one(Event::new(EventKind::Other, "test", verified.proof())))
        }
    }

    fn receive(path: &str, enforcement: Enforcement) -> Result<Parsed, WebhookError> {
        let receiver = Guarded(Guard::secret_path("0123456789abcdef").unwrap());
        let url = format!("https://erp.example.net/{path}");
        let request = Request::post(url, "");
        receiver.enforcement(enforcement).receive(&request, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_shadow_reads_what_it_would_refuse_and_says_so() {
        let parsed = receive("wrong", Enforcement::Shadow).unwrap();
        assert_eq!(parsed.events[0].proof, Proof::Shadow);
        assert_eq!(parsed.would_refuse.unwrap().kind(), WebhookErrorKind::Signature);
        assert!(receive("wrong", Enforcement::Enforce).is_err());
    }

    #[test]
    fn a_shadow_says_nothing_of_what_is_proven() {
        let parsed = receive("0123456789abcdef", Enforcement::Shadow).unwrap();
        assert_eq!(parsed.events[0].proof, Proof::Shared);
        assert_eq!(parsed.would_refuse, None);
    }
}
