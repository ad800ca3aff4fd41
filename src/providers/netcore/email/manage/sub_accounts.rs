//! The accounts below a master account.

use http::Method;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::{
    super::{Account, Version},
    Record, check_day, check_filled, check_limit, checked, offset, record, records, with_query,
};
use crate::{
    debug::show,
    error::{Fault, Result},
    http::Page,
    message::EmailAddress,
};

/// The accounts below a master account: [`Account::sub_accounts`]. Of version 5.1, with the
/// master's key.
///
/// To send for one of them with the master's key, see
/// [`AccountBuilder::sub_account`](super::super::AccountBuilder::sub_account).
#[derive(Clone, Copy, Debug)]
pub struct SubAccounts<'a> {
    pub(super) account: &'a Account,
}

/// What a sub-account may send.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CreditType {
    /// As much as it was given credit for.
    OneTimeCredit,
    /// Anything.
    Unlimited,
}

impl CreditType {
    fn as_str(self) -> &'static str {
        match self {
            Self::OneTimeCredit => "one_time_credit",
            Self::Unlimited => "unlimited",
        }
    }
}

/// A sub-account to create. `Debug` hides the address.
///
/// ```
/// use dakiya::{EmailAddress, netcore::email::manage::{CreditType, NewSubAccount}};
///
/// let owner = EmailAddress::parse("north@acme.example")?;
/// let account = NewSubAccount::new("acme-north", owner).credit_type(CreditType::OneTimeCredit);
/// # let _ = account;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[non_exhaustive]
#[derive(Clone)]
pub struct NewSubAccount {
    /// Its name.
    pub username: String,
    /// Its owner's address.
    pub email: EmailAddress,
    /// Its password: eight characters or more, a capital, a small letter and a digit among them.
    /// Where absent, the owner sets one by a link that Netcore mails.
    pub password: Option<SecretString>,
    /// What it may send. Netcore's default: [`CreditType::Unlimited`].
    pub credit_type: Option<CreditType>,
}

impl NewSubAccount {
    /// One whose owner sets the password.
    #[must_use]
    pub fn new(username: impl Into<String>, email: EmailAddress) -> Self {
        Self { username: username.into(), email, password: None, credit_type: None }
    }

    /// Sets the password.
    #[must_use]
    pub fn password(mut self, password: impl Into<SecretString>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// Sets what it may send.
    #[must_use]
    pub fn credit_type(mut self, kind: CreditType) -> Self {
        self.credit_type = Some(kind);
        self
    }
}

show!(NewSubAccount { username, credit_type });

/// What to change of a sub-account; what is absent stays. `Debug` hides the address.
#[non_exhaustive]
#[derive(Clone, Default)]
pub struct SubAccountChange {
    /// Its owner's new address.
    pub email: Option<EmailAddress>,
    /// Its new password, of the form of [`NewSubAccount::password`].
    pub password: Option<SecretString>,
    /// What it may send.
    pub credit_type: Option<CreditType>,
}

impl SubAccountChange {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the owner's address.
    #[must_use]
    pub fn email(mut self, email: EmailAddress) -> Self {
        self.email = Some(email);
        self
    }

    /// Sets the password.
    #[must_use]
    pub fn password(mut self, password: impl Into<SecretString>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// Sets what it may send.
    #[must_use]
    pub fn credit_type(mut self, kind: CreditType) -> Self {
        self.credit_type = Some(kind);
        self
    }
}

show!(SubAccountChange { credit_type });

/// How a sub-account's credit changes.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CreditChange {
    /// By so much less.
    Decrease(u64),
    /// By so much more.
    Increase(u64),
}

/// How often credit is given.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CreditPeriod {
    /// Every day.
    Daily,
    /// Every month.
    Monthly,
    /// Every week.
    Weekly,
}

impl CreditPeriod {
    fn as_str(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Monthly => "monthly",
            Self::Weekly => "weekly",
        }
    }
}

/// Credit that is given again and again.
///
/// ```
/// use dakiya::netcore::email::manage::{CreditPeriod, RecurringCredit};
///
/// let credit = RecurringCredit::new(10_000, CreditPeriod::Monthly, "2026-04-01", "2027-03-31");
/// # let _ = credit;
/// ```
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecurringCredit {
    /// How much each time.
    pub amount: u64,
    /// How often.
    pub period: CreditPeriod,
    /// The first day, `YYYY-MM-DD`.
    pub start_date: String,
    /// The last day, `YYYY-MM-DD`.
    pub end_date: String,
    /// Whether it is on, in Netcore's words, which are not documented; left out when absent.
    pub status: Option<String>,
}

impl RecurringCredit {
    /// `amount` every `period` from the first to the last day.
    #[must_use]
    pub fn new(
        amount: u64,
        period: CreditPeriod,
        start_date: impl Into<String>,
        end_date: impl Into<String>,
    ) -> Self {
        let (start_date, end_date) = (start_date.into(), end_date.into());
        Self { amount, period, start_date, end_date, status: None }
    }

    /// Sets whether it is on, in Netcore's words.
    #[must_use]
    pub fn status(mut self, status: impl Into<String>) -> Self {
        self.status = Some(status.into());
        self
    }
}

