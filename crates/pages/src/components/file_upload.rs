//! A file to send, such as a spreadsheet to bring in.

use super::{wiring::Problem, wiring::wire, wording::Wording};
use crate::html::{Html, el};

component! {
    /// A file to send. Its form must be opened with `open_with_files`.
    FileUpload(name: String, label: Wording) {
        /// The id, when it is not the name.
        maybe id: String,
        /// Help between the label and the button: what kinds, how large.
        maybe hint: Html,
        /// What is wrong with the file.
        maybe error_message: Problem,
        /// More than one file.
        flag multiple,
        /// Cannot be used.
        flag disabled,
        /// The kinds the browser offers: `.csv,.xlsx`.
        maybe accept: String,
        /// The browser's own field. The script's drop zone names its button
        /// otherwise than it reads, which axe reports.
        flag plain,
    }
}

impl FileUpload {
    pub(crate) fn render(&self) -> Html {
        let id = self.id.as_deref().unwrap_or(&self.name);
        let wiring = wire(id, "", self.hint.as_ref(), self.error_message.as_ref());
        wiring
            .group("nhsuk-file-upload")
            .attr("data-module", (!self.plain).then_some("nhsuk-file-upload"))
            .child(self.label.label(id, ""))
            .child(&wiring.above)
            .child(
                el("input")
                    .class("nhsuk-file-upload__input")
                    .attr("id", id)
                    .attr("name", &self.name)
                    .attr("type", "file")
                    .attr("disabled", self.disabled)
                    .attr("multiple", self.multiple)
                    .attr("accept", self.accept.as_deref())
                    .attr("aria-describedby", wiring.described_by.as_str()),
            )
            .into()
    }
}
