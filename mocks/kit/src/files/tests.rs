use super::*;

fn folder_of_test() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_file_is_replaced_as_a_whole_and_created_only_where_there_is_none() {
    let folder = folder_of_test();
    let file = folder.path().join("a");
    create(&file, "one", Access::Ordinary).unwrap();
    assert_eq!(create(&file, "two", Access::Ordinary).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    assert_eq!(read_text(&file, 10).unwrap(), "one");
    replace(&file, "three", Access::Ordinary).unwrap();
    assert_eq!(read_text(&file, 10).unwrap(), "three");
    assert_eq!(names(folder.path()), ["a"], "nothing is left beside it");
}

#[test]
fn what_cannot_be_written_leaves_the_file_and_nothing_else() {
    let folder = folder_of_test();
    let file = folder.path().join("a");
    std::fs::write(&file, "before").unwrap();
    let mut protected = std::fs::metadata(&file).unwrap().permissions();
    protected.set_readonly(true);
    std::fs::set_permissions(&file, protected).unwrap();
    let error = replace(&file, "after", Access::Ordinary).unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (io::ErrorKind::PermissionDenied, "it is write-protected")
    );
    assert_eq!((read_text(&file, 10).unwrap().as_str(), names(folder.path()).len()), ("before", 1));

    let error = replace(&folder.path().join("none/a"), "x", Access::Secret).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
    assert!(!error.to_string().contains(PART), "{error}");
    let error = replace(folder.path(), "x", Access::Secret).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::IsADirectory, "{error}");
    assert_eq!(names(folder.path()), ["a"]);
    assert!(replace(Path::new("/"), "x", Access::Ordinary).is_err());
}

#[test]
fn the_limit_holds_to_the_byte_and_folders_are_refused() {
    let folder = folder_of_test();
    let file = folder.path().join("a");
    std::fs::write(&file, "x".repeat(1024)).unwrap();
    assert_eq!(read_text(&file, 1024).unwrap().len(), 1024);
    std::fs::write(&file, "x".repeat(1025)).unwrap();
    let told = read_text(&file, 1024).unwrap_err().to_string();
    assert_eq!(told, "it is larger than 1 KiB, the limit for such a file");
    let told = read_text(folder.path(), 1024).unwrap_err().to_string();
    assert_eq!(told, "it is a folder, not a file or a pipe");
}

#[test]
fn a_pipe_that_is_silent_is_given_up() {
    use std::io::{Read, pipe};
    let waits =
        Waits { open: std::time::Duration::from_secs(30), silence: std::time::Duration::from_millis(50) };
    let (reader, mut writer) = pipe().unwrap();
    writer.write_all(b"a part").unwrap();
    let told = pipe::from(move || Ok(reader), 100, waits).unwrap_err();
    assert_eq!(told.kind(), io::ErrorKind::TimedOut);
    assert_eq!(told.to_string(), "it is a pipe, and the program at its other end has sent nothing for 50ms");
    drop(writer);

    struct Never;
    impl Read for Never {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Ok(0)
        }
    }
    let (held, hold) = std::sync::mpsc::channel::<()>();
    let waits = Waits { open: std::time::Duration::from_millis(50), ..Waits::default() };
    let open = move || {
        let _ = hold.recv();
        Ok(Never)
    };
    let told = pipe::from(open, 100, waits).unwrap_err().to_string();
    assert_eq!(told, "it is a pipe, and no program has opened its other end within 50ms");
    drop(held);
}

#[test]
fn a_pipe_that_delivers_is_read_to_its_end_and_its_limit() {
    use std::io::pipe;
    let (reader, mut writer) = pipe().unwrap();
    let sent = std::thread::spawn(move || {
        writer.write_all(b"one ").unwrap();
        writer.write_all(&b"two".repeat(50_000)).unwrap();
    });
    let whole = pipe::from(move || Ok(reader), 1024 * 1024, Waits::default()).unwrap();
    assert_eq!(whole.len(), 150_004);
    sent.join().unwrap();

    let (reader, mut writer) = pipe().unwrap();
    let endless = std::thread::spawn(move || while writer.write_all(&[b'x'; 4096]).is_ok() {});
    let told = pipe::from(move || Ok(reader), 100_000, Waits::default()).unwrap_err();
    assert_eq!(told.kind(), io::ErrorKind::FileTooLarge);
    endless.join().unwrap();
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode(file: &Path) -> u32 {
        std::fs::symlink_metadata(file).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_secret_is_for_the_owner_alone_whatever_was_there() {
        let folder = folder_of_test();
        let file = folder.path().join("a");
        std::fs::write(&file, "before").unwrap();
        std::fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
        replace(&file, "secret", Access::Secret).unwrap();
        assert_eq!(mode(&file), 0o600);
        create(&folder.path().join("b"), "secret", Access::Secret).unwrap();
        assert_eq!(mode(&folder.path().join("b")), 0o600);
    }

    #[test]
    fn any_other_file_keeps_its_permissions() {
        let folder = folder_of_test();
        let file = folder.path().join("a");
        std::fs::write(&file, "before").unwrap();
        for before in [0o640, 0o755] {
            std::fs::set_permissions(&file, Permissions::from_mode(before)).unwrap();
            replace(&file, "after", Access::Ordinary).unwrap();
            assert_eq!(mode(&file), before);
        }
        // A new file gets the usual permissions.
        let made = folder.path().join("made");
        std::fs::write(folder.path().join("usual"), "").unwrap();
        replace(&made, "x", Access::Ordinary).unwrap();
        assert_eq!(mode(&made), mode(&folder.path().join("usual")));
    }

    #[test]
    fn a_link_is_followed_but_for_a_secret() {
        let folder = folder_of_test();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::create_dir(folder.path().join("below")).unwrap();
        let far = folder.path().join("below/far");
        symlink("below/far", &link).unwrap();
        symlink("link", &file).unwrap();
        // A dangling link: the file is created at its target.
        replace(&file, "one", Access::Ordinary).unwrap();
        assert_eq!(std::fs::read_to_string(&far).unwrap(), "one");
        replace(&file, "two", Access::Ordinary).unwrap();
        assert_eq!(std::fs::read_to_string(&far).unwrap(), "two");
        assert!(file.is_symlink() && link.is_symlink());

        replace(&file, "secret", Access::Secret).unwrap();
        assert!(!file.is_symlink());
        assert_eq!(std::fs::read_to_string(&far).unwrap(), "two");
        symlink("nowhere", folder.path().join("dangling")).unwrap();
        let refused = create(&folder.path().join("dangling"), "x", Access::Secret).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        // A cycle of links is an error, and does not block.
        symlink("circle", folder.path().join("circle")).unwrap();
        replace(&folder.path().join("circle"), "x", Access::Ordinary).unwrap_err();
    }

    #[test]
    fn devices_and_sockets_are_refused_and_written_to_as_they_stand() {
        let told = read_text(Path::new("/dev/zero"), 10).unwrap_err().to_string();
        assert_eq!(told, "it is a device, not a file or a pipe");
        let folder = folder_of_test();
        let socket = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let told = read_text(&socket, 10).unwrap_err().to_string();
        assert_eq!(told, "it is a socket, not a file or a pipe");
        replace(Path::new("/dev/null"), "x", Access::Secret).unwrap();
        assert!(!Path::new("/dev/null").is_file());
        let full = replace(Path::new("/dev/full"), "x", Access::Ordinary);
        if Path::new("/dev/full").exists() {
            assert_eq!(full.unwrap_err().kind(), io::ErrorKind::StorageFull);
        }
    }
}
