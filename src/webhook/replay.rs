//! Tokens that a provider uses once.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;

use crate::{error::Result, time::Timestamp};

/// A token that a provider uses once, what came with it, and until when it need be remembered.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq)]
pub struct ReplayToken {
    /// The token, the provider's name before it.
    pub token: String,
    /// A digest of what the signature leaves out: the provider's own second try brings the same,
    /// somebody who saw the token brings another.
    pub digest: String,
    /// When it may be forgotten.
    pub expires_at: Timestamp,
}

impl ReplayToken {
    /// A token.
    #[must_use]
    pub fn new(token: impl Into<String>, digest: impl Into<String>, expires_at: Timestamp) -> Self {
        Self { token: token.into(), digest: digest.into(), expires_at }
    }
}

crate::debug::show!(ReplayToken { expires_at });

/// What a [`ReplayGuard`] knows of a token.
#[expect(clippy::exhaustive_enums, reason = "a token is new, known with this, or with another")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Replay {
    /// It is new, and is remembered now.
    First,
    /// It came before with something else: refuse it.
    Forged,
    /// It came before with the same: the provider tries again, perhaps because the first answer
    /// was lost. Its events have the same `dedup_key`s.
    Repeated,
}

/// Where one-time tokens are remembered: one store for all processes that receive.
#[async_trait]
pub trait ReplayGuard: Send + Sync {
    /// Remembers `token` unless it is there, and says what is known of it. In one statement:
    /// insert or ignore, then compare. Reading first and writing then lets two copies through that
    /// arrive at the same moment.
    ///
    /// # Errors
    ///
    /// When the store does not answer. Nothing is taken from the request then, and the provider
    /// tries again.
    async fn check(&self, token: &ReplayToken, now: Timestamp) -> Result<Replay>;
}

/// One-time tokens in memory, for one process. Clones share them.
#[derive(Clone, Default)]
pub struct MemoryReplayGuard(Arc<Mutex<Tokens>>);

#[derive(Default)]
struct Tokens {
    digests: HashMap<String, (String, Timestamp)>,
    /// The number of tokens at which the expired ones are looked for.
    sweep_at: usize,
}

impl MemoryReplayGuard {
    /// Without tokens.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl ReplayGuard for MemoryReplayGuard {
    async fn check(&self, token: &ReplayToken, now: Timestamp) -> Result<Replay> {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.digests.len() >= tokens.sweep_at {
            tokens.digests.retain(|_, (_, expires_at)| *expires_at >= now);
            // Twice what lives, so that a sweep costs each token a constant time.
            tokens.sweep_at = (tokens.digests.len() * 2).max(1024);
        }
        match tokens.digests.get(&token.token) {
            Some((digest, expires_at)) if *expires_at >= now => {
                Ok(if *digest == token.digest { Replay::Repeated } else { Replay::Forged })
            }
            _ => {
                let value = (token.digest.clone(), token.expires_at);
                tokens.digests.insert(token.token.clone(), value);
                Ok(Replay::First)
            }
        }
    }
}

impl fmt::Debug for MemoryReplayGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        write!(f, "MemoryReplayGuard({} tokens)", tokens.digests.len())
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_same_again_is_a_retry_and_another_is_forged() {
        let guard = MemoryReplayGuard::new();
        let check = |digest, now| {
            let token = ReplayToken::new("mailgun:t", digest, at(100));
            guard.check(&token, at(now)).now_or_never().unwrap().unwrap()
        };
        assert_eq!(check("a", 0), Replay::First);
        assert_eq!(check("a", 50), Replay::Repeated);
        assert_eq!(check("b", 100), Replay::Forged);
        assert_eq!(check("b", 101), Replay::First);
    }

    #[test]
    fn expired_tokens_are_forgotten() {
        let guard = MemoryReplayGuard::new();
        for second in 0..10_000 {
            let token = ReplayToken::new(second.to_string(), "", at(second));
            guard.check(&token, at(second)).now_or_never().unwrap().unwrap();
        }
        assert!(guard.0.lock().unwrap().digests.len() <= 1024);
    }
}
