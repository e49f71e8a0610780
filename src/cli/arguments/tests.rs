use super::*;
use crate::stack::Logto;

fn backend(arguments: &[&str]) -> Backend {
    let line = ["logto-testkit", "run"].iter().chain(arguments);
    match Arguments::try_parse_from(line).unwrap().command {
        Some(Command::Run(run)) => run.backend,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_definition_is_consistent() {
    <Arguments as clap::CommandFactory>::command().debug_assert();
}

#[test]
fn an_external_logto_is_asked_on_the_next_port_for_tokens() {
    let Logto::External(external) =
        backend(&["--logto", "http://localhost:3001", "--logto-m2m", "m-default:a:b"]).logto().unwrap()
    else {
        panic!("not external")
    };
    assert_eq!(external.admin_endpoint.as_str(), "http://localhost:3002/");
    assert_eq!(
        (external.credentials.id.as_str(), external.credentials.secret.as_str()),
        ("m-default", "a:b")
    );
}

#[test]
fn refuses_what_makes_no_sense() {
    for (arguments, complaint) in [
        (
            ["--logto", "localhost:3001", "--logto-m2m", "a:b"],
            "takes `embedded`, `container`, `container:TAG` or an http(s) URL",
        ),
        (["--logto", "http://localhost:3001", "--logto-m2m", "a"], "without a colon"),
        (["--logto", "http://localhost", "--logto-m2m", "a:b"], "pass --logto-admin"),
    ] {
        let error = backend(&arguments).logto().unwrap_err().to_string();
        assert!(error.contains(complaint), "{arguments:?}: {error}");
    }
}

#[test]
fn a_container_has_a_tag_and_an_image() {
    let container = |arguments: &[&str]| match backend(arguments).logto() {
        Ok(Logto::Container(container)) => Ok(container.descriptor()),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error.to_string()),
    };
    assert_eq!(container(&["--logto", "container"]).unwrap(), "svhd/logto:1.42");
    assert_eq!(container(&["--logto", "container:1.41.0"]).unwrap(), "svhd/logto:1.41.0");
    let ghcr = ["--logto", "container:latest", "--logto-image", "ghcr.io/logto-io/logto"];
    assert_eq!(container(&ghcr).unwrap(), "ghcr.io/logto-io/logto:latest");
    for odd in ["container:", "container:1/2", "container:-1", "container: 1"] {
        assert!(container(&["--logto", odd]).unwrap_err().contains("--logto takes"), "{odd}");
    }
    let refused = container(&["--logto", "container", "--huggingface-listen", "127.0.0.1:443"]);
    assert!(refused.unwrap_err().contains("--huggingface-listen cannot be used with --logto container"));
    for option in ["--logto-m2m=a:b", "--logto-m2m-file=x", "--state-file=x", "--allow-shared-tenant"] {
        let name = option.split('=').next().unwrap();
        let refused = container(&["--logto", "container", option]).unwrap_err();
        assert!(refused.contains(&format!("{name} cannot be used with --logto container")), "{refused}");
        let refused = container(&[option]).unwrap_err();
        assert!(refused.contains(&format!("{name} requires a running Logto")), "{refused}");
    }
    let refused = container(&["--keep"]).unwrap_err();
    assert_eq!(refused, "--keep requires --logto container; this run has --logto embedded");
}

#[test]
fn the_mock_is_exposed_only_when_that_is_spelled_out() {
    let listen = |arguments: &[&str]| backend(arguments).huggingface_listen();
    assert_eq!(listen(&[]).unwrap().to_string(), "127.0.0.1:0");
    assert_eq!(listen(&["--logto", "http://localhost:3001"]).unwrap().port(), 443);
    assert!(listen(&["--huggingface-listen", "0.0.0.0:443"]).is_err());
    assert!(listen(&["--huggingface-listen", "192.168.1.2:443"]).is_err());
    assert!(listen(&["--huggingface-listen", "172.17.0.1:443"]).is_ok());
    assert!(listen(&["--huggingface-listen", "0.0.0.0:443", "--expose"]).is_ok());
}
