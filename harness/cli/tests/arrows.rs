//! The arrows of ARCHITECTURE: the crates on which each crate depends. A new arrow is a decision;
//! `RSPCHECK_BLESS=1` writes it down.

use cargo_metadata::{DependencyKind, MetadataCommand, Package};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Comment lines in ARCHITECTURE.md between which the list of arrows is kept.
const BEGIN: &str = "<!-- arrows: begin -->\n";
const END: &str = "<!-- arrows: end -->\n";
/// Columns of that list.
const COLUMNS: usize = 110;

/// Crates without a clock, socket, thread or randomness, with every foreign crate they may use.
/// `fastrand` is a generator that is given its seed; its global one is among [`IMPURE`].
const PURE: &[(&str, &[&str])] = &[
    ("rsp-wire", &["thiserror"]),
    ("rsp-handlespace", &["fastrand"]),
    ("rsp-proto", &["fastrand"]),
];

/// Words whose use would give such a crate one of these.
const IMPURE: &[&str] = &[
    "Instant::now",
    "SystemTime",
    "net::Udp",
    "net::Tcp",
    "std::thread",
    "std::fs",
    "std::env",
    "Rng::new()",
    "fastrand::u",
];

fn workspace() -> BTreeMap<String, Package> {
    let metadata = MetadataCommand::new()
        .no_deps()
        .exec()
        .expect("cargo metadata runs in the workspace");
    metadata
        .packages
        .into_iter()
        .map(|p| (p.name.to_string(), p))
        .collect()
}

fn dependencies(package: &Package) -> impl Iterator<Item = &str> {
    let normal = package
        .dependencies
        .iter()
        .filter(|d| d.kind == DependencyKind::Normal);
    normal.map(|d| d.name.as_str())
}

/// Returns the crates of the workspace on which a crate depends, apart from its tests and its build.
fn arrows<'p>(package: &'p Package, packages: &BTreeMap<String, Package>) -> BTreeSet<&'p str> {
    dependencies(package)
        .filter(|name| packages.contains_key(*name))
        .collect()
}

/// Returns the length of the longest way along the arrows from a crate.
fn floor(name: &str, packages: &BTreeMap<String, Package>) -> usize {
    let below = arrows(&packages[name], packages);
    let floors = below.into_iter().map(|name| 1 + floor(name, packages));
    floors.max().unwrap_or(0)
}

/// Renders all arrows: each side on its own, the crates without arrows first, every arrow down.
fn list(packages: &BTreeMap<String, Package>) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = root.canonicalize().expect("the workspace has a folder");
    let side = |package: &Package| {
        let folder = package.manifest_path.as_std_path().strip_prefix(&root);
        let folder = folder.expect("every crate of the workspace is in its folder");
        let first = folder.iter().next().and_then(|side| side.to_str());
        ["reference-impl", "harness"]
            .iter()
            .position(|known| Some(*known) == first)
    };
    let mut names: Vec<&String> = packages.keys().collect();
    names.sort_by_key(|name| {
        let side = side(&packages[*name]).unwrap_or(usize::MAX);
        (side, floor(name, packages), *name)
    });
    let mut text = String::from("```\n");
    for name in names {
        let mut line = format!("{name:<17}");
        for (nth, below) in arrows(&packages[name], packages).into_iter().enumerate() {
            let before = if nth == 0 { " ─► " } else { ", " };
            if line.chars().count() + before.len() + below.len() > COLUMNS {
                text += &format!("{line},\n");
                line = format!("{:<21}{below}", "");
            } else {
                line += &format!("{before}{below}");
            }
        }
        text += &format!("{}\n", line.trim_end());
    }
    text + "```\n"
}

#[test]
fn architecture_has_exactly_the_arrows_of_the_crates() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ARCHITECTURE.md");
    let text = std::fs::read_to_string(&file).expect("ARCHITECTURE.md is in the root");
    let (before, rest) = text.split_once(BEGIN).expect("the list has a begin");
    let (kept, after) = rest.split_once(END).expect("the list has an end");
    let list = list(&workspace());
    if std::env::var_os("RSPCHECK_BLESS").is_some() {
        let text = [before, BEGIN, &list, END, after].concat();
        std::fs::write(&file, text).expect("ARCHITECTURE.md can be written");
        return;
    }
    assert!(
        kept == list,
        "the arrows of ARCHITECTURE.md are not those of the crates; if the change is meant, run this test with \
         RSPCHECK_BLESS=1. The crates have:\n{list}"
    );
}

