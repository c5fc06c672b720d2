//! A table: one thing a row. At most seven columns, and on a phone each cell
//! carries its column's name (`responsive`). A working list has hundreds of
//! cells and is written short (`long`): a page stays small on a slow line.

use std::borrow::Cow;

use super::Size;
use crate::html::{Element, Href, Html, el, hidden};

options! {
    /// How the words of a column or a cell stand.
    Align {
        /// To the left.
        Left = "left",
        /// In the middle.
        Centre = "centre",
        /// To the right.
        Right = "right",
    }
}

options! {
    /// How a table is sorted by a column.
    Sort {
        /// Can be, and is not.
        None = "none",
        /// Smallest first.
        Ascending = "ascending",
        /// Largest first.
        Descending = "descending",
    }
}

part! {
    /// The head of a column.
    Column(text: Html) {
        /// Holds numbers, so stands to the right.
        flag numeric,
        /// How its words stand.
        maybe align: Align,
        /// Its width, as a class of the design system: `one-third`.
        maybe width: String,
        /// Sorted by it, or could be. Without `href` a script sorts.
        maybe sort: Sort,
        /// Where a press on it leads: the same list sorted by it.
        maybe href: Href,
        /// Words after the text, for screen readers.
        maybe visually_hidden_text: Html,
        /// More classes.
        maybe classes: String,
    }
}

part! {
    /// One cell.
    Cell(text: Html) {
        /// Holds a number.
        flag numeric,
        /// How its words stand, when that differs from its column.
        maybe align: Align,
        /// Makes the words a link.
        maybe href: Href,
        /// Words after the text, for screen readers.
        maybe visually_hidden_text: Html,
        /// What it is sorted by, when that is not its text.
        maybe sort_value: String,
        /// More classes.
        maybe classes: String,
        /// Holds markup rather than words.
        flag block,
    }
}

impl<T: Into<Html>> From<T> for Column {
    fn from(words: T) -> Self {
        Self::new(words)
    }
}

impl<T: Into<Html>> From<T> for Cell {
    fn from(words: T) -> Self {
        Self::new(words)
    }
}

impl Column {
    /// A column of numbers.
    #[must_use]
    pub fn number(text: impl Into<Html>) -> Self {
        Self::new(text).numeric(true)
    }
}

impl Cell {
    /// A cell holding a number.
    #[must_use]
    pub fn number(number: impl ToString) -> Self {
        Self::new(number.to_string()).numeric(true)
    }

    /// Whether its head is that of its column's other cells.
    const fn has_the_head_of(&self, column: &Column) -> bool {
        self.align.is_none()
            && self.classes.is_none()
            && self.sort_value.is_none()
            && (column.numeric || !self.numeric)
    }

    /// A cell whose words are a link.
    #[must_use]
    pub fn link(text: impl Into<Html>, href: impl Into<Href>) -> Self {
        Self::new(text).href(href)
    }
}

component! {
    /// A table.
    Table() {
        /// What the table shows; it is the table's name.
        maybe caption: Html,
        /// The size of the caption.
        maybe caption_size: Size,
        /// The caption's id.
        maybe caption_id: String,
        /// More classes for the caption: `nhsuk-u-visually-hidden`.
        maybe caption_classes: String,
        /// The columns.
        list head: Column,
        /// The rows, each with its cells.
        list rows: Vec<Cell>,
        /// The first cell of a row is its name.
        flag first_cell_is_header,
        /// On a phone each cell carries its column's name.
        flag responsive,
        /// Folds on a phone as `responsive` does, and is written short: rows
        /// and cells have no class, and a cell's column is an attribute.
        flag long,
        /// Tighter, for working lists.
        flag compact,
        /// Every other row shaded.
        flag striped,
        /// Scrolls sideways when it does not fit.
        flag scroll,
        /// Whether lines stand between the rows; yes when not set.
        maybe border: bool,
        /// Whether a line stands below the last row; yes when not set.
        maybe last_row_border: bool,
        /// The id.
        maybe id: String,
    }
}

impl Table {
    /// Adds a row.
    #[must_use]
    pub fn row<T: Into<Cell>>(mut self, cells: impl IntoIterator<Item = T>) -> Self {
        self.rows.push(cells.into_iter().map(Into::into).collect());
        self
    }

