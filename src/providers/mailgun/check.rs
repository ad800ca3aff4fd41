//! What `check` asks and what it makes of the answer.

use bytes::Bytes;
use http::{Method, Request, Response};

use super::{
    Mailgun, Region,
    email::LABEL,
    error,
    manage::{DomainDetails, DomainState},
};
use crate::{
    error::{Error, ErrorKind, Result},
    http::connection::{read, segment},
};

pub(super) async fn run(account: &Mailgun) -> Result<()> {
    let path = format!("v4/domains/{}", segment(&account.domain));
    let request = account.connection.request(Method::GET, &path, Bytes::new());
    let response = account.call(request.map_err(|error| error.with_provider(LABEL))?).await?;
    let status = response.status().as_u16();
    if matches!(status, 401 | 404)
        && let Some(other) = account.region.map(Region::other)
        && knows(account, other, &path).await
    {
        let message = match other {
            Region::Eu => "the domain lives in the EU region; set the region to Eu",
            Region::Us => "the domain lives in the US region; set the region to Us",
        };
        return Err(Error::config(message).with_status(status).with_provider(LABEL));
    }
    decode(account, &response)
}

/// Whether the other region has the domain. Its host is Mailgun's too, so the key may go there.
async fn knows(account: &Mailgun, region: Region, path: &str) -> bool {
    let uri = format!("{}/{path}", region.endpoint());
    let Ok(request) = Request::get(uri).body(Bytes::new()) else { return false };
    account.call(request).await.is_ok_and(|response| response.status().is_success())
}

fn decode(account: &Mailgun, response: &Response<Bytes>) -> Result<()> {
    if !response.status().is_success() {
        return Err(error::from_response(response, account.connection.now()));
    }
    let details: DomainDetails = read(response).map_err(|error| error.with_provider(LABEL))?;
    let wrong = match details.domain.state {
        DomainState::Active | DomainState::Unknown => return Ok(()),
        DomainState::Unverified => {
            Error::config("the domain is not verified; publish its DNS records, then verify it")
        }
        DomainState::Disabled => {
            Error::new(ErrorKind::Unauthorized, "the domain is disabled; ask Mailgun's support")
        }
    };
    Err(wrong.with_provider(LABEL))
}
