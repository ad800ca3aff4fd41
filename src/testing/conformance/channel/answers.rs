//! What a channel makes of the provider's answer.

use std::{sync::Arc, time::Duration};

use super::run::{Miss, Run, Verdict, bare, ensure, expect};
use crate::{
    error::{ErrorKind, Fate},
    message::Message,
    testing::server::{Answer, ScriptedServer},
    time::Clock as _,
};

pub(super) async fn check<M: Message>(run: &Run<'_, M>) {
    run.rule("one send is one request", one_request(run)).await;
    run.rule("a receipt says what was taken, by whom and when", receipt(run)).await;
    run.rule("a 401 is unauthorized", unauthorized(run)).await;
    run.rule("a 429 is rate limited, for as long as it says", rate_limited(run)).await;
    run.rule("a 500, 502 or 504 is unavailable, and may be out", failing(run)).await;
    run.rule("a 503 is unavailable, and nothing is out", unavailable(run)).await;
    run.rule("a redirect is not followed", redirect(run)).await;
    run.rule("a success that cannot be read may be out", garbage(run)).await;
    run.rule("an oversized answer may be out", oversized(run)).await;
    run.rule("half an answer may be out", truncated(run)).await;
}

async fn one_request<M: Message>(run: &Run<'_, M>) -> Verdict {
    let accepted = run.accepted();
    let stage = run.http(move |request, _| accepted(request).into()).await?;
    let outcome = run.send(&stage, &run.envelope(0)).await;
    stage.asked(1)?;
    outcome.map(drop).map_err(|error| Miss::Broken(format!("the send failed: {error}")))
}

async fn receipt<M: Message>(run: &Run<'_, M>) -> Verdict {
    let stage = run.taking().await?;
    let envelope = run.envelope(0);
    let receipt = run.send(&stage, &envelope).await;
    let receipt = receipt.map_err(|error| Miss::Broken(format!("the send failed: {error}")))?;
    let people: Vec<_> = receipt.recipients.iter().map(|outcome| &outcome.recipient).collect();
    ensure(receipt.id == envelope.id, || "the id is not the envelope's".into())?;
    ensure(receipt.kind == M::KIND, || format!("the kind is {}", receipt.kind))?;
    ensure(run.labels(&stage).contains(&receipt.provider), || {
        format!("the provider is `{}`", receipt.provider)
    })?;
    ensure(people == envelope.message.recipients().iter().collect::<Vec<_>>(), || {
        format!("{} recipients, or in another order", people.len())
    })?;
    ensure(receipt.provider_message_id.as_deref() != Some(""), || {
        "the provider's id is empty, not absent".into()
    })?;
    // Without HTTP the channel was handed no clock of ours.
    ensure(stage.server.is_none() || receipt.accepted_at == stage.clock.now(), || {
        "the time is not the clock's".into()
    })
}

async fn unauthorized<M: Message>(run: &Run<'_, M>) -> Verdict {
    let stage = run.http(|_, _| bare(401)).await?;
    let error = run.failure(&stage).await?;
    expect(&error, &[ErrorKind::Unauthorized], Fate::NotSent)?;
    stage.asked(1)
}

async fn rate_limited<M: Message>(run: &Run<'_, M>) -> Verdict {
    let busy = |_: &_, _: &_| Answer::empty(429).header("retry-after", "3").into();
    let stage = run.http(busy).await?;
    let error = run.failure(&stage).await?;
    expect(&error, &[ErrorKind::RateLimited], Fate::NotSent)?;
    let wait = error.retry_after();
    ensure(wait == Some(Duration::from_secs(3)), || format!("to wait {wait:?}, not 3 s"))?;
    stage.asked(1)
}

async fn failing<M: Message>(run: &Run<'_, M>) -> Verdict {
    for status in [500, 502, 504] {
        let stage = run.http(move |_, _| bare(status)).await?;
        let error = run.failure(&stage).await?;
        expect(&error, &[ErrorKind::Unavailable], Fate::Unknown)?;
        stage.asked(1)?;
    }
    Ok(())
}

async fn unavailable<M: Message>(run: &Run<'_, M>) -> Verdict {
    let stage = run.http(|_, _| bare(503)).await?;
    let error = run.failure(&stage).await?;
    expect(&error, &[ErrorKind::Unavailable], Fate::NotSent)?;
    stage.asked(1)
}

/// The second host must get nothing: what follows a redirect carries the credentials along.
async fn redirect<M: Message>(run: &Run<'_, M>) -> Verdict {
    for status in [301, 302, 303, 307, 308] {
        let other = ScriptedServer::start(|_| bare(200)).await;
        let other = other.map_err(|error| Miss::Broken(error.to_string()))?;
        let to = format!("{}/elsewhere", other.endpoint());
        let stage =
            run.http(move |_, _| Answer::empty(status).header("location", &to).into()).await?;
        let outcome = other.serve(run.send(&stage, &run.envelope(0))).await;
        ensure(other.connections() == 0, || format!("a {status} was followed"))?;
        stage.asked(1)?;
        ensure(outcome.is_err(), || format!("a {status} was taken for a success"))?;
    }
    Ok(())
}

async fn garbage<M: Message>(run: &Run<'_, M>) -> Verdict {
    let bodies: [(&str, &[u8]); 3] = [
        ("text/html", b"<!doctype html><title>Sign in</title><p>Please sign in"),
        ("application/json", b"\xff\xfe\x00{\"\xc3\x28\":1}"),
        ("application/json", b"{\"unrelated"),
    ];
    for (content_type, body) in bodies {
        unreadable(run, move |answer| answer.with_body(body).header("content-type", content_type))
            .await?;
    }
    Ok(())
}

async fn oversized<M: Message>(run: &Run<'_, M>) -> Verdict {
    unreadable(run, |answer| answer.with_body(vec![b'x'; 10 << 20])).await
}

async fn truncated<M: Message>(run: &Run<'_, M>) -> Verdict {
    unreadable(run, |answer| {
        let half = answer.first_half();
        answer.with_body(half)
    })
    .await
}

/// The success with its body spoilt must be an error that does not claim that nothing is out.
async fn unreadable<M: Message>(
    run: &Run<'_, M>,
    spoil: impl Fn(Answer) -> Answer + Send + Sync + 'static,
) -> Verdict {
    let accepted = run.accepted();
    let bodiless = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let mark = Arc::clone(&bodiless);
    let stage = run.http(move |request, _| {
        let answer = accepted(request);
        mark.store(answer.body.is_empty(), std::sync::atomic::Ordering::Relaxed);
        spoil(answer).into()
    });
    let stage = stage.await?;
    let outcome = run.send(&stage, &run.envelope(0)).await;
    stage.asked(1)?;
    match outcome {
        Err(error) => expect(&error, &[ErrorKind::Response], Fate::Unknown),
        Ok(_) if bodiless.load(std::sync::atomic::Ordering::Relaxed) => {
            Err(Miss::Skipped("the provider's success has no body"))
        }
        Ok(_) => Err(Miss::Broken("the send succeeded".into())),
    }
}
