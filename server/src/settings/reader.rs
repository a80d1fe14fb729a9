//! Reads one setting at a time and remembers every fault, so that an operator mends all of them in one go.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    str::FromStr,
};

use config::{Config, File, FileFormat, Value, ValueKind};
use secrecy::SecretString;

pub struct Reader {
    flags: BTreeMap<String, String>,
    file: BTreeMap<String, String>,
    file_name: String,
    asked: BTreeSet<String>,
    faults: Vec<String>,
    shown: Vec<(String, String)>,
}

impl Reader {
    pub fn new(file: Option<PathBuf>, flags: &[String]) -> Result<Self, Vec<String>> {
        let is_required = file.is_some();
        let path = file.unwrap_or_else(|| PathBuf::from("config.yaml"));
        let mut reader = Self {
            flags: BTreeMap::new(),
            file: BTreeMap::new(),
            file_name: path.display().to_string(),
            asked: BTreeSet::new(),
            faults: Vec::new(),
            shown: Vec::new(),
        };
        reader.file = read_file(&path, is_required).map_err(|fault| vec![fault])?;
        for flag in flags {
            match flag.split_once('=') {
                Some((name, value)) => _ = reader.flags.insert(name.to_lowercase(), value.to_owned()),
                None => reader.fault(format!("--set takes NAME=VALUE; got {flag:?}")),
            }
        }
        Ok(reader)
    }

    /// Names that the file may hold although they were not asked for, because something else was set.
    pub fn know(&mut self, names: &[&str]) {
        self.asked.extend(names.iter().map(|name| name.to_lowercase()));
    }

    pub fn fault(&mut self, fault: String) {
        self.faults.push(fault);
    }

    /// Goes to standard error, because logging is set up from these very settings.
    pub fn warn(&mut self, warning: &str) {
        eprintln!("warning: {warning}");
    }

    pub fn optional(&mut self, name: &str) -> Option<String> {
        let value = self.find(name)?;
        self.show(name, &value);
        Some(value)
    }

    fn find(&mut self, name: &str) -> Option<String> {
        let key = name.to_lowercase();
        self.asked.insert(key.clone());
        let environment = || std::env::var(name).ok().filter(|value| !value.is_empty());
        self.flags.get(&key).cloned().or_else(environment).or_else(|| self.file.get(&key).cloned())
    }

    pub fn secret(&mut self, name: &str) -> Option<SecretString> {
        let value = self.find(name)?;
        self.show(name, "***");
        Some(SecretString::from(value))
    }

    pub fn text(&mut self, name: &str, default: &str) -> String {
        let value = self.find(name).unwrap_or_else(|| default.to_owned());
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
    pub fn finish(mut self) -> Result<Vec<(String, String)>, Vec<String>> {
        let unknown: Vec<_> = self
            .file
            .keys()
            .map(|key| (self.file_name.clone(), key.clone()))
            .chain(self.flags.keys().map(|key| ("--set".to_owned(), key.clone())))
            .filter(|(_, key)| !self.asked.contains(key))
            .collect();
        for (place, key) in unknown {
            self.fault(format!("{place} holds {key}, which is no setting"));
        }
        if self.faults.is_empty() { Ok(self.shown) } else { Err(self.faults) }
    }

    fn show(&mut self, name: &str, value: &str) {
        if !self.shown.iter().any(|(shown, _)| shown == name) {
            self.shown.push((name.to_owned(), value.to_owned()));
        }
    }
}

/// The file's settings: keys in lower case, tables as `table.key`, lists with commas between their items.
fn read_file(path: &Path, is_required: bool) -> Result<BTreeMap<String, String>, String> {
    if !is_required && !path.exists() {
        return Ok(BTreeMap::new());
    }
    let unreadable = |error: config::ConfigError| format!("{} cannot be read: {error}", path.display());
    let file = File::from(path).format(FileFormat::Yaml);
    let config = Config::builder().add_source(file).build().map_err(unreadable)?;
    let table = config.try_deserialize::<BTreeMap<String, Value>>().map_err(unreadable)?;
    let mut settings = BTreeMap::new();
    for (key, value) in table {
        flatten(key.to_lowercase(), value, &mut settings);
    }
    Ok(settings)
}

fn flatten(key: String, value: Value, settings: &mut BTreeMap<String, String>) {
    match value.kind {
        ValueKind::Nil => {}
        ValueKind::Table(table) => {
            for (inner, value) in table {
                flatten(format!("{key}.{}", inner.to_lowercase()), value, settings);
            }
        }
        ValueKind::Array(items) => {
            let items: Vec<_> = items.into_iter().map(|item| item.to_string()).collect();
            settings.insert(key, items.join(","));
        }
        _ => {
            let text = value.to_string();
            if !text.is_empty() {
                settings.insert(key, text);
            }
        }
    }
}
