//! Rust sources as tokens. Tokens reach inside macro calls, where a parsed
//! syntax tree does not, and most of our statements and paths stand there.
//! Attributes, doc comments and `#[cfg(test)]` items are left out.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The tokens of a file.
pub fn of(path: &str, text: &str) -> Result<Vec<TokenTree>, String> {
    let stream: TokenStream = text
        .parse()
        .map_err(|e| format!("{path}: cannot be read as Rust: {e}"))?;
    Ok(without_tests(stream))
}

/// Tokens without attributes, and without the item after `#[cfg(test)]`.
fn without_tests(stream: TokenStream) -> Vec<TokenTree> {
    let mut kept = Vec::new();
    let mut tokens = stream.into_iter().peekable();
    let mut skipping = false;
    while let Some(token) = tokens.next() {
        if is_punct(&token, '#') {
            if tokens.peek().is_some_and(|next| is_punct(next, '!')) {
                tokens.next();
            }
            if matches!(tokens.peek(), Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Bracket)
            {
                let attribute = tokens.next().map(|t| t.to_string().replace(' ', ""));
                skipping |= attribute.is_some_and(|a| a == "[cfg(test)]");
                continue;
            }
        }
        if skipping {
            // An item ends with its braces or its semicolon.
            let ends = is_punct(&token, ';')
                || matches!(&token, TokenTree::Group(g) if g.delimiter() == Delimiter::Brace);
            skipping = !ends;
            continue;
        }
        kept.push(token);
    }
    kept
}

/// The tokens inside a group, without tests.
pub fn inside(group: &proc_macro2::Group) -> Vec<TokenTree> {
    without_tests(group.stream())
}

/// Whether it is this one sign.
pub fn is_punct(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(p) if p.as_char() == sign)
}

/// The word, when it is one.
pub fn word(token: &TokenTree) -> Option<String> {
    match token {
        TokenTree::Ident(ident) => Some(ident.to_string()),
        _ => None,
    }
}

/// The group of this shape, when it is one.
pub fn group(token: &TokenTree, shape: Delimiter) -> Option<&proc_macro2::Group> {
    match token {
        TokenTree::Group(group) if group.delimiter() == shape => Some(group),
        _ => None,
    }
}

/// The line a token begins on, from 1.
pub fn line(token: &TokenTree) -> usize {
    token.span().start().line
}
