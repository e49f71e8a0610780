//! `docker-compose.yml` and the `Dockerfile`, as far as they can be checked
//! without Docker.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use serde_json::{Map, Value};

use crate::support::{command, root};

/// The service that holds the network namespace of the others.
const HOLDER: &str = "huggingface";

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap()
}

fn services() -> Map<String, Value> {
    let file: Value = serde_saphyr::from_str(&read("docker-compose.yml")).unwrap();
    file["services"].as_object().unwrap().clone()
}

/// A list of texts; a single text is cut at its spaces, as Compose does.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => text.split_whitespace().map(ToOwned::to_owned).collect(),
        Value::Array(items) => items.iter().map(|item| item.as_str().unwrap().to_owned()).collect(),
        _ => vec![],
    }
}

/// `${NAME:-default}` as it is when the variable is not set.
fn by_default(text: &str) -> String {
    match text.split_once("${").and_then(|(before, rest)| Some((before, rest.split_once('}')?))) {
        Some((before, (variable, after))) => {
            let default = variable.split_once(":-").map_or("", |(_, default)| default);
            format!("{before}{default}{}", by_default(after))
        }
        None => text.to_owned(),
    }
}

/// Services that another service waits for until they have succeeded.
fn one_shots(services: &Map<String, Value>) -> Vec<String> {
    services
        .values()
        .filter_map(|service| service.get("depends_on")?.as_object())
        .flatten()
        .filter(|(_, how)| how["condition"] == "service_completed_successfully")
        .map(|(name, _)| name.clone())
        .collect()
}

#[test]
fn every_image_has_a_fixed_tag() {
    let dockerfile = read("Dockerfile");
    let arguments: BTreeMap<&str, &str> = dockerfile
        .lines()
        .filter_map(|line| line.strip_prefix("ARG ")?.split_once('='))
        .filter(|(name, _)| name.ends_with("_IMAGE"))
        .collect();
    let froms: Vec<&str> = dockerfile.lines().filter_map(|line| line.strip_prefix("FROM ")).collect();
    assert_eq!(froms, ["${RUST_IMAGE} AS build", "${RUNTIME_IMAGE}"], "base images are build arguments");
    let services = services();
    let built = services["ca"]["build"]["args"].as_object().unwrap();
    let mut images: Vec<String> = arguments.values().map(|image| (*image).to_owned()).collect();
    for (name, image) in arguments {
        assert_eq!(by_default(built[name].as_str().unwrap()), image, "both files name the same {name}");
    }
    images.extend(services.values().map(|service| by_default(service["image"].as_str().unwrap())));
    for image in images {
        let tag = image.rsplit_once(':').map(|(_, tag)| tag);
        let fixed = tag.is_some_and(|tag| tag != "latest" && tag.contains(|c: char| c.is_ascii_digit()));
        assert!(fixed || image.contains(":trixie-slim"), "{image}");
    }
}

#[test]
fn the_rust_image_has_the_toolchain_of_this_repository() {
    let toolchain = read("rust-toolchain.toml");
    let version = toolchain.split('"').nth(1).unwrap();
    assert!(read("Dockerfile").contains(&format!("ARG RUST_IMAGE=rust:{version}-")), "{version}");
}

#[test]
fn ports_are_published_on_loopback_only_and_the_control_api_nowhere() {
    let services = services();
    for (name, service) in &services {
        let ports = texts(service.get("ports").unwrap_or(&Value::Null));
        assert_eq!(ports.is_empty(), name != HOLDER, "{name}: the holder of the namespace publishes");
        for port in ports {
            let [address, outside, inside] = port.split(':').collect::<Vec<_>>()[..] else {
                panic!("{port}")
            };
            // The same number on both sides: addresses mean the same inside and outside.
            assert_eq!((address, outside), ("127.0.0.1", inside), "{name}");
            assert_ne!(inside, "3004", "the control API lets its clients sign in as any user");
        }
    }
    let command = texts(&services[HOLDER]["command"]);
    assert!(command.contains(&"--control=127.0.0.1:3004".to_owned()), "{command:?}");
}

#[test]
fn one_network_namespace_is_shared_by_everybody_who_says_localhost() {
    let services = services();
    for (name, service) in &services {
        let says_localhost = service.to_string().contains("http://localhost:");
        let shares = service.get("network_mode").is_some_and(|mode| *mode == format!("service:{HOLDER}"));
        assert_eq!(says_localhost && name != HOLDER, shares, "{name}");
    }
    assert_eq!(texts(&services[HOLDER]["networks"]["default"]["aliases"]), ["huggingface.co"]);
}

#[test]
fn every_service_has_a_health_check_or_ends() {
    let services = services();
    let one_shots = one_shots(&services);
    for (name, service) in &services {
        let ends = one_shots.contains(name) || texts(&service["profiles"]) == ["walk"];
        assert_eq!(service.get("healthcheck").is_some(), !ends, "{name}");
    }
}

