//! What the sections share: cards, tables with bars in their cells, drawn figures.

use maud::{Markup, PreEscaped, html};

use crate::report::format::percent;

/// A section of the page: a heading, one sentence that says what to see, and the content.
pub fn card(id: &str, title: &str, lead: Markup, body: Markup) -> Markup {
    html! {
        section.card id=(id) aria-labelledby={ (id) "-title" } {
            h2 id={ (id) "-title" } { (title) }
            p.lead { (lead) }
            (body)
        }
    }
}

/// A table cell with a bar of `share` (0 to 1) of its width behind a text. `class` chooses the colour.
pub fn bar_cell(share: f64, class: &str, text: &str) -> Markup {
    html! { td.barcell { (bar(share, class, text)) } }
}

fn bar(share: f64, class: &str, text: &str) -> Markup {
    let width = format!("width:{:.1}%", (share * 100.0).clamp(0.0, 100.0));
    html! {
        span.track { span class={ "fill " (class) } style=(width) {} }
        span.num { (text) }
    }
}

/// A [`bar_cell`] with room for an amount of money.
pub fn money_cell(share: f64, class: &str, text: &str) -> Markup {
    html! { td.barcell.money { (bar(share, class, text)) } }
}

/// A bar cell for a share of a capacity: amber from 90 %, red above 100 %.
pub fn load_cell(share: Option<f64>) -> Markup {
    match share {
        None => html! { td.num.quiet { "–" } },
        Some(share) => {
            let class = match share {
                s if s > 1.0 => "bad",
                s if s >= 0.9 => "warn",
                _ => "c1",
            };
            bar_cell(share, class, &percent(share))
        }
    }
}

/// A numeric cell.
pub fn num(text: &str) -> Markup {
    html! { td.num { (text) } }
}

/// Column of a table header: text, or a number to the right.
pub enum Head {
    Text(&'static str),
    Num(&'static str),
}

/// A table that scrolls on its own on narrow screens; `sortable` adds sort buttons where scripts run.
pub fn table(caption: &str, sortable: bool, head: &[Head], rows: Markup) -> Markup {
    framed(caption, sortable, "", head, rows)
}

/// A table of many columns: on narrow screens every row becomes a list of its cells, each with the name of its column.
pub fn wide_table(caption: &str, sortable: bool, head: &[Head], rows: &Markup) -> Markup {
    framed(caption, sortable, "rows", head, labelled(head, rows))
}

fn framed(caption: &str, sortable: bool, class: &str, head: &[Head], rows: Markup) -> Markup {
    html! {
        div.scroll {
            table class=(class) data-sortable[sortable] {
                caption.visually-hidden { (caption) }
                thead { tr { @for column in head {
                    @match column {
                        Head::Text(name) => th scope="col" { (name) },
                        Head::Num(name) => th.num scope="col" { (name) },
                    }
                } } }
                tbody { (rows) }
            }
        }
    }
}

/// Writes the name of its column into every cell; text in cells is escaped, so that every `<td` is a cell.
fn labelled(head: &[Head], rows: &Markup) -> Markup {
    let mut text = String::with_capacity(rows.0.len() * 2);
    let mut column = 0;
    for (i, part) in rows.0.split("<t").enumerate() {
        if i > 0 {
            text += "<t";
        }
        match part.chars().next() {
            Some('r') if i > 0 => column = 0,
            Some('h') if i > 0 => column += 1,
            Some('d') if i > 0 => {
                let (Head::Text(name) | Head::Num(name)) = &head[column.min(head.len() - 1)];
                column += 1;
                text += &format!("d data-label=\"{name}\"");
                text += &part[1..];
                continue;
            }
            _ => {}
        }
        text += part;
    }
    PreEscaped(text)
}

/// A name that may break after its underscores.
pub fn breakable(name: &str) -> Markup {
    html! { @for part in name.split_inclusive('_') { (part) wbr; } }
}

/// Text with `code` between backticks.
pub fn prose(text: &str) -> Markup {
    html! { @for (i, part) in text.split('`').enumerate() {
        @if i % 2 == 1 { code { (part) } } @else { (part) }
    } }
}

/// A drawn chart with its title and description for those who do not see it.
pub struct Figure<'a> {
    pub id: &'a str,
    pub title: &'a str,
    pub description: &'a str,
    pub width: f64,
    pub height: f64,
}

impl Figure<'_> {
    /// Wraps SVG elements; on narrow screens the figure scrolls rather than shrinks to nothing.
    pub fn draw(&self, body: &Svg) -> Markup {
        let view = format!("0 0 {:.0} {:.0}", self.width, self.height);
        // A wide chart scrolls on narrow screens, so that its text stays readable.
        let class = if self.width > 600.0 {
            "figure wide"
        } else {
            "figure small"
        };
        html! {
            div.scroll {
                svg class=(class) viewBox=(view) role="img" aria-labelledby={ (self.id) "-t " (self.id) "-d" } {
                    title id={ (self.id) "-t" } { (self.title) }
                    desc id={ (self.id) "-d" } { (self.description) }
                    (PreEscaped(&body.0))
                }
            }
        }
    }
}

