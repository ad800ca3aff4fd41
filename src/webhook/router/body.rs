//! Reading a body that may be too long, broken, or never end.

use std::{error::Error as StdError, pin::pin, time::Duration};

use bytes::Bytes;
use futures_util::future::{Either, select};
use http_body::Body;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use crate::{
    time::Clock,
    webhook::{WebhookError, WebhookErrorKind},
};

/// The whole body: at most `limit` bytes, within `timeout`. Nothing is read beyond either.
pub(super) async fn read<B>(
    body: B,
    limit: usize,
    timeout: Duration,
    clock: &dyn Clock,
) -> Result<Bytes, WebhookError>
where
    B: Body + Send,
    B::Data: Send,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    // A length that was announced need not be waited for.
    if usize::try_from(body.size_hint().lower()).map_or(true, |length| length > limit) {
        return Err(too_large(limit));
    }
    let whole = pin!(Limited::new(body, limit).collect());
    // The timer starts when the body keeps us waiting, which most do not.
    let late = pin!(async { clock.sleep(timeout).await });
    match select(whole, late).await {
        Either::Left((Ok(body), _)) => Ok(body.to_bytes()),
        Either::Left((Err(error), _)) if error.is::<LengthLimitError>() => Err(too_large(limit)),
        Either::Left((Err(_), _)) => Err(WebhookError::payload("the body broke off")),
        Either::Right(_) => {
            let problem = format!("the body did not come within {} s", timeout.as_secs());
            Err(WebhookError::payload(problem))
        }
    }
}

pub(super) fn too_large(limit: usize) -> WebhookError {
    let problem = format!("the body is longer than {limit} bytes: set `body_limit`");
    WebhookError::new(WebhookErrorKind::TooLarge, problem)
}