    pub(crate) fn render(&self) -> Html {
        let role = |name: &'static str| self.folds().then_some(name);
        let sortable = self.head.iter().any(|column| column.sort.is_some());
        let on_server = sortable && self.head.iter().any(|column| column.href.is_some());
        let all_lines = self.border != Some(false);
        let head: Option<Html> = (!self.head.is_empty()).then(|| {
            el("thead")
                .class("nhsuk-table__head")
                .attr("role", role("rowgroup"))
                .child(
                    el("tr")
                        .class("nhsuk-table__row")
                        .attr("role", role("row"))
                        .children(self.head.iter().map(|column| self.column(column))),
                )
                .into()
        });
        let table = el("table")
            .class("nhsuk-table")
            .class_if(self.compact, "nhsuk-table--compact")
            .class_if(self.folds(), "nhsuk-table--responsive")
            .class_if(self.long, "kith-long")
            .class_if(!all_lines, "nhsuk-table--no-border")
            .class_if(
                all_lines && self.last_row_border == Some(false),
                "nhsuk-table--no-last-row-border",
            )
            .class_if(sortable, "nhsuk-table--sortable")
            .class_if(self.striped, "nhsuk-table--striped")
            .attr("id", self.id.as_deref())
            .attr(
                "data-module",
                (sortable && !on_server).then_some("nhsuk-table"),
            )
            .attr("role", role("table"));
        let mut out = Html::default();
        table.around(&mut out, |out| {
            out.extend(self.named(sortable));
            out.extend(head);
            el("tbody")
                .class(if self.long { "" } else { "nhsuk-table__body" })
                .attr("role", self.long.then_some("rowgroup"))
                .around(out, |out| self.body(out));
        });
        if self.scroll {
            el("div")
                .class("nhsuk-scroll")
                .attr("data-module", "nhsuk-scroll")
                .child(
                    el("div")
                        .class("nhsuk-scroll__content")
                        .attr("role", "region")
                        .attr("aria-labelledby", self.name_id())
                        .child(out),
                )
                .into()
        } else {
            out
        }
    }

    /// Whether it folds on a phone.
    const fn folds(&self) -> bool {
        self.responsive || self.long
    }

    /// The caption's id, which a scrolling region needs for its name.
    fn name_id(&self) -> Option<String> {
        self.caption_id
            .clone()
            .or_else(|| Some(format!("{}-caption", self.id.as_ref()?)))
            .filter(|_| self.scroll || self.caption_id.is_some())
    }

    fn named(&self, sortable: bool) -> Option<Html> {
        let caption = self.caption.as_ref()?;
        let size = self.caption_size.map_or(String::new(), |size| {
            format!("nhsuk-table__caption--{}", size.word())
        });
        let told = sortable.then(|| hidden(" (Column headers are sortable)"));
        Some(
            el("caption")
                .class("nhsuk-table__caption")
                .class(size)
                .class(self.caption_classes.as_deref().unwrap_or(""))
                .attr("id", self.name_id())
                .child(caption)
                .children(told)
                .into(),
        )
    }

    fn column(&self, column: &Column) -> Html {
        let sort = column.sort;
        let sorted = sort.filter(|sort| *sort != Sort::None).map(Sort::word);
        el("th")
            .class("nhsuk-table__header")
            .class_if(column.numeric, "nhsuk-table__header--numeric")
            .class(aligned(column.align))
            .class(
                column
                    .width
                    .as_ref()
                    .map_or(String::new(), |width| format!("nhsuk-u-width-{width}")),
            )
            .class(column.classes.as_deref().unwrap_or(""))
            .attr("scope", "col")
            .attr("role", self.folds().then_some("columnheader"))
            .attr("data-sort", sort.is_some())
            .attr("aria-sort", sorted)
            .child(&*words(
                &column.text,
                column.visually_hidden_text.as_ref(),
                column.href.as_ref(),
            ))
            .into()
    }

    /// The rows. A working list has hundreds of cells, so they are written
    /// one after the other to one text, and a column's cells share their head.
    fn body(&self, out: &mut Html) {
        let row = el("tr")
            .class(if self.long { "" } else { "nhsuk-table__row" })
            .attr("role", self.folds().then_some("row"));
        let names: Vec<Html> = self
            .head
            .iter()
            .map(|column| self.name_in(column))
            .collect();
        let plain = Cell::new("");
        let heads: Vec<Element> = (0..names.len())
            .map(|at| self.head_of(&plain, at))
            .collect();
        for cells in &self.rows {
            row.around(out, |out| {
                for (at, cell) in cells.iter().enumerate() {
                    match self.head.get(at).zip(heads.get(at)) {
                        Some((column, head)) if cell.has_the_head_of(column) => {
                            self.cell(out, cell, head, names.get(at));
                        }
                        _ => self.cell(out, cell, &self.head_of(cell, at), names.get(at)),
                    }
                }
            });
        }
    }

