//! Which flows are offered, in which order, and how the steps of each are asked.

use claimwire_model::ClaimPage;
use claimwire_model::claim_page::{Asks, Flow, OfferedFlow, Step, Steps};

use crate::form::{Errors, Form};

/// How a step can be asked.
const ASKS: [(&str, &str); 3] = [
    ("required", "Asked"),
    ("optional", "Asked, can be passed"),
    ("no", "Not asked"),
];
/// How photos can be.
const PHOTOS: [(&str, &str); 10] = [
    ("no", "Not asked"),
    ("optional", "Asked, can be passed"),
    ("1", "1 at least"),
    ("2", "2 at least"),
    ("3", "3 at least"),
    ("4", "4 at least"),
    ("5", "5 at least"),
    ("6", "6 at least"),
    ("7", "7 at least"),
    ("8", "8 at least"),
];

/// A flow in the form.
pub(super) struct FlowRow {
    pub name: &'static str,
    pub label: &'static str,
    pub offered: bool,
    /// What it asks for, in a line.
    pub asks: String,
    pub wrong: bool,
    pub steps: Vec<StepField>,
    pub place: String,
}

/// A step's field.
pub(super) struct StepField {
    pub name: String,
    pub label: &'static str,
    pub options: &'static [(&'static str, &'static str)],
}

pub(super) fn label(flow: Flow) -> &'static str {
    match flow {
        Flow::Defective => "Something is broken or does not work",
        Flow::NotReceived => "The parcel has not arrived",
        Flow::MissingProduct => "Something is missing",
        Flow::WrongProduct => "The wrong product came",
        Flow::Return => "Something is to be sent back",
        Flow::Dissatisfied => "Not happy with it",
        Flow::Support => "A question",
    }
}

fn step_label(step: Step) -> &'static str {
    match step {
        Step::Items => "Items",
        Step::Photos => "Photos",
        Step::Description => "Description",
        Step::Resolution => "Wish",
    }
}

fn field(step: Step, flow: Flow) -> String {
    format!("{}-{}", step.as_str(), flow.as_str())
}

fn place(flow: Flow) -> String {
    format!("place-{}", flow.as_str())
}

/// All flows, those that are offered first.
fn ordered(page: &ClaimPage) -> impl Iterator<Item = Flow> {
    let offered = page.flows.iter().map(|offered| offered.flow);
    let others = Flow::ALL
        .into_iter()
        .filter(move |flow| page.offered(*flow).is_none());
    offered.chain(others)
}

/// How a step is asked where no reason of the shop's own says otherwise.
fn asks(page: &ClaimPage, step: Step, flow: Flow) -> Asks {
    let offered = page.offered(flow);
    match (step, offered) {
        (Step::Photos, Some(OfferedFlow { photos: 1.., .. })) => Asks::Required,
        _ => {
            let set = offered.and_then(|offered| offered.steps.of(step));
            set.unwrap_or_else(|| flow.asks(step))
        }
    }
}

fn value(asks: Asks) -> &'static str {
    match asks {
        Asks::No => "no",
        Asks::Optional => "optional",
        Asks::Required => "required",
    }
}

/// The rows of the form.
pub(super) fn rows(page: &ClaimPage, errors: &Errors) -> Vec<FlowRow> {
    let row = |flow: Flow| FlowRow {
        name: flow.as_str(),
        label: label(flow),
        offered: page.offered(flow).is_some(),
        asks: summary(page, flow),
        wrong: Step::ALL
            .into_iter()
            .map(|step| field(step, flow))
            .chain([place(flow)])
            .any(|name| errors.at(&name).is_some()),
        steps: Step::ALL
            .map(|step| StepField {
                name: field(step, flow),
                label: step_label(step),
                options: match step {
                    Step::Photos => &PHOTOS,
                    _ => &ASKS,
                },
            })
            .into(),
        place: place(flow),
    };
    ordered(page).map(row).collect()
}

