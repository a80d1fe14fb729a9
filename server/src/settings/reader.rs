//! Reads one setting at a time and remembers every fault, so that an operator mends all of them in one go.

use std::{fmt::Display, ops::RangeInclusive, path::PathBuf, str::FromStr};

use config::{Config, Environment, File, FileFormat};
use secrecy::SecretString;

pub struct Reader {
    config: Config,
    faults: Vec<String>,
    shown: Vec<(String, String)>,
}

impl Reader {
    pub fn new(file: Option<PathBuf>, flags: &[String]) -> Result<Self, Vec<String>> {
        let mut builder = Config::builder();
        let (path, required) = match file {
            Some(path) => (path, true),
            None => (PathBuf::from("config.yaml"), false),
        };
        builder = builder.add_source(File::from(path).format(FileFormat::Yaml).required(required));
        builder = builder.add_source(Environment::default().ignore_empty(true));
        for flag in flags {
            let Some((name, value)) = flag.split_once('=') else {
                return Err(vec![format!("--set takes NAME=VALUE; got {flag:?}")]);
            };
            builder = builder
                .set_override(name.to_lowercase(), value)
                .map_err(|error| vec![format!("--set {flag:?}: {error}")])?;
        }
        let config = builder.build().map_err(|error| vec![format!("config.yaml cannot be read: {error}")])?;
        Ok(Self { config, faults: Vec::new(), shown: Vec::new() })
    }

    pub fn fault(&mut self, fault: String) {
        self.faults.push(fault);
    }

    /// Goes to standard error, because logging is set up from these very settings.
    pub fn warn(&mut self, warning: &str) {
        eprintln!("warning: {warning}");
    }

    pub fn optional(&mut self, name: &str) -> Option<String> {
        self.config.get_string(&name.to_lowercase()).ok().filter(|value| !value.is_empty())
    }

    pub fn secret(&mut self, name: &str) -> Option<SecretString> {
        let value = self.optional(name)?;
        self.show(name, "***");
        Some(SecretString::from(value))
    }

    pub fn text(&mut self, name: &str, default: &str) -> String {
        let value = self.optional(name).unwrap_or_else(|| default.to_owned());
        self.show(name, &value);
        value
    }

    pub fn parsed<T: FromStr>(&mut self, name: &str, default: &str, expected: &str) -> T {
        let value = self.text(name, default);
        value.parse().unwrap_or_else(|_| {
            self.fault(format!("{name} is {value:?}; it must be {expected}"));
            default.parse().ok().expect("a default is well-formed")
        })
    }

    pub fn number<T>(&mut self, name: &str, default: T, range: RangeInclusive<T>) -> T
    where
        T: FromStr + PartialOrd + Display + Copy,
    {
        let value = self.text(name, &default.to_string());
        match value.parse() {
            Ok(number) if range.contains(&number) => number,
            _ => {
                self.fault(format!(
                    "{name} is {value:?}; it must be a whole number from {} to {}",
                    range.start(),
                    range.end()
                ));
                default
            }
        }
    }

    pub fn flag(&mut self, name: &str, default: bool) -> bool {
        match self.text(name, if default { "true" } else { "false" }).to_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => true,
            "false" | "0" | "no" | "off" => false,
            other => {
                self.fault(format!("{name} is {other:?}; it must be true or false"));
                default
            }
        }
    }

    /// Items between commas.
    pub fn list<T: FromStr>(&mut self, name: &str, default: &str, expected: &str) -> Vec<T> {
        let value = self.text(name, default);
        let mut items = Vec::new();
        for item in value.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            match item.parse() {
                Ok(item) => items.push(item),
                Err(_) => self.fault(format!("{name} holds {item:?}; it must hold {expected}, with commas between")),
            }
        }
        items
    }

    /// The settings as they were read, or every fault.
    pub fn finish(self) -> Result<Vec<(String, String)>, Vec<String>> {
        if self.faults.is_empty() { Ok(self.shown) } else { Err(self.faults) }
    }

    fn show(&mut self, name: &str, value: &str) {
        if !self.shown.iter().any(|(shown, _)| shown == name) {
            self.shown.push((name.to_owned(), value.to_owned()));
        }
    }
}
