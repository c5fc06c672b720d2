//! A field for a file: a spreadsheet to bring in, a paper to keep. Its form
//! must be opened `with_files`. What is in the file is for its reader to
//! judge; here only its name's ending and its size are.

use super::dressing::{dressed, problem};
use super::{Dressing, FieldKind, Posted, SentFile, Wrong};
use crate::components::FileUpload;
use crate::html::Html;

/// A file. It cannot be shown again: after an error it is chosen anew.
#[derive(Clone, Debug)]
pub struct File {
    dressing: Dressing,
    sent: Option<SentFile>,
    endings: &'static [&'static str],
    most_bytes: usize,
}
dressed!(File);

impl File {
    /// A file whose name ends in one of these (`.csv`), of at most so many bytes.
    pub fn new(
        label: impl Into<String>,
        endings: &'static [&'static str],
        most_bytes: usize,
    ) -> Self {
        Self {
            dressing: Dressing::new(label),
            sent: None,
            endings,
            most_bytes,
        }
    }
}

impl FieldKind for File {
    type Value = SentFile;

    fn keep(&mut self, name: &str, posted: &Posted) {
        self.sent = posted.file(name).cloned();
    }

    fn is_blank(&self) -> bool {
        self.sent.is_none()
    }

    fn read(&self) -> Result<SentFile, Wrong> {
        let Some(sent) = &self.sent else {
            return Err(self.dressing.missing("Select"));
        };
        let name = sent.name.to_lowercase();
        if !self.endings.iter().any(|ending| name.ends_with(ending)) {
            let kinds = self.endings.join(" or ");
            return Err(self
                .dressing
                .must(&format!("must be a {kinds} file"))
                .into());
        }
        if sent.bytes.is_empty() {
            return Err("The selected file is empty".into());
        }
        if sent.bytes.len() > self.most_bytes {
            let most = self.most_bytes / 1_000_000;
            return Err(format!("The selected file must be smaller than {most} MB").into());
        }
        Ok(sent.clone())
    }

    fn fill(&mut self, _: &SentFile) {}

    fn show(&self, name: &str, wrong: Option<&Wrong>) -> Html {
        let mut upload = FileUpload::new(name, self.dressing.wording())
            .accept(self.endings.join(","))
            .plain(true);
        upload.hint = self.dressing.hint.clone();
        upload.error_message = problem(wrong);
        upload.into()
    }

    fn dressing(&mut self) -> &mut Dressing {
        &mut self.dressing
    }
}
