use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use super::{
    Category, Matching, Pattern, Segment, Tag, Window,
    class::{Checks, is_url},
    ids::{self, HeaderShape},
};
use crate::{
    error::{Error, ErrorKind, Fault, Result},
    message::{Dlt, Envelope, Purpose, SenderId, Sms},
    time::Timestamp,
};

/// A content template as it was registered with an operator.
#[derive(Clone, Debug)]
pub struct Registration {
    id: String,
    text: String,
    category: Category,
    headers: Vec<String>,
    tags: Vec<String>,
}

impl Registration {
    /// The template `id` with its text exactly as registered, placeholders and all.
    #[must_use]
    pub fn new(id: impl Into<String>, text: impl Into<String>, category: Category) -> Self {
        Self { id: id.into(), text: text.into(), category, headers: Vec::new(), tags: Vec::new() }
    }

    /// Adds a header that the template is bound to. At least one; the first is sent where a
    /// message names none.
    #[must_use]
    pub fn header(mut self, header: impl Into<String>) -> Self {
        self.headers.push(header.into());
        self
    }

    /// Adds the tag of the next variable, such as `numeric`, where the portal keeps tags beside a
    /// text of `{#var#}`. All variables or none.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }
}

/// A registration that was checked and parsed: [`Registry::get`].
#[derive(Clone, Debug)]
pub struct Registered {
    id: String,
    category: Category,
    headers: Vec<String>,
    pattern: Pattern,
}

impl Registered {
    /// The template's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it was registered as.
    #[must_use]
    pub fn category(&self) -> Category {
        self.category
    }

    /// The headers that it is bound to; the first is the default.
    #[must_use]
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// Its text.
    #[must_use]
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }
}

/// What one principal entity has registered. Cheap to clone.
#[derive(Clone)]
pub struct Registry(Arc<Inner>);

struct Inner {
    entity: String,
    templates: BTreeMap<String, Registered>,
    window: Window,
    shape: HeaderShape,
    explicit_any_time: bool,
    warnings: Vec<Fault>,
}

impl Registry {
    /// An empty registry, to add to.
    #[must_use]
    pub fn builder() -> RegistryBuilder {
        RegistryBuilder::default()
    }

    /// The principal entity.
    #[must_use]
    pub fn entity(&self) -> &str {
        &self.0.entity
    }

    /// The registration of a template.
    #[must_use]
    pub fn get(&self, template: &str) -> Option<&Registered> {
        self.0.templates.get(template)
    }

