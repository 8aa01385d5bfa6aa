//! Configuration files of rserpool: any text is read or refused with the name of the file, and the effective settings
//! of a registrar give themselves again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rserpool::{pool_element, pool_user, registrar};
use rspcheck_fuzz::{linear, seeds};
use std::path::Path;

fn written() -> Vec<Vec<u8>> {
    let effective = registrar::Settings::default().effective();
    let effective = effective.expect("the defaults do not contradict each other");
    let registrar = toml::to_string(&effective).expect("settings can be written");
    let element = "pool = \"EchoPool\"\nregistrar = \"127.0.0.1:3863\"\ntransport = \"tcp://127.0.0.1:80\"\n\
                   policy = \"weighted-round-robin:5\"\nlife = \"5min\"\nservice = \"echo\"\naddress = [\"127.0.0.1\"]\n\
                   announce = \"239.0.0.1:3863\"\nprobe = \"1s\"\nbusiness-card = \"none\"\n";
    let user = "registrar = \"tcp://127.0.0.1:3863\"\nt5-serverhunt = \"10s\"\n\
                stale-cache-value = \"0s\"\nlocal = \"::1\"\nsession-rounds = 3\n";
    let file = Path::new("seed.toml");
    let element_settings = pool_element::Settings::parse(element, file);
    element_settings
        .expect("the seed is a configuration")
        .setup()
        .expect("the settings can be used");
    let user_settings = pool_user::Settings::parse(user, file);
    user_settings
        .expect("the seed is a configuration")
        .setup()
        .expect("the settings can be used");
    let lines = registrar.lines().chain(element.lines()).chain(user.lines());
    let lines = lines.map(|line| line.as_bytes().to_vec());
    [&registrar, element, user]
        .map(|text| text.as_bytes().to_vec())
        .into_iter()
        .chain(lines)
        .collect()
}

fuzz_target!(init: seeds::write(written), |octets: &[u8]| {
    let Ok(text) = std::str::from_utf8(octets) else {
        return;
    };
    linear("settings", octets, 262_144, 4096, || {
        of_registrar(text);
        of_element(text);
        of_user(text);
    });
});

fn of_registrar(text: &str) {
    match registrar::Settings::parse(text, Path::new("fuzz.toml")) {
        Ok(settings) => {
            let Ok(effective) = settings.effective() else {
                return;
            };
            let first = toml::to_string(&effective).expect("settings can be written");
            let again = registrar::Settings::parse(&first, Path::new("again.toml"));
            let again = again.unwrap_or_else(|error| panic!("{error} in\n{first}"));
            let again = again
                .effective()
                .unwrap_or_else(|error| panic!("{error} in\n{first}"));
            assert_eq!(toml::to_string(&again).as_ref(), Ok(&first));
        }
        Err(error) => assert!(error.to_string().starts_with("fuzz.toml"), "{error}"),
    }
}

fn of_element(text: &str) {
    match pool_element::Settings::parse(text, Path::new("fuzz.toml")) {
        // A key file would be read.
        Ok(settings) if settings.cookie_key_file.is_none() => {
            let _ = settings.setup();
            let _ = settings.carriage();
            let _ = settings.probing();
            let _ = settings.load_source();
        }
        Ok(_) => {}
        Err(error) => assert!(error.to_string().starts_with("fuzz.toml"), "{error}"),
    }
}

fn of_user(text: &str) {
    match pool_user::Settings::parse(text, Path::new("fuzz.toml")) {
        Ok(settings) => {
            let _ = settings.setup();
            let _ = settings.carrier();
        }
        Err(error) => assert!(error.to_string().starts_with("fuzz.toml"), "{error}"),
    }
}
