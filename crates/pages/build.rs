//! Makes the embedded files: fetches the NHS.UK frontend from npm when it is
//! not there in the version of the lock file, takes out what would reach
//! another host (the two fonts), names every file by its content, and
//! compresses it. Fails, with the reason in plain words, when npm is missing
//! or an outside address is left.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const PACKAGE: &str = "node_modules/nhsuk-frontend";

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("cargo::error={error}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<()> {
    for input in [
        "build.rs",
        "package-lock.json",
        "css",
        "js",
        "node_modules/nhsuk-frontend/package.json",
    ] {
        println!("cargo::rerun-if-changed={input}");
    }
    // Asked when it runs: a checkout that was moved takes its builds with it.
    let told = |name: &str| std::env::var_os(name).ok_or(format!("cargo did not set {name}"));
    let here = PathBuf::from(told("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(told("OUT_DIR")?);
    let version = fetch(&here)?;
    let dist = here.join(PACKAGE).join("dist/nhsuk");
    let mut shelf = Shelf {
        out: &out,
        list: String::new(),
    };

    let css = frontend_css(&mut shelf, &dist, &version)?;
    let own_css = read(&here.join("css/kith.css"))?;
    for (name, text) in [("nhsuk-frontend", &css), ("kith.css", &own_css)] {
        refuse_outside(name, text)?;
    }
    let frontend = read(&dist.join(format!("nhsuk-frontend-{version}.min.js")))?;
    let frontend = shelf.add("nhsuk.js", JS, &without_source_map(&frontend))?;
    let kith = shelf.add("kith.js", JS, &read(&here.join("js/kith.js"))?)?;
    // A module names the others by the addresses they are found at.
    let main = read(&here.join("js/main.js"))?
        .replace("./nhsuk.js", &frontend)
        .replace("./kith.js", &kith);
    let boot = read(&here.join("js/boot.js"))?;
    let favicon = read(&here.join("css/favicon.svg"))?;

    let mut code = String::new();
    for (constant, name, kind, text) in [
        ("NHSUK_CSS", "nhsuk.css", CSS, css),
        ("KITH_CSS", "kith.css", CSS, own_css),
        ("BOOT_JS", "boot.js", JS, boot),
        ("MAIN_JS", "main.js", JS, main),
        ("FAVICON_SVG", "favicon.svg", SVG, favicon),
    ] {
        let address = shelf.add(name, kind, &text)?;
        writeln!(code, "/// Where the browser finds `{name}`.")?;
        writeln!(code, "pub const {constant}: &str = {address:?};")?;
    }
    writeln!(code, "static ASSETS: &[Asset] = &[\n{}];", shelf.list)?;
    fs::write(out.join("assets.rs"), code)?;
    fs::write(out.join("icons.rs"), icon_shapes(&dist)?)?;
    Ok(())
}

/// The frontend's styles, without what reaches another host, and with its
/// pictures at our addresses.
fn frontend_css(shelf: &mut Shelf<'_>, dist: &Path, version: &str) -> Result<String> {
    let css = read(&dist.join(format!("nhsuk-frontend-{version}.min.css")))?;
    let mut css = without_fonts(&without_source_map(&css));
    for icon in addresses(&css, "/assets/images/") {
        let picture = read(&dist.join("assets/images").join(&icon))?;
        let address = shelf.add(&icon, SVG, &picture)?;
        css = css.replace(&format!("/assets/images/{icon}"), &address);
    }
    Ok(css)
}

const SVG: &str = "image/svg+xml";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

/// Where finished files go, and the list of them as Rust.
struct Shelf<'a> {
    out: &'a Path,
    list: String,
}

impl Shelf<'_> {
    /// Adds a file and gives the address a browser finds it at.
    fn add(&mut self, name: &str, kind: &str, text: &str) -> Result<String> {
        let bytes = text.as_bytes();
        let hash = Sha256::digest(bytes);
        let mut short = String::new();
        for byte in hash.iter().take(6) {
            write!(short, "{byte:02x}")?;
        }
        let (stem, ending) = name.rsplit_once('.').ok_or("a file without an ending")?;
        let name = format!("{stem}-{short}.{ending}");
        let plain = self.out.join(&name);
        let gzip = self.out.join(format!("{name}.gz"));
        fs::write(&plain, bytes)?;
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        packed.write_all(bytes)?;
        fs::write(&gzip, packed.finish()?)?;
        writeln!(
            self.list,
            "Asset {{ name: {name:?}, kind: {kind:?}, plain: include_bytes!({plain:?}), gzip: include_bytes!({gzip:?}) }},",
        )?;
        Ok(format!("/assets/{name}"))
    }
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// The version of the lock file, installed. Two builds at once wait for each
/// other on the lock file.
fn fetch(here: &Path) -> Result<String> {
    let lock_path = here.join("package-lock.json");
    let lock: serde_json::Value = serde_json::from_str(&read(&lock_path)?)?;
    let wanted = lock["packages"][PACKAGE]["version"]
        .as_str()
        .ok_or("package-lock.json does not name nhsuk-frontend")?
        .to_owned();
    let held = fs::File::open(&lock_path)?;
    held.lock()?;
    if installed(here).as_deref() != Some(&wanted) {
        install(here)?;
        let found = installed(here);
        if found.as_deref() != Some(&wanted) {
            return Err(format!("npm ci gave nhsuk-frontend {found:?}, not {wanted}").into());
        }
    }
    Ok(wanted)
}

fn installed(here: &Path) -> Option<String> {
    let text = fs::read_to_string(here.join(PACKAGE).join("package.json")).ok()?;
    let package: serde_json::Value = serde_json::from_str(&text).ok()?;
    package["version"].as_str().map(str::to_owned)
}

fn install(here: &Path) -> Result<()> {
    let run = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(here)
        .output();
    let run = match run {
        Ok(run) => run,
        Err(error) => {
            return Err(format!(
                "npm is needed once, to fetch the NHS.UK frontend, and could not be started ({error}). \
                 Install Node.js 20 or newer (Debian: apt install npm), or run `npm ci --ignore-scripts` \
                 in crates/pages on a machine that has it and copy node_modules here"
            )
            .into());
        }
    };
    if run.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&run.stderr).replace('\n', "; ");
    Err(format!("npm ci --ignore-scripts failed in crates/pages: {said}").into())
}