    /// All registrations, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Registered> {
        self.0.templates.values()
    }

    /// The hours of promotional templates.
    #[must_use]
    pub fn window(&self) -> Window {
        self.0.window
    }

    /// What operators may object to, found when the registry was built.
    #[must_use]
    pub fn warnings(&self) -> &[Fault] {
        &self.0.warnings
    }

    /// Fills the ids that `envelope` leaves open from the registration, and checks all that an
    /// operator would.
    ///
    /// Does nothing to a message to any but an Indian mobile number (+91, then ten digits that
    /// begin with 6 to 9). Hours are checked at `send_at`, or at `now` where that is later. The
    /// envelope is changed only where all is well.
    ///
    /// # Errors
    ///
    /// [`Compliance`](ErrorKind::Compliance) with every fault, of `dlt.entity`, `dlt.template`,
    /// `dlt.header`, `text`, `purpose` or `send_at`. Its source is the
    /// [`Mismatch`](super::Mismatch) where the text differs. Where nothing but the hour is wrong,
    /// `retry_after` says when the window next opens, counted from `now`.
    pub fn comply(&self, envelope: &mut Envelope<Sms>, now: Timestamp) -> Result<()> {
        let sms = &envelope.message;
        if !is_indian_mobile(sms.to.as_str()) {
            return Ok(());
        }
        let mut faults = Vec::new();
        let mut error = Error::new(ErrorKind::Compliance, "DLT rules forbid the message");
        let own = sms.dlt.clone().unwrap_or_default();
        let registered = self.template(own.template.as_deref(), &mut faults);

        let entity = own.entity.as_deref().unwrap_or(&self.0.entity);
        if let Err(fault) = ids::entity_id(entity) {
            faults.push(fault);
        } else if entity != self.0.entity {
            let problem = "is not the entity of the registry";
            faults.push(Fault::new("dlt.entity", problem, "leave it out, or use its registry"));
        }

        let from = sms.from.as_ref().map(SenderId::as_str);
        let header = self.header(own.header.as_deref().or(from), registered, &mut faults);
        if let (Some(header), Some(from)) = (&own.header, from)
            && header != from
        {
            let problem = "is not the message's `from`";
            faults.push(Fault::new("dlt.header", problem, "leave one of the two out"));
        }

        let mut opening = None;
        if let Some(registered) = registered {
            if let Err(mismatch) = registered.pattern.matches(&sms.text) {
                let remedy = "send the registered text, or register this one";
                faults.push(Fault::new("text", mismatch.to_string(), remedy));
                error = error.with_source(mismatch);
            }
            faults.extend(purpose_fault(registered.category, envelope.delivery.purpose));
            let at = envelope.delivery.send_at.map_or(now, |at| at.max(now));
            opening = self.opening(registered.category, at).map(|opening| {
                faults.push(Fault::new(
                    "send_at",
                    format!("is outside the hours of promotional SMS, {}", self.0.window),
                    "send within them",
                ));
                Duration::try_from(opening.duration_since(now)).unwrap_or_default()
            });
        }
        if !faults.is_empty() {
            let opening = opening.filter(|_| faults.len() == 1);
            return Err(error.with_retry_after(opening).with_faults(faults));
        }
        let filled = Dlt { entity: Some(entity.to_owned()), template: own.template, header };
        envelope.message.dlt = Some(filled);
        Ok(())
    }

    fn template(&self, id: Option<&str>, faults: &mut Vec<Fault>) -> Option<&Registered> {
        let Some(id) = id else {
            let remedy = "name the content template that the text is registered as";
            faults.push(Fault::new("dlt.template", "is absent", remedy));
            return None;
        };
        if let Err(fault) = ids::template_id(id) {
            faults.push(fault);
            return None;
        }
        let registered = self.0.templates.get(id);
        if registered.is_none() {
            let remedy = "add its registration, or correct the id";
            faults.push(Fault::new("dlt.template", "is not in the registry", remedy));
        }
        registered
    }

    fn header(
        &self,
        header: Option<&str>,
        registered: Option<&Registered>,
        faults: &mut Vec<Fault>,
    ) -> Option<String> {
        let Some(header) = header else {
            return registered.and_then(|registered| registered.headers.first().cloned());
        };
        // Without a template, any category's header will do.
        let category = registered.map_or(Category::Promotional, Registered::category);
        let bound = registered.is_none_or(|it| it.headers.iter().any(|bound| bound == header));
        match ids::header(header, category, self.0.shape) {
            Err(fault) => faults.push(fault),
            Ok(()) if !bound => faults.push(Fault::new(
                "dlt.header",
                "is not bound to the template",
                "bind it on the DLT portal, or leave it out",
            )),
            Ok(()) => {}
        }
        Some(header.to_owned())
    }

    /// When a message of `category` may go, where it may not at `time`.
    fn opening(&self, category: Category, time: Timestamp) -> Option<Timestamp> {
        let free = category == Category::ServiceExplicit && self.0.explicit_any_time;
        let closed = category.has_hours() && !free && !self.0.window.contains(time);
        closed.then(|| self.0.window.next_opening(time))
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("entity", &self.0.entity)
            .field("templates", &self.0.templates.keys())
            .field("window", &self.0.window)
            .finish_non_exhaustive()
    }
}

fn is_indian_mobile(number: &str) -> bool {
    number
        .strip_prefix("+91")
        .is_some_and(|local| local.len() == 10 && local.starts_with(['6', '7', '8', '9']))
}

fn purpose_fault(category: Category, purpose: Purpose) -> Option<Fault> {
    let word = category.as_str();
    (!category.carries(purpose)).then(|| match purpose {
        Purpose::Marketing => Fault::new(
            "purpose",
            format!("is marketing, and the template is {word}"),
            "use a promotional template",
        ),
        Purpose::Otp | Purpose::Transactional | Purpose::Utility => Fault::new(
            "purpose",
            format!("is not marketing, and the template is {word}"),
            "use a service template, or say that it is marketing",
        ),
    })
}

/// Builds a [`Registry`].
#[derive(Debug, Default)]
pub struct RegistryBuilder {
    entity: Option<String>,
    templates: Vec<Registration>,
    checks: Checks,
    window: Window,
    shape: HeaderShape,
    explicit_any_time: bool,
    faults: Vec<Fault>,
}

impl RegistryBuilder {
    /// Sets the principal entity: 19 digits. Required.
    #[must_use]
    pub fn entity(mut self, id: impl Into<String>) -> Self {
        self.entity = Some(id.into());
        self
    }

    /// Adds a content template.
    #[must_use]
    pub fn template(mut self, registration: Registration) -> Self {
        self.templates.push(registration);
        self
    }

