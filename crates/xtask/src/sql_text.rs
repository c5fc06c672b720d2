//! Finds every SQL text of the program in its sources: string literals that
//! begin like a statement, and `concat!` of literals and of our own fragment
//! macros (`person_in_scope!()`), put together as the compiler would.
//! A text in a constant whose name ends in `_LITE` or `_PG` is for that engine
//! alone.

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::{
    repository,
    tokens::{self, group, is_punct, line, word},
};

/// For which engine a text is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum For {
    /// One text for both.
    Both,
    /// SQLite alone.
    Lite,
    /// PostgreSQL alone.
    Pg,
}

/// An SQL text, and where it stands.
pub struct Statement {
    /// File and line.
    pub place: String,
    /// The text the database is given.
    pub text: String,
    /// For which engine.
    pub engine: For,
}

/// Fragment macros: by name, the arms as (parameters, body).
type Fragments = BTreeMap<String, Vec<(Vec<String>, TokenStream)>>;

/// Every statement of the crates' programs. `crates/db` is left out: it speaks
/// of the engines themselves and of no owned table, and its own tests run it.
pub fn all() -> Result<Vec<Statement>, Vec<String>> {
    let mut files = Vec::new();
    let mut fragments = Fragments::new();
    for (path, text) in repository::sources()? {
        // The texts of the checks are examples.
        if repository::is_tests(&path)
            || path.starts_with("crates/xtask/")
            || path.starts_with("crates/db/")
        {
            continue;
        }
        let tokens = tokens::of(&path, &text).map_err(|e| vec![e])?;
        collect_fragments(&tokens, &mut fragments);
        files.push((path, tokens));
    }
    let mut found = Vec::new();
    let mut faults = Vec::new();
    for (path, tokens) in files {
        let mut own = Fragments::new();
        collect_fragments(&tokens, &mut own);
        let mut reader = Reader {
            path: &path,
            own: &own,
            fragments: &fragments,
            found: &mut found,
            faults: &mut faults,
        };
        reader.walk(&tokens, For::Both);
    }
    if faults.is_empty() {
        Ok(found)
    } else {
        Err(faults)
    }
}

fn collect_fragments(tokens: &[TokenTree], into: &mut Fragments) {
    for (at, token) in tokens.iter().enumerate() {
        if word(token).as_deref() == Some("macro_rules")
            && let Some(name) = tokens.get(at + 2).and_then(word)
            && let Some(TokenTree::Group(body)) = tokens.get(at + 3)
        {
            let body = tokens::inside(body);
            into.insert(
                name,
                body.split(|t| is_punct(t, ';')).filter_map(arm).collect(),
            );
        } else if let TokenTree::Group(inner) = token {
            collect_fragments(&tokens::inside(inner), into);
        }
    }
}

/// `($a:literal) => { body }`: the parameters' names, and the body.
fn arm(tokens: &[TokenTree]) -> Option<(Vec<String>, TokenStream)> {
    let [TokenTree::Group(matcher), .., TokenTree::Group(body)] = tokens else {
        return None;
    };
    let matcher: Vec<TokenTree> = matcher.stream().into_iter().collect();
    let parameters = matcher
        .windows(2)
        .filter(|pair| is_punct(&pair[0], '$'))
        .filter_map(|pair| word(&pair[1]))
        .collect();
    Some((parameters, body.stream()))
}

struct Reader<'a> {
    path: &'a str,
    /// The fragments of this file: two files may use one name.
    own: &'a Fragments,
    fragments: &'a Fragments,
    found: &'a mut Vec<Statement>,
    faults: &'a mut Vec<String>,
}