    /// The column's name as each of its cells carries it; nothing where the
    /// table does not fold, or says it in an attribute.
    fn name_in(&self, column: &Column) -> Html {
        if !self.responsive || self.long {
            return Html::default();
        }
        let name = words(&column.text, column.visually_hidden_text.as_ref(), None);
        el("span")
            .class("nhsuk-table__heading")
            .attr("aria-hidden", "true")
            .child(&*name)
            .child(" ")
            .into()
    }

    /// The head of a cell: `<td …`.
    fn head_of(&self, cell: &Cell, at: usize) -> Element {
        let column = self.head.get(at);
        let is_head = at == 0 && self.first_cell_is_header;
        let (tag, class, number, role) = if is_head {
            (
                "th",
                "nhsuk-table__header",
                "nhsuk-table__header--numeric",
                "rowheader",
            )
        } else {
            (
                "td",
                "nhsuk-table__cell",
                "nhsuk-table__cell--numeric",
                "cell",
            )
        };
        let numeric = cell.numeric || column.is_some_and(|column| column.numeric);
        let align = cell.align.or(column.and_then(|column| column.align));
        let head = el(tag)
            .class(if self.long { "" } else { class })
            .class_if(numeric, number)
            .class(aligned(align))
            .class(cell.classes.as_deref().unwrap_or(""))
            .attr("scope", is_head.then_some("row"))
            .attr("role", self.folds().then_some(role))
            .attr("data-sort-value", cell.sort_value.as_deref());
        match column.filter(|_| self.long) {
            Some(column) => head.attr_words("data-head", &column.text),
            None => head,
        }
    }

    fn cell(&self, out: &mut Html, cell: &Cell, head: &Element, name: Option<&Html>) {
        let inside = words(
            &cell.text,
            cell.visually_hidden_text.as_ref(),
            cell.href.as_ref(),
        );
        head.around(out, |out| {
            out.extend(name);
            if cell.block && self.responsive && !self.long && name.is_some() {
                el("span").around(out, |out| out.extend([&*inside]));
            } else {
                out.extend([&*inside]);
            }
        });
    }
}

fn aligned(align: Option<Align>) -> String {
    align.map_or(String::new(), |align| {
        format!("nhsuk-u-text-align-{}", align.word())
    })
}

fn spaced(words: &Html) -> Html {
    hidden(
        [Html::from(" "), words.clone()]
            .into_iter()
            .collect::<Html>(),
    )
}

fn words<'a>(text: &'a Html, hidden_text: Option<&Html>, href: Option<&Href>) -> Cow<'a, Html> {
    let said = hidden_text.map(|said| {
        if text.is_empty() {
            hidden(said)
        } else {
            spaced(said)
        }
    });
    let words = match said {
        None => Cow::Borrowed(text),
        Some(said) => Cow::Owned(text.clone().and(said)),
    };
    match href {
        None => words,
        Some(href) => Cow::Owned(
            el("a")
                .class("nhsuk-link")
                .attr("href", href)
                .child(words.into_owned())
                .into(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_in_a_column_of_words_still_stands_as_a_number() {
        let page = Table::new()
            .head(["Name", "Open"].map(Column::new))
            .row([Cell::new("Kay"), Cell::number(310)])
            .row([Cell::new("Sam"), Cell::new("none")])
            .render();
        assert_eq!(
            page.as_str().matches("--numeric").count(),
            1,
            "{}",
            page.as_str()
        );
        assert!(page.as_str().contains("nhsuk-table__cell--numeric\">310"));
    }

    #[test]
    fn a_long_list_says_its_columns_in_few_bytes() {
        let head = || [Html::from("Kay's <own>"), el("b").child("Open").into()].map(Column::new);
        let long = Table::new().head(head()).long(true).row(["Sam", "3"]);
        let page = long.render();
        let cell = "<tr role=\"row\"><td role=\"cell\" data-head=\"Kay&#39;s &lt;own&gt;\">Sam</td>\
                    <td role=\"cell\" data-head=\"Open\">3</td></tr>";
        assert!(page.as_str().contains(cell), "{}", page.as_str());
    }
}