impl SubAccounts<'_> {
    /// Lists a page of `most`, `next` being the last page's. What each holds is not documented.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn list(&self, most: usize, next: Option<&str>) -> Result<Page<Record>> {
        self.known()?;
        let mut faults = Vec::new();
        check_limit(most, &mut faults);
        checked(faults)?;
        let from = offset(next, 0)?;
        let query = [("limit", Some(most.to_string())), ("offset", Some(from.to_string()))];
        let path = with_query("subaccounts/getSubAccounts", query);
        Ok(Page::at(from, records(self.account.fetch(&path).await?)?, most))
    }

    /// Creates one.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn create(&self, new: &NewSubAccount) -> Result<()> {
        self.known()?;
        let mut faults = Vec::new();
        check_filled("username", &new.username, &mut faults);
        check_password(new.password.as_ref(), &mut faults);
        checked(faults)?;
        let body = fields([
            ("username", Some(json!(new.username))),
            ("email", Some(json!(new.email.to_ascii_domain()))),
            ("setpassword", Some(json!(if new.password.is_some() { "1" } else { "0" }))),
            ("password", new.password.as_ref().map(exposed)),
            ("credit_type", new.credit_type.map(|kind| json!(kind.as_str()))),
        ]);
        self.tell(Method::POST, "subaccounts/createSubaccount", &body).await
    }

    /// Changes one.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn update(&self, username: &str, change: &SubAccountChange) -> Result<()> {
        let mut faults = self.named(username)?;
        check_password(change.password.as_ref(), &mut faults);
        checked(faults)?;
        let password = || change.password.as_ref().map(exposed);
        let email = change.email.as_ref().map(|email| json!(email.to_ascii_domain()));
        let body = fields([
            ("username", Some(json!(username))),
            ("new_email", email),
            ("new_password", password()),
            ("confirm_password", password()),
            ("credit_type", change.credit_type.map(|kind| json!(kind.as_str()))),
        ]);
        self.tell(Method::POST, "subaccounts/updateSubaccount", &body).await
    }

    /// Lets one send again.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn enable(&self, username: &str) -> Result<()> {
        self.switch(username, false).await
    }

    /// Lets one send no more.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn disable(&self, username: &str) -> Result<()> {
        self.switch(username, true).await
    }

    /// Deletes one.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn delete(&self, username: &str) -> Result<()> {
        checked(self.named(username)?)?;
        let body = json!({ "username": username });
        self.tell(Method::DELETE, "subaccounts/delete", &body).await
    }

    /// What credit one has. What the answer holds is not documented.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn credit(&self, username: &str) -> Result<Record> {
        checked(self.named(username)?)?;
        // Netcore spells it so.
        let path = "subaccounts/getcreditddetails";
        let path = with_query(path, [("username", Some(username.to_owned()))]);
        record(self.account.fetch(&path).await?)
    }

    /// Changes the credit of one.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn change_credit(&self, username: &str, change: CreditChange) -> Result<()> {
        checked(self.named(username)?)?;
        let (action, amount) = match change {
            CreditChange::Decrease(amount) => ("decrease", amount),
            CreditChange::Increase(amount) => ("increase", amount),
        };
        let body = json!({ "username": username, "action": action, "amount": amount });
        self.tell(Method::POST, "subaccounts/setsubaccountcredit", &body).await
    }

    /// Gives one credit again and again.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn set_recurring_credit(
        &self,
        username: &str,
        credit: &RecurringCredit,
    ) -> Result<()> {
        let mut faults = self.named(username)?;
        check_day("start_date", &credit.start_date, &mut faults);
        check_day("end_date", &credit.end_date, &mut faults);
        checked(faults)?;
        let body = fields([
            ("username", Some(json!(username))),
            ("recurring_credit", Some(json!(credit.amount))),
            ("timeperiod", Some(json!(credit.period.as_str()))),
            ("start_date", Some(json!(credit.start_date))),
            ("end_date", Some(json!(credit.end_date))),
            ("status", credit.status.as_ref().map(|status| json!(status))),
        ]);
        self.tell(Method::POST, "setrecurringcreditddetails", &body).await
    }

    fn known(self) -> Result<()> {
        self.account.only(Version::V51, "sub-accounts")
    }

    /// What is wrong with a name.
    fn named(self, username: &str) -> Result<Vec<Fault>> {
        self.known()?;
        let mut faults = Vec::new();
        check_filled("username", username, &mut faults);
        Ok(faults)
    }

    async fn switch(&self, username: &str, disabled: bool) -> Result<()> {
        checked(self.named(username)?)?;
        let body = json!({ "username": username, "disabled": disabled });
        self.tell(Method::PATCH, "subaccounts", &body).await
    }

    async fn tell(&self, method: Method, path: &str, body: &Value) -> Result<()> {
        self.account.submit(method, path, body).await.map(drop)
    }
}

/// The fields that have a value.
fn fields<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    let fields = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(fields.collect())
}

/// A password as it goes out.
fn exposed(password: &SecretString) -> Value {
    json!(password.expose_secret())
}

fn check_password(password: Option<&SecretString>, faults: &mut Vec<Fault>) {
    let Some(password) = password.map(ExposeSecret::expose_secret) else { return };
    let kinds: [fn(char) -> bool; 3] =
        [char::is_uppercase, char::is_lowercase, |c| c.is_ascii_digit()];
    if password.chars().count() < 8 || !kinds.iter().all(|kind| password.contains(*kind)) {
        let remedy =
            "take eight characters or more, a capital, a small letter and a digit among them";
        faults.push(Fault::new("password", "is too weak", remedy));
    }
}
