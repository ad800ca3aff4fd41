//! A transport that notes until when each answer is waited for.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use dakiya::{
    Result, Timestamp,
    http::{Request, Response, SharedTransport, Transport},
};

#[derive(Clone, Debug)]
pub(crate) struct Deadlines {
    inner: SharedTransport,
    seen: Arc<Mutex<Vec<Option<Timestamp>>>>,
}

impl Deadlines {
    pub(crate) fn of(inner: SharedTransport) -> Self {
        Self { inner, seen: Arc::default() }
    }

    pub(crate) fn seen(&self) -> Vec<Option<Timestamp>> {
        self.seen.lock().unwrap().clone()
    }
}

#[async_trait]
impl Transport for Deadlines {
    async fn execute(
        &self,
        request: Request<Bytes>,
        deadline: Option<Timestamp>,
    ) -> Result<Response<Bytes>> {
        self.seen.lock().unwrap().push(deadline);
        self.inner.execute(request, deadline).await
    }
}
