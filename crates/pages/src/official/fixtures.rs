//! Reads the fixtures of the npm package, which the build has put there.

use std::path::Path;

use serde_json::Value;

/// One example of a component: its options and the official HTML.
pub struct Fixture {
    pub name: String,
    pub options: Value,
    pub html: String,
}

/// The fixtures of a component.
pub fn load(component: &str) -> Vec<Fixture> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("node_modules/nhsuk-frontend/dist/nhsuk/components")
        .join(component)
        .join("fixtures.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    let read = |fixture: &Value| Fixture {
        name: [&fixture["name"], &fixture["description"]]
            .iter()
            .filter_map(|word| word.as_str())
            .collect::<Vec<_>>()
            .join(", "),
        options: with_block(&fixture["context"], fixture["callBlock"].as_str()),
        html: fixture["html"].as_str().unwrap().to_owned(),
    };
    all["fixtures"]
        .as_array()
        .unwrap()
        .iter()
        .map(read)
        .collect()
}

/// The options with what the calling template puts inside, which is markup.
fn with_block(options: &Value, block: Option<&str>) -> Value {
    let mut options = options.clone();
    if let (Some(options), Some(block)) = (options.as_object_mut(), block) {
        options.entry("html").or_insert(block.into());
    }
    options
}
