//! A note that is not too long: what is largest is left out first, and counted.

use std::cmp::Reverse;

/// What changed in a component.
#[derive(Default)]
pub(super) struct Component {
    pub(super) name: String,
    /// As Markdown; empty if only what stands before is there.
    pub(super) title: String,
    /// What stands before it.
    pub(super) intro: String,
    pub(super) owners: Vec<OwnerPart>,
}

/// What happened to an owner and its objects.
pub(super) struct OwnerPart {
    pub(super) head: String,
    pub(super) objects: Vec<Object>,
}

/// An object that changed.
pub(super) struct Object {
    pub(super) head: String,
    /// What changed in it; may be left out.
    pub(super) body: String,
    /// How many lines that are.
    pub(super) lines: usize,
}

/// How much room what is said of things left out may take.
const RESERVE: usize = 400;

/// Everything, in at most so many bytes: first the lines of the largest objects go, then the objects of the owners with most of
/// them, then components from the end.
pub(super) fn fit(head: &str, mut components: Vec<Component>, limit: usize) -> String {
    let limit = limit.saturating_sub(head.len() + RESERVE);
    let mut size: usize = components.iter().map(|component| written(component).len()).sum();
    let mut said = Vec::new();

    let owners = components.iter_mut().flat_map(|component| &mut component.owners);
    let mut objects: Vec<&mut Object> = owners.flat_map(|owner| &mut owner.objects).collect();
    objects.sort_by_key(|object| Reverse(object.body.len()));
    let mut left_out = 0;
    for object in objects.into_iter().take_while(|object| !object.body.is_empty()) {
        if size <= limit {
            break;
        }
        let before = object.written().len();
        object.body.clear();
        let plural = if object.lines == 1 { "" } else { "s" };
        object.head.push_str(&format!(" *({} line{plural} left out)*", object.lines));
        size = size + object.written().len() - before;
        left_out += 1;
    }
    if left_out > 0 {
        said.push(format!("the lines of {left_out} objects"));
    }

    let mut owners: Vec<&mut OwnerPart> =
        components.iter_mut().flat_map(|component| &mut component.owners).collect();
    owners.sort_by_key(|owner| Reverse(owner.objects.len()));
    let mut left_out = 0;
    for owner in owners.into_iter().take_while(|owner| !owner.objects.is_empty()) {
        if size <= limit {
            break;
        }
        let before = owner.written().len();
        let count = owner.objects.len();
        owner.objects.clear();
        owner.head.push_str(&format!("\n*{count} objects left out*\n"));
        size = (size + owner.written().len()).saturating_sub(before);
        left_out += count;
    }
    if left_out > 0 {
        said.push(format!("{left_out} objects whole"));
    }

    let (mut text, mut room, mut left_out) = (head.to_owned(), limit, 0);
    for part in components.iter().map(written) {
        match room.checked_sub(part.len()) {
            Some(rest) if left_out == 0 => {
                room = rest;
                text.push_str(&part);
            }
            _ => left_out += 1,
        }
    }
    if left_out > 0 {
        said.push(format!("{left_out} components"));
    }
    if !said.is_empty() {
        text.push_str(&format!(
            "\nThis note would be too long. Left out: {}. `cargo xtask diff --format html` shows everything.\n",
            said.join(", ")
        ));
    }
    text
}

fn written(component: &Component) -> String {
    let Component { title, intro, owners, .. } = component;
    if title.is_empty() {
        return intro.clone();
    }
    let owners: String = owners.iter().map(OwnerPart::written).collect();
    format!("{intro}<details><summary>{title}</summary>\n{owners}\n</details>\n")
}

impl OwnerPart {
    fn written(&self) -> String {
        let objects: String = self.objects.iter().map(Object::written).collect();
        format!("\n{}{objects}", self.head)
    }
}

impl Object {
    fn written(&self) -> String {
        let body = if self.body.is_empty() { String::new() } else { format!("\n{}", self.body) };
        format!("\n{}\n{body}", self.head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(name: &str, body: usize) -> Object {
        Object { head: name.to_owned(), body: "x".repeat(body), lines: 3 }
    }

    fn component(objects: Vec<Object>) -> Component {
        let owners = vec![OwnerPart { head: "owner\n".to_owned(), objects }];
        Component { name: String::new(), title: "title".to_owned(), intro: String::new(), owners }
    }

    #[test]
    fn the_largest_object_goes_first() {
        let text = fit("", vec![component(vec![object("a", 300), object("b", 200)])], RESERVE + 400);
        assert!(text.contains("a *(3 lines left out)*") && text.contains(&"x".repeat(200)), "{text}");
        assert!(text.contains("Left out: the lines of 1 objects."), "{text}");
    }

    #[test]
    fn whatever_there_is_it_fits() {
        for limit in [500, 1_000, 3_000, 10_000] {
            let objects = |count: usize| (0..count).map(|n| object("name", n * 10)).collect();
            let components = (0..20).map(|n| component(objects(n * 3))).collect();
            let text = fit("head", components, limit);
            assert!(text.len() <= limit, "{limit}: {}", text.len());
            assert!(text.contains("Left out: "), "{limit}");
        }
    }
}
