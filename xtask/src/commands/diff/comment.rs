//! What is different, as a note of the merge request that the pipeline is of.

use crate::context::Context;
use crate::edge::gitlab::{Done, MergeRequest};
use crate::exit::Failure;
use crate::report::changes::markdown::{markdown, marker};
use crate::report::changes::page::Page;

/// The merge request of the pipeline. Asked for before anything is rendered, so that what is missing is said at once.
pub fn request() -> Result<MergeRequest, Failure> {
    MergeRequest::of_pipeline(|name| std::env::var(name).ok())
        .map_err(|error| Failure::Usage(format!("--comment: {error:#}")))
}

/// Posts or updates the note. Where nothing is different and no note is there, none is made.
pub fn comment(request: &MergeRequest, page: &Page<'_>, context: &Context) -> Result<(), Failure> {
    // The whole of something large fits no note.
    let page = Page {
        is_full: false,
        about: page.about.clone(),
        compared: page.compared.clone(),
        sections: page.sections.clone(),
    };
    let (marker, body) = (marker(&page.about), markdown(&page));
    let done = context.block_on(request.say(&marker, &body, !page.is_empty()))??;
    context.terminal.say(match done {
        Done::Posted => "The note is on the merge request",
        Done::Updated => "The note on the merge request is updated",
        Done::Unchanged => "The note on the merge request says this already",
        Done::Nothing => "No note was on the merge request, and none was needed",
    });
    Ok(())
}