/// `items, 1 photo or more, a description (optional)`.
fn summary(page: &ClaimPage, flow: Flow) -> String {
    let said = |step: Step| {
        let asks = asks(page, step, flow);
        let needed = page.photos_needed(flow, None);
        let name = match step {
            Step::Items => "items".to_owned(),
            Step::Photos if needed == 1 => "a photo".to_owned(),
            Step::Photos if needed > 1 => format!("{needed} photos"),
            Step::Photos => "photos".to_owned(),
            Step::Description => "a description".to_owned(),
            Step::Resolution => "a wish".to_owned(),
        };
        match asks {
            Asks::No => None,
            Asks::Optional => Some(format!("{name} (optional)")),
            Asks::Required => Some(name),
        }
    };
    let said: Vec<_> = Step::ALL.into_iter().filter_map(said).collect();
    match said.is_empty() {
        true => "Asks for nothing more".to_owned(),
        false => format!("Asks for {}", said.join(", ")),
    }
}

/// Puts them into the form.
pub(super) fn fill(form: &mut Form, page: &ClaimPage) {
    for (n, flow) in ordered(page).enumerate() {
        for step in Step::ALL {
            let asks = asks(page, step, flow);
            let text = match (step, asks) {
                (Step::Photos, Asks::Required) => {
                    let offered = page.offered(flow).map_or(0, |offered| offered.photos);
                    offered.max(1).to_string()
                }
                _ => value(asks).to_owned(),
            };
            form.put(&field(step, flow), text);
        }
        form.put(&place(flow), (n + 1).to_string());
    }
}

/// As they were typed. What the form does not say stays as it was.
pub(super) fn read(form: &Form, before: &ClaimPage, errors: &mut Errors) -> Vec<OfferedFlow> {
    let mut offered: Vec<(usize, OfferedFlow)> = Vec::new();
    for (n, flow) in ordered(before).enumerate() {
        let at = form.read(&place(flow), "Enter a whole number.", errors);
        if form.all("flow").any(|name| name == flow.as_str()) {
            offered.push((at.unwrap_or(n + 1), steps(form, before, flow, errors)));
        }
    }
    offered.sort_by_key(|(at, _)| *at);
    offered.into_iter().map(|(_, flow)| flow).collect()
}

/// The field of a step that the action found wrong: `/flows/0/photos`.
pub(super) fn field_at(settings: &ClaimPage, pointer: &str) -> Option<String> {
    let (at, what) = pointer.strip_prefix("/flows/")?.split_once('/')?;
    let offered = settings.flows.get(at.parse::<usize>().ok()?)?;
    what.ends_with("photos")
        .then(|| field(Step::Photos, offered.flow))
}

fn steps(form: &Form, before: &ClaimPage, flow: Flow, errors: &mut Errors) -> OfferedFlow {
    let mut read = OfferedFlow {
        flow,
        photos: before.offered(flow).map_or(0, |offered| offered.photos),
        steps: before
            .offered(flow)
            .map_or_else(Steps::default, |offered| offered.steps.clone()),
    };
    for step in Step::ALL {
        let name = field(step, flow);
        let Some(text) = form.given(&name) else {
            continue;
        };
        let asks = match (text, step) {
            ("no", _) => Asks::No,
            ("optional", _) => Asks::Optional,
            (_, Step::Photos) if text.parse::<u8>().is_ok_and(|photos| photos > 0) => {
                Asks::Required
            }
            ("required", _) => Asks::Required,
            _ => {
                errors.add(&name, "Choose one of these.");
                continue;
            }
        };
        // What is as the flow has it is not written down.
        let set = (asks != flow.asks(step)).then_some(asks);
        match step {
            Step::Items => read.steps.items = set,
            Step::Photos => {
                read.photos = text.parse().unwrap_or(0);
                read.steps.photos = set.filter(|_| read.photos == 0);
            }
            Step::Description => read.steps.description = set,
            Step::Resolution => read.steps.resolution = set,
        }
    }
    read
}
