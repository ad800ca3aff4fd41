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

impl<R: Receiver> Enforced<R> {
    /// What becomes of a request that was refused by `error`.
    fn refused<'a>(
        &self,
        request: &'a Request,
        error: WebhookError,
    ) -> Result<Verified<'a>, WebhookError> {
        let unproven = matches!(
            error.kind(),
            WebhookErrorKind::Replay | WebhookErrorKind::Signature | WebhookErrorKind::Stale
        );
        match self.enforcement {
            Enforcement::Shadow if unproven => Ok(Verified::shadowed(request, error)),
            Enforcement::Enforce | Enforcement::Shadow => Err(error),
        }
    }
}

impl<R: Receiver> Receiver for Enforced<R> {
    fn verify<'a>(
        &self,
        request: &'a Request,
        now: Timestamp,
    ) -> Result<Verified<'a>, WebhookError> {
        self.receiver.verify(request, now).or_else(|error| self.refused(request, error))
    }

    fn parse(&self, verified: Verified<'_>) -> Result<Parsed, WebhookError> {
        let would_refuse = verified.would_refuse().cloned();
        let parsed = self.receiver.parse(verified)?;
        Ok(Parsed { would_refuse, ..parsed })
    }

    /// As the receiver's own, which may read a body once for both.
    fn receive(&self, request: &Request, now: Timestamp) -> Result<Parsed, WebhookError> {
        let received = self.receiver.receive(request, now);
        received.or_else(|error| self.parse(self.refused(request, error)?))
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

    /// Reads verification and content in one go.
    struct AtOnce;

    impl Receiver for AtOnce {
        fn verify<'a>(&self, _: &'a Request, _: Timestamp) -> Result<Verified<'a>, WebhookError> {
            Err(WebhookError::payload("verified apart"))
        }

        fn parse(&self, _: Verified<'_>) -> Result<Parsed, WebhookError> {
            Err(WebhookError::payload("parsed apart"))
        }

        fn receive(&self, _: &Request, _: Timestamp) -> Result<Parsed, WebhookError> {
            Ok(Parsed::empty())
        }
    }

    #[test]
    fn what_a_receiver_does_at_once_is_done_at_once_behind_every_wrapper() {
        let request = Request::post("https://erp.example.net/", "");
        let receive = |receiver: &dyn Receiver| receiver.receive(&request, Timestamp::UNIX_EPOCH);
        let boxed: Box<dyn Receiver> = Box::new(AtOnce);
        assert!(receive(&boxed).is_ok());
        assert!(receive(&std::sync::Arc::new(AtOnce)).is_ok());
        for enforcement in [Enforcement::Enforce, Enforcement::Shadow] {
            assert!(receive(&AtOnce.enforcement(enforcement)).is_ok());
        }
    }

    #[test]
    fn a_refusal_that_must_not_be_for_good_asks_to_be_sent_again() {
        for kind in [WebhookErrorKind::Signature, WebhookErrorKind::Stale] {
            let error = WebhookError::new(kind, "x");
            assert_eq!(error.reply().status, 401);
            assert_eq!(error.asking_again().reply().status, 503);
        }
        let error = WebhookError::new(WebhookErrorKind::Config, "x").asking_again();
        assert_eq!(error.reply().status, 500);
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
