//! The one future alias that traits without `async fn` use.

use std::{future::Future, pin::Pin};

/// A boxed future that may move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