#[test]
fn no_secret_is_in_the_files() {
    let services = services();
    for (name, service) in &services {
        for (variable, value) in service.get("environment").and_then(Value::as_object).into_iter().flatten() {
            let secret =
                ["PASSWORD", "SECRET", "TOKEN", "M2M", "DB_URL"].iter().any(|word| variable.contains(word));
            assert!(!secret || variable.ends_with("_FILE"), "{name}: {variable}={value}");
        }
    }
    for file in ["docker-compose.yml", "Dockerfile"] {
        let text = read(file);
        // The part between `user:` and `@host` of a URL is read from a file.
        for url in text.split("postgres://").skip(1) {
            assert!(url.starts_with("postgres:$$(cat /password/postgres)@"), "{file}: {url}");
        }
        assert!(!text.contains("--logto-m2m=") && !text.contains("--app-secret"), "{file}");
    }
}

#[test]
fn our_image_runs_as_nobody_in_particular() {
    let dockerfile = read("Dockerfile");
    assert!(dockerfile.contains("ARG UID=10001\n") && dockerfile.contains("\nUSER ${UID}:${UID}\n"));
    assert!(!dockerfile.contains("--mount"), "the Dockerfile works without BuildKit");
    // A service that writes a file for that user uses the same number.
    assert!(read("docker-compose.yml").contains("chown -R 10001:10001 /management"));
    let (sources, ignored) = (dockerfile.lines(), read(".dockerignore"));
    let sources =
        sources.filter_map(|line| line.strip_prefix("COPY ")).filter(|line| !line.starts_with("--from"));
    for source in sources.flat_map(|line| line.split_whitespace().rev().skip(1).collect::<Vec<_>>()) {
        assert!(root().join(source).exists(), "{source}");
        assert!(ignored.lines().any(|line| line == format!("!{source}")), "{source} is not ignored");
    }
}

/// A command line that the command accepts, judged by its own parser: it answers
/// `--help` only if everything before it is valid.
#[track_caller]
fn understood(mut arguments: Vec<String>) {
    arguments.push("--help".to_owned());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let output = command(&arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn our_command_understands_what_the_services_say() {
    let mut said = 0;
    for (name, service) in &services() {
        let entrypoint = texts(service.get("entrypoint").unwrap_or(&Value::Null));
        let check = texts(service.get("healthcheck").map_or(&Value::Null, |check| &check["test"]));
        if let Some(at) = check.iter().position(|word| word == "logto-testkit") {
            understood(check[at + 1..].to_vec());
            said += 1;
        }
        match entrypoint.split_first() {
            Some((ours, rest)) if ours == "logto-testkit" => understood(rest.to_vec()),
            None if service["image"].as_str().unwrap().starts_with("logto-testkit:") => {
                understood(texts(&service["command"]));
            }
            _ => continue,
        }
        said += 1;
        assert!(service["read_only"] == true && service["cap_drop"] == serde_json::json!(["ALL"]), "{name}");
    }
    assert_eq!(said, 7, "ca, huggingface, provision, bookstore, walk and two health checks");
}

#[test]
fn the_page_on_compose_names_services_and_ports_that_exist() {
    let (page, services) = (read("docs/real-logto.md"), services());
    let mut named = 0;
    for line in
        page.lines().filter_map(|line| line.trim().split_once("docker compose ")).map(|(_, said)| said)
    {
        let said = line.split(['#', '`']).next().unwrap_or_default();
        let words: Vec<&str> = said.split_whitespace().filter(|word| !word.starts_with('-')).collect();
        let of_whom = match words[..] {
            ["run", service, ..] => vec![service],
            ["logs" | "up", ref services @ ..] => services.to_vec(),
            ["down" | "build" | "config", ..] => vec![],
            _ => panic!("`docker compose {said}` is not checked here"),
        };
        for service in of_whom {
            assert!(services.contains_key(service), "docker compose {said}");
            named += 1;
        }
    }
    assert!(named >= 2, "the page shows the walk and the logs");
    for port in texts(&services[HOLDER]["ports"]) {
        let port = port.rsplit(':').next().unwrap_or_default();
        assert!(page.contains(&format!("localhost:{port}")), "docs/real-logto.md says what port {port} is");
    }
}

/// Both `docker compose` and `docker-compose` read the file.
#[test]
fn compose_itself_accepts_the_file() {
    for program in [&["docker-compose"][..], &["docker", "compose"]] {
        let compose = |arguments: &[&str]| {
            let mut command = Command::new(program[0]);
            command.args(&program[1..]).args(arguments).current_dir(root()).stdin(Stdio::null()).output()
        };
        let shown = program.join(" ");
        match compose(&["version"]) {
            Ok(version) if version.status.success() => {}
            _ => {
                println!("skipped: `{shown}` is not installed");
                continue;
            }
        }
        let checked = compose(&["--profile", "walk", "config", "-q"]).unwrap();
        assert!(checked.status.success(), "{shown}: {}", String::from_utf8_lossy(&checked.stderr));
    }
}