    /// Adds a whitelisted link: a host (`drishti.in`), with the hosts below it, or the beginning
    /// of a link (`https://short.example/DRISHT/`). Default: none, and links are not compared.
    #[must_use]
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.checks.urls.push(url.into());
        self
    }

    /// Adds a whitelisted call-back number, as it stands in texts. Default: none, and numbers are
    /// not compared.
    #[must_use]
    pub fn callback_number(mut self, number: impl Into<String>) -> Self {
        self.checks.callback_numbers.push(number.into());
        self
    }

    /// Sets the hours of promotional SMS. Default: 10:00 to 21:00, Indian time.
    #[must_use]
    pub fn window(mut self, window: Window) -> Self {
        self.window = window;
        self
    }

    /// Sets what a header looks like. Default: six letters; six digits where promotional.
    #[must_use]
    pub fn header_shape(mut self, shape: HeaderShape) -> Self {
        self.shape = shape;
        self
    }

    /// Sets how strictly texts are compared. Default: [`Matching::default`].
    #[must_use]
    pub fn matching(mut self, matching: Matching) -> Self {
        self.checks.matching = matching;
        self
    }

    /// Lets service-explicit templates go at any hour, for portals that still do. Default: they
    /// keep to the hours of promotional ones.
    #[must_use]
    pub fn service_explicit_any_time(mut self, on: bool) -> Self {
        self.explicit_any_time = on;
        self
    }

    #[cfg(feature = "templates")]
    pub(super) fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Checks and parses it all.
    ///
    /// # Errors
    ///
    /// [`Config`](ErrorKind::Config) with every fault: ids, headers, texts, tags.
    pub fn build(self) -> Result<Registry> {
        let (mut faults, mut warnings) = (self.faults, Vec::new());
        let entity = self.entity.unwrap_or_default();
        if let Err(fault) = ids::entity_id(&entity) {
            faults.push(Fault { field: "entity".into(), ..fault });
        }
        warnings.extend(ids::kind_digits("entity", &entity, "01"));
        let checks = Arc::new(self.checks);
        let mut templates = BTreeMap::new();
        for (index, registration) in self.templates.into_iter().enumerate() {
            let (mut own, mut doubts) = (Vec::new(), Vec::new());
            let registered = parse(registration, &checks, self.shape, &mut own, &mut doubts);
            let path = |fault: Fault| {
                let field = fault.field.strip_prefix("dlt.").unwrap_or(&fault.field);
                let field = if field == "template" { "id" } else { field };
                Fault { field: format!("template[{index}].{field}"), ..fault }
            };
            if templates.contains_key(&registered.id) {
                let remedy = "register each id once";
                own.push(Fault::new("id", "is that of an earlier template", remedy));
            }
            faults.extend(own.into_iter().map(path));
            warnings.extend(doubts.into_iter().map(path));
            templates.insert(registered.id.clone(), registered);
        }
        if !faults.is_empty() {
            return Err(Error::config("the DLT registry is not valid").with_faults(faults));
        }
        let (window, shape, explicit_any_time) = (self.window, self.shape, self.explicit_any_time);
        let inner = Inner { entity, templates, window, shape, explicit_any_time, warnings };
        Ok(Registry(Arc::new(inner)))
    }
}

fn parse(
    registration: Registration,
    checks: &Arc<Checks>,
    shape: HeaderShape,
    faults: &mut Vec<Fault>,
    warnings: &mut Vec<Fault>,
) -> Registered {
    let Registration { id, text, category, headers, tags } = registration;
    faults.extend(ids::template_id(&id).err());
    warnings.extend(ids::kind_digits("id", &id, "07"));
    if headers.is_empty() {
        faults.push(Fault::new("header", "is absent", "name a header that it is bound to"));
    }
    faults.extend(headers.iter().filter_map(|header| ids::header(header, category, shape).err()));
    if category == Category::ServiceExplicit {
        let remedy = "register it as promotional: it is kept to those hours";
        warnings.push(Fault::new("category", "was given up on 6 May 2025", remedy));
    }
    let pattern = Pattern::parse(&text, &tags, Arc::clone(checks), faults, warnings);
    doubt(&pattern, warnings);
    for segment in pattern.segments() {
        let Segment::Literal(literal) = segment else { continue };
        let links = literal
            .as_str()
            .split_whitespace()
            .map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '/'));
        if links.filter(|word| is_url(word)).any(|link| !checks.lists(link)) {
            let remedy = "have it whitelisted, and add it to `urls`";
            faults.push(Fault::new("text", "holds a link that is not on the whitelist", remedy));
        }
    }
    Registered { id, category, headers, pattern }
}

/// What the Direction of 18 November 2025 forbids in new registrations; older ones may have it.
fn doubt(pattern: &Pattern, warnings: &mut Vec<Fault>) {
    let mut warn = |problem: String, remedy: &str| {
        warnings.push(Fault::new("text", problem, remedy));
    };
    let segments = pattern.segments();
    let variables = pattern.variables().count();
    if variables > 3 {
        warn(format!("has {variables} variables"), "register at most three");
    }
    for variable in pattern.variables().filter(|variable| variable.tag() == Tag::Var) {
        let number = variable.number();
        warn(format!("has no tag at variable {number}"), "register it again with a tag");
    }
    let between = |pair: &[Segment]| match pair {
        [Segment::Variable(_), Segment::Variable(_), ..] => true,
        [Segment::Variable(_), Segment::Literal(literal), Segment::Variable(_)] => {
            !literal.as_str().contains(char::is_alphanumeric)
        }
        _ => false,
    };
    if segments.windows(2).any(between) || segments.windows(3).any(between) {
        warn("has contiguous variables".into(), "register words between them");
    }
    let fixed: usize = segments
        .iter()
        .map(|segment| match segment {
            Segment::Literal(literal) => literal.as_str().chars().count(),
            Segment::Variable(_) => 0,
        })
        .sum();
    if fixed * 10 < pattern.as_str().chars().count() * 3 {
        warn("is less than 30 % fixed".into(), "register more of its words");
    }
}
