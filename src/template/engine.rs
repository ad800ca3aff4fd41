//! Handlebars in strict mode: compiled and checked once, one registry that escapes and one that
//! does not.

use std::collections::BTreeSet;

use handlebars::{
    Context, Handlebars, RenderError, RenderErrorReason, Template, no_escape,
    template::{DecoratorTemplate, HelperTemplate, Parameter, TemplateElement},
};

use super::{helpers, plain::Plain};

/// The two registries.
pub(super) struct Engine {
    html: Handlebars<'static>,
    text: Handlebars<'static>,
}

/// What is wrong at a place in a template's source, both from 1.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) what: String,
    pub(super) remedy: &'static str,
}

/// Why a part does not render. Names variables, never values.
#[derive(Debug)]
pub(super) struct Failure {
    /// The template or partial in which it happened.
    pub(super) template: String,
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) what: String,
    pub(super) remedy: &'static str,
}

impl Engine {
    pub(super) fn new() -> Self {
        let registry = || {
            let mut registry = Handlebars::new();
            registry.set_strict_mode(true);
            helpers::register(&mut registry);
            registry
        };
        let mut text = registry();
        text.register_escape_fn(no_escape);
        Self { html: registry(), text }
    }

    /// Adds a partial for parts of both sorts; what it includes, or everything wrong with it.
    pub(super) fn add_partial(
        &mut self,
        name: &str,
        source: &str,
        partials: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>, Vec<Problem>> {
        let (template, includes) = compile(name, source, partials)?;
        self.html.register_template(name, template.clone());
        self.text.register_template(name, template);
        Ok(includes)
    }

    /// Adds a part; its fast form where it has one, or everything wrong with it.
    pub(super) fn add_part(
        &mut self,
        name: &str,
        source: &str,
        escape: bool,
        partials: &BTreeSet<String>,
    ) -> Result<Option<Plain>, Vec<Problem>> {
        let (template, _) = compile(name, source, partials)?;
        let plain = Plain::of(&template);
        self.registry_mut(escape).register_template(name, template);
        Ok(plain)
    }

    pub(super) fn render(
        &self,
        name: &str,
        escape: bool,
        variables: &Context,
    ) -> Result<String, Failure> {
        let registry = if escape { &self.html } else { &self.text };
        registry.render_with_context(name, variables).map_err(|error| failure(name, &error))
    }

    fn registry_mut(&mut self, escape: bool) -> &mut Handlebars<'static> {
        if escape { &mut self.html } else { &mut self.text }
    }
}

fn compile(
    name: &str,
    source: &str,
    partials: &BTreeSet<String>,
) -> Result<(Template, BTreeSet<String>), Vec<Problem>> {
    let template = Template::compile_with_name(source, name.to_owned()).map_err(|error| {
        let (line, column) = error.pos().unwrap_or((1, 1));
        let what = error.reason().to_string().replace(['\r', '\n'], " ");
        vec![Problem { line, column, what, remedy: "correct the template" }]
    })?;
    let mut check = Check { partials, at: (1, 1), includes: BTreeSet::new(), problems: Vec::new() };
    check.template(&template);
    if check.problems.is_empty() { Ok((template, check.includes)) } else { Err(check.problems) }
}

/// Walks a compiled template for what would only fail when it renders.
struct Check<'a> {
    partials: &'a BTreeSet<String>,
    at: (usize, usize),
    includes: BTreeSet<String>,
    problems: Vec<Problem>,
}

impl Check<'_> {
    #[allow(clippy::wildcard_enum_match_arm, reason = "the engine's enums grow")]
    fn template(&mut self, template: &Template) {
        for (index, element) in template.elements.iter().enumerate() {
            if let Some(place) = template.mapping.get(index) {
                self.at = (place.0, place.1);
            }
            match element {
                TemplateElement::Expression(call)
                | TemplateElement::HtmlExpression(call)
                | TemplateElement::HelperBlock(call) => self.call(call, false),
                TemplateElement::PartialExpression(partial)
                | TemplateElement::PartialBlock(partial) => self.partial(partial),
                TemplateElement::DecoratorExpression(_) | TemplateElement::DecoratorBlock(_) => {
                    self.fault("has a decorator".to_owned(), "make it a file in `partials/`");
                }
                _ => {}
            }
        }
    }

    fn call(&mut self, call: &HelperTemplate, nested: bool) {
        let bare = call.params.is_empty() && call.hash.is_empty();
        match call.name.as_name() {
            None => self.fault("calls a helper by a computed name".to_owned(), "write its name"),
            Some(name) if helpers::NAMES.contains(&name) => {
                if bare && name != "raw" {
                    self.fault(
                        format!("calls the helper `{name}` without an argument"),
                        "give it one; a variable of that name is written `{{this.name}}`",
                    );
                }
            }
            Some(name) => {
                if nested || call.block || !bare {
                    self.fault(
                        format!("calls `{name}`, which is no helper"),
                        "correct its name; see the helpers of `TemplateSet`",
                    );
                }
            }
        }
        self.arguments(call.params.iter().chain(call.hash.values()));
        for inner in [&call.template, &call.inverse].into_iter().flatten() {
            self.template(inner);
        }
    }

    fn partial(&mut self, partial: &DecoratorTemplate) {
        match partial.name.as_name() {
            None => {
                self.fault("includes a partial by a computed name".to_owned(), "write its name");
            }
            Some("@partial-block") => {}
            Some(name) if self.partials.contains(name) => {
                self.includes.insert(name.to_owned());
            }
            Some(name) => self.fault(
                format!("includes the partial `{name}`, which does not exist"),
                "correct its name, or add it to `partials/`",
            ),
        }
        self.arguments(partial.params.iter().chain(partial.hash.values()));
        if let Some(inner) = &partial.template {
            self.template(inner);
        }
    }

    fn arguments<'p>(&mut self, arguments: impl Iterator<Item = &'p Parameter>) {
        for argument in arguments {
            if let Parameter::Subexpression(nested) = argument
                && let TemplateElement::Expression(call) = nested.as_element()
            {
                self.call(call, true);
            }
        }
    }

    fn fault(&mut self, what: String, remedy: &'static str) {
        let (line, column) = self.at;
        self.problems.push(Problem { line, column, what, remedy });
    }
}

/// Takes from the error what comes from the template, and nothing that may come from a variable.
#[allow(clippy::wildcard_enum_match_arm, reason = "the engine's enums grow")]
fn failure(name: &str, error: &RenderError) -> Failure {
    let (what, remedy) = match error.reason() {
        RenderErrorReason::MissingVariable(Some(variable)) => {
            (format!("the variable `{variable}` is missing"), "set it, or use `if` or `default`")
        }
        RenderErrorReason::MissingVariable(None) => {
            ("a variable is missing".to_owned(), "set it, or use `if` or `default`")
        }
        RenderErrorReason::ParamTypeMismatchForName("number" | "money", variable, _) => {
            (format!("the variable `{variable}` is no number"), "set a number or a decimal string")
        }
        RenderErrorReason::ParamNotFoundForIndex(helper, index) => {
            (format!("the helper `{helper}` has no argument {}", index + 1), "give it one")
        }
        RenderErrorReason::InvalidJsonIndex(index) => {
            (format!("`{index}` is no index of a list"), "use a number, or `each`")
        }
        _ => ("does not render with these variables".to_owned(), "compare their types"),
    };
    Failure {
        template: error.template_name.clone().unwrap_or_else(|| name.to_owned()),
        line: error.line_no.unwrap_or(1),
        column: error.column_no.unwrap_or(1),
        what,
        remedy,
    }
}