#[test]
fn each_dependency_is_named_in_the_sources() {
    let mut unused = Vec::new();
    for (name, package) in &workspace() {
        let folder = package
            .manifest_path
            .parent()
            .expect("a manifest is in a folder");
        let files = sources(folder.as_std_path());
        for dependency in &package.dependencies {
            let word = dependency.rename.as_ref().unwrap_or(&dependency.name);
            let word = word.replace('-', "_");
            // A crate that only tests name belongs to the dev-dependencies.
            let counts = |file: &&PathBuf| {
                let inside = file.strip_prefix(folder).expect("it was found there");
                dependency.kind != DependencyKind::Normal || !inside.starts_with("tests")
            };
            if !files.iter().filter(counts).any(|file| names(file, &word)) {
                unused.push(format!("{name} -> {}", dependency.name));
            }
        }
    }
    assert!(unused.is_empty(), "unused: {}", unused.join(", "));
}

#[test]
fn each_dependency_of_the_workspace_is_used_by_a_crate() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
    let manifest = std::fs::read_to_string(root).expect("the workspace has a manifest");
    let manifest: toml::Table = manifest.parse().expect("cargo reads it too");
    let all = manifest["workspace"]["dependencies"].as_table();
    let packages = workspace();
    let used: BTreeSet<&str> = packages
        .values()
        .flat_map(|package| &package.dependencies)
        .map(|d| d.name.as_str())
        .collect();
    let names = all.expect("it is a table").keys().map(String::as_str);
    let unused: Vec<&str> = names.filter(|name| !used.contains(name)).collect();
    assert!(unused.is_empty(), "unused: {}", unused.join(", "));
}

/// Returns true if a word is in a source file, outside its comments.
fn names(file: &Path, word: &str) -> bool {
    let text = std::fs::read_to_string(file).expect("a source file is text");
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'))
        .any(|found| found == word)
}

#[test]
fn what_judges_never_reaches_the_reference_implementation() {
    let packages = workspace();
    let judges = [
        "spec", "dissect", "capture", "vectors", "testkit", "cases", "report",
    ];
    for judge in judges.map(|name| format!("rspcheck-{name}")) {
        // Tests and build scripts count too.
        let all = packages[&judge]
            .dependencies
            .iter()
            .map(|d| d.name.as_str());
        let named: Vec<_> = all
            .filter(|d| d.starts_with("rsp-") || d.starts_with("rserpool"))
            .collect();
        assert!(
            named.is_empty(),
            "{judge} judges, yet it depends on {named:?}"
        );
    }
}

#[test]
fn the_reference_implementation_never_names_the_harness() {
    let packages = workspace();
    for name in [
        "rsp-wire",
        "rsp-handlespace",
        "rsp-proto",
        "rsp-transport",
        "rserpool",
        "rserpool-sim",
        "rserpool-cli",
    ] {
        let all = packages[name].dependencies.iter().map(|d| d.name.as_str());
        let named: Vec<_> = all.filter(|d| d.starts_with("rspcheck")).collect();
        assert!(named.is_empty(), "{name} depends on {named:?}");
    }
}

/// A program that uses `rserpool::PoolElement` compiles neither a command line nor the simulation.
#[test]
fn the_library_needs_no_command_line_and_no_simulation() {
    let output = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["tree", "--offline", "--locked", "--package", "rserpool"])
        .args(["--edges", "normal", "--prefix", "none", "--format", "{lib}"])
        .output()
        .expect("cargo tree runs in the workspace");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo tree: {error}");
    let tree = String::from_utf8(output.stdout).expect("names of crates are text");
    let crates: BTreeSet<&str> = tree.split_whitespace().collect();
    assert!(crates.contains("rsp_proto"), "not a tree: {tree}");
    for unwanted in ["clap", "tracing_subscriber", "rserpool_sim", "rserpool_cli"] {
        assert!(!crates.contains(unwanted), "rserpool depends on {unwanted}");
    }
}

#[test]
fn engines_have_no_clock_socket_thread_or_randomness() {
    let packages = workspace();
    for (name, allowed) in PURE {
        let package = &packages[*name];
        for dependency in dependencies(package).filter(|d| !packages.contains_key(*d)) {
            assert!(
                allowed.contains(&dependency),
                "{name} must not use {dependency}: time and seed are arguments"
            );
        }
        let root = package
            .manifest_path
            .parent()
            .expect("a manifest is in a folder")
            .join("src");
        for file in sources(root.as_std_path()) {
            let text = std::fs::read_to_string(&file).expect("a source file is text");
            for word in IMPURE {
                assert!(!text.contains(word), "{}: `{word}`", file.display());
            }
        }
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)
        .expect("a source folder can be read")
        .flatten()
    {
        let path = entry.path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files
}