/// The text without its last line about a source map, which we do not serve.
fn without_source_map(text: &str) -> String {
    text.lines()
        .filter(|line| !line.contains("sourceMappingURL="))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The text without `@font-face` rules: they name a host that is not ours,
/// and the font is licensed to the NHS alone.
fn without_fonts(css: &str) -> String {
    let mut kept = String::new();
    let mut rest = css;
    while let Some((before, from)) = rest.split_once("@font-face{") {
        kept.push_str(before);
        rest = from.split_once('}').map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    kept
}

/// The file names that stand after `prefix` in `url(…)`, each once.
fn addresses(css: &str, prefix: &str) -> Vec<String> {
    let mut found: Vec<String> = css
        .split("url(")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .filter_map(|(address, _)| address.trim_matches(['"', '\'']).strip_prefix(prefix))
        .map(str::to_owned)
        .collect();
    found.sort();
    found.dedup();
    found
}

fn refuse_outside(name: &str, css: &str) -> Result<()> {
    for sign in ["http://", "https://", "url(//", "url(\"//", "@import"] {
        if let Some(at) = css.find(sign) {
            let (_, from) = css.split_at(at);
            let near: String = from.chars().take(80).collect();
            return Err(format!("the styles of {name} reach another host: {near}").into());
        }
    }
    Ok(())
}

/// The shapes of the icons (what stands inside `<svg>`), by name.
fn icon_shapes(dist: &Path) -> Result<String> {
    let mut shapes = Vec::new();
    for file in fs::read_dir(dist.join("assets/images"))? {
        let path = file?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or("");
        let Some(icon) = name
            .strip_prefix("nhsuk-icon-")
            .and_then(|name| name.strip_suffix(".svg"))
        else {
            continue;
        };
        let svg = read(&path)?;
        let inside = svg
            .split_once('>')
            .and_then(|(_, rest)| rest.rsplit_once("</svg>"))
            .ok_or_else(|| format!("{name} is no picture"))?;
        shapes.push((icon.to_owned(), inside.0.trim().to_owned()));
    }
    shapes.sort();
    Ok(format!(
        "static ICON_SHAPES: &[(&str, &str)] = &{shapes:?};"
    ))
}
