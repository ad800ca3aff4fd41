//! What Netcore knows of a template.

use serde_json::Value;

use super::super::{Account, LABEL, error::from_response, wire::template_info};
use crate::{
    debug::hide,
    error::{Error, Fault, Result},
    http::connection::read,
};

/// What Netcore knows of the templates. By
/// [`Account::templates`](super::super::Account::templates).
///
/// Integrations use these two calls; to create and list templates has no public call.
#[derive(Clone, Copy, Debug)]
pub struct Templates<'a> {
    account: &'a Account,
}

/// An answer about a template, whose form is not documented.
#[non_exhaustive]
#[derive(Clone, PartialEq)]
pub struct TemplateInfo {
    /// Its `data`; the whole answer where it has none.
    pub data: Value,
}

impl<'a> Templates<'a> {
    pub(in super::super) fn new(account: &'a Account) -> Self {
        Self { account }
    }

    /// Whether Meta approved a template, as Netcore has it.
    ///
    /// # Errors
    ///
    /// As for a send; [`Rejected`](crate::ErrorKind::Rejected) for one that does not exist.
    pub async fn status(&self, name: &str) -> Result<TemplateInfo> {
        self.ask("status", name).await
    }

    /// What a template says.
    ///
    /// # Errors
    ///
    /// As [`status`](Self::status).
    pub async fn preview(&self, name: &str) -> Result<TemplateInfo> {
        self.ask("preview", name).await
    }

    async fn ask(&self, what: &str, name: &str) -> Result<TemplateInfo> {
        let named = |error: Error| error.with_provider(LABEL);
        if name.trim().is_empty() {
            let fault = Fault::new("name", "is empty", "write the template's name");
            return Err(named(Error::invalid(vec![fault])));
        }
        let request = template_info(self.account, what, name).map_err(named)?;
        let response = self.account.call_legacy(request).await?;
        let refused = || named(from_response(&response, self.account.now()));
        if !response.status().is_success() {
            return Err(refused());
        }
        let mut body: Value = read(&response).map_err(named)?;
        let fails = |body: &Value| {
            body.get("error").is_some_and(|error| !error.is_null())
                || super::super::error::status(body) == Some("failure")
        };
        if fails(&body) {
            return Err(refused());
        }
        let data = body.get_mut("data").map(Value::take);
        Ok(TemplateInfo { data: data.unwrap_or(body) })
    }
}

hide!(TemplateInfo);