impl Reader<'_> {
    fn walk(&mut self, tokens: &[TokenTree], outer: For) {
        let mut engine = outer;
        let mut at = 0;
        while at < tokens.len() {
            let token = &tokens[at];
            if word(token).as_deref() == Some("const") {
                engine = tokens
                    .get(at + 1)
                    .and_then(word)
                    .map_or(outer, |name| engine_of(&name));
            } else if is_punct(token, ';') {
                engine = outer;
            } else if word(token).as_deref() == Some("macro_rules") {
                // Its body is text only where it is used.
                at += 4;
                continue;
            }
            let concat = word(token).as_deref() == Some("concat")
                && tokens.get(at + 1).is_some_and(|t| is_punct(t, '!'));
            if concat && let Some(TokenTree::Group(parts)) = tokens.get(at + 2) {
                match self.joined(parts.stream(), &BTreeMap::new()) {
                    Some(text) => self.keep(&text, token, engine),
                    None if first_literal(parts.stream()).is_some_and(|t| is_statement(&t)) => {
                        self.faults.push(format!(
                            "{}:{}: a statement put together from what cannot be read here: use literals and fragment macros",
                            self.path, line(token)
                        ));
                    }
                    None => {}
                }
                at += 3;
                continue;
            }
            match token {
                TokenTree::Group(inner) => self.walk(&tokens::inside(inner), engine),
                TokenTree::Literal(_) => {
                    if let Some(text) = literal(token) {
                        self.keep(&text, token, engine);
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }

    fn keep(&mut self, text: &str, token: &TokenTree, engine: For) {
        if is_statement(text) {
            self.found.push(Statement {
                place: format!("{}:{}", self.path, line(token)),
                text: text.to_owned(),
                engine,
            });
        }
    }

    /// What `concat!(parts)` says; `given` are a fragment's arguments.
    fn joined(&self, parts: TokenStream, given: &BTreeMap<String, String>) -> Option<String> {
        let parts: Vec<TokenTree> = parts.into_iter().collect();
        parts
            .split(|token| is_punct(token, ','))
            .filter(|part| !part.is_empty())
            .map(|part| self.value(part, given))
            .collect()
    }

    /// What one part says: a literal, a parameter, `concat!` or a fragment.
    fn value(&self, part: &[TokenTree], given: &BTreeMap<String, String>) -> Option<String> {
        match part {
            [one] => group(one, Delimiter::None)
                .map(|inner| inner.stream().into_iter().collect::<Vec<_>>())
                .map_or_else(|| literal(one), |inner| self.value(&inner, given)),
            [dollar, name] if is_punct(dollar, '$') => given.get(&word(name)?).cloned(),
            [.., name, bang, TokenTree::Group(arguments)] if is_punct(bang, '!') => {
                let name = word(name)?;
                if name == "concat" {
                    return self.joined(arguments.stream(), given);
                }
                self.fragment(&name, arguments.stream(), given)
            }
            _ => None,
        }
    }

    fn fragment(
        &self,
        name: &str,
        arguments: TokenStream,
        given: &BTreeMap<String, String>,
    ) -> Option<String> {
        let arguments: Vec<TokenTree> = arguments.into_iter().collect();
        let values: Option<Vec<String>> = arguments
            .split(|token| is_punct(token, ','))
            .filter(|part| !part.is_empty())
            .map(|part| self.value(part, given))
            .collect();
        let values = values?;
        let (parameters, body) = self
            .own
            .get(name)
            .or_else(|| self.fragments.get(name))?
            .iter()
            .find(|(parameters, _)| parameters.len() == values.len())?;
        let given = parameters.iter().cloned().zip(values).collect();
        let body: Vec<TokenTree> = body.clone().into_iter().collect();
        self.value(&body, &given)
    }
}

fn engine_of(name: &str) -> For {
    if name.ends_with("_LITE") {
        For::Lite
    } else if name.ends_with("_PG") {
        For::Pg
    } else {
        For::Both
    }
}

/// What a string literal says.
fn literal(token: &TokenTree) -> Option<String> {
    let TokenTree::Literal(literal) = token else {
        return None;
    };
    syn::parse_str::<syn::LitStr>(&literal.to_string())
        .ok()
        .map(|text| text.value())
}

fn first_literal(tokens: TokenStream) -> Option<String> {
    tokens.into_iter().find_map(|token| literal(&token))
}

/// Whether a text begins like a statement: the verb, and what belongs to it.
fn is_statement(text: &str) -> bool {
    let lower = text.trim_start().to_ascii_lowercase();
    let mut words = lower.split_whitespace();
    match (words.next(), words.next()) {
        (Some("select"), Some(_)) => {
            lower.contains(" from ") || lower.contains("\nfrom ") || lower.contains('(')
        }
        (Some("insert"), Some("into")) | (Some("delete"), Some("from")) => true,
        (Some("update"), Some(_)) => lower.contains(" set ") || lower.contains("\nset "),
        (Some("with"), Some(_)) => lower.contains(" as (") || lower.contains(" as materialized ("),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<String> {
        let tokens = tokens::of("example.rs", source).unwrap();
        let mut fragments = Fragments::new();
        collect_fragments(&tokens, &mut fragments);
        let (mut found, mut faults) = (Vec::new(), Vec::new());
        Reader {
            path: "example.rs",
            own: &Fragments::new(),
            fragments: &fragments,
            found: &mut found,
            faults: &mut faults,
        }
        .walk(&tokens, For::Both);
        assert_eq!(faults, Vec::<String>::new());
        found.into_iter().map(|s| s.text).collect()
    }

    #[test]
    fn a_statement_inside_a_macro_call_is_found() {
        assert_eq!(
            texts(r#"fn f() { run!(tx, sqlx::query("delete from goal where id = $1")) }"#).len(),
            1
        );
    }

    #[test]
    fn fragments_are_put_in_their_place() {
        let source = r#"
            macro_rules! seen { ($a:literal) => { concat!($a, ".scheme_id = $1") }; }
            const ALL: &str = concat!("select id from goal g where ", crate::seen!("g"), " order by id");"#;
        assert_eq!(
            texts(source),
            ["select id from goal g where g.scheme_id = $1 order by id"]
        );
    }

    #[test]
    fn words_to_the_user_and_tests_are_no_statements() {
        let source = r#"const A: &str = "Select a reason"; const B: &str = "Update it with care";
            #[cfg(test)] mod tests { const C: &str = "select 1 from goal"; }"#;
        assert_eq!(texts(source), Vec::<String>::new());
    }
}