/// SVG elements as text. Coordinates have one decimal: a tenth of a pixel.
#[derive(Default)]
pub struct Svg(pub String);

impl Svg {
    pub fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        self.0 += &format!(
            r#"<line class="{class}" x1="{:.1}" y1="{:.1}" x2="{:.1}" y2="{:.1}"/>"#,
            from.0, from.1, to.0, to.1
        );
    }
    pub fn rect(&mut self, class: &str, at: (f64, f64), size: (f64, f64), tip: &str) {
        self.0 += &format!(
            r#"<rect class="{class}" x="{:.1}" y="{:.1}" width="{:.1}" height="{:.1}" rx="1.5">"#,
            at.0, at.1, size.0, size.1
        );
        self.tip(tip);
        self.0 += "</rect>";
    }
    pub fn circle(&mut self, class: &str, at: (f64, f64), radius: f64, tip: &str) {
        self.0 += &format!(
            r#"<circle class="{class}" cx="{:.1}" cy="{:.1}" r="{radius:.1}">"#,
            at.0, at.1
        );
        self.tip(tip);
        self.0 += "</circle>";
    }
    /// A path; `style` may set what depends on data, such as a width.
    pub fn path(&mut self, class: &str, d: &str, style: &str, tip: &str) {
        self.0 += &format!(r#"<path class="{class}" d="{d}""#);
        if !style.is_empty() {
            self.0 += &format!(r#" style="{style}""#);
        }
        self.0.push('>');
        self.tip(tip);
        self.0 += "</path>";
    }
    /// `anchor`: start, middle or end.
    pub fn text(&mut self, class: &str, at: (f64, f64), anchor: &str, text: &str) {
        self.0 += &format!(
            r#"<text class="{class}" x="{:.1}" y="{:.1}" text-anchor="{anchor}">{}</text>"#,
            at.0,
            at.1,
            escape(text)
        );
    }
    fn tip(&mut self, text: &str) {
        if !text.is_empty() {
            self.0 += &format!("<title>{}</title>", escape(text));
        }
    }
}

/// Text as maud escapes it.
fn escape(text: &str) -> String {
    html! { (text) }.into_string()
}

/// `1 order`, `2 orders`.
pub fn plural(number: u64, noun: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{} {noun}{s}", crate::report::format::count(number))
}

/// `no_stock` as `no stock`, in the words of `model::codes`.
pub fn words(code: &str) -> String {
    if code.is_empty() {
        return "not said".into();
    }
    code.replace('_', " ")
}

/// Class of the `i`-th of several series; all after the last colour share one.
pub fn series(i: usize) -> &'static str {
    const CLASSES: [&str; 8] = ["c1", "c2", "c3", "c4", "c5", "c6", "c7", "rest"];
    CLASSES[i.min(CLASSES.len() - 1)]
}

/// Series with a colour of their own.
pub const SERIES: usize = 7;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_a_wide_table_name_their_columns() {
        let head = [Head::Text("Name"), Head::Num("Orders"), Head::Text("Hint")];
        let rows = html! { @for name in ["<td>", "b"] { tr { th { (name) } (num("3")) td.hint { "see" } } } };
        let text = wide_table("T", false, &head, &rows).into_string();
        assert_eq!(
            text.matches("<td data-label=\"Orders\" class=\"num\">3")
                .count(),
            2,
            "{text}"
        );
        assert_eq!(
            text.matches("<td data-label=\"Hint\" class=\"hint\">see")
                .count(),
            2
        );
        assert_eq!(text.matches("data-label").count(), 4);
    }

    #[test]
    fn backticks_become_code() {
        assert_eq!(
            prose("see `items` <b>").into_string(),
            "see <code>items</code> &lt;b&gt;"
        );
    }
}
