//! A school of any size as CSV files, in the order in which they are imported. The same size gives the same school.

use std::fmt::Write as _;

/// How big it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub students: usize,
    pub teachers: usize,
    pub divisions: usize,
    pub locations: usize,
    pub slots: usize,
}

impl Size {
    /// One of the biggest there are.
    pub const BIG: Self = Self { students: 20_000, teachers: 800, divisions: 400, locations: 300, slots: 5_000 };
    pub const SMALL: Self = Self { students: 400, teachers: 16, divisions: 8, locations: 6, slots: 100 };
}

/// One file.
#[derive(Clone, Debug)]
pub struct File {
    /// What the rows are, as the path of an import has it.
    pub kind: &'static str,
    pub csv: String,
    pub rows: usize,
}

const DAYS: usize = 6;
const HOURS: usize = 8;
const SUBJECTS: [&str; 8] = ["Algebra", "Botany", "Chemistry", "Drawing", "English", "Geography", "History", "Physics"];

/// The files of a school: no teacher, location or division has two slots at once.
///
/// # Panics
/// When there are more slots than that leaves room for.
pub fn files(size: Size) -> Vec<File> {
    let Size { students, teachers, divisions, locations, slots } = size;
    let most = teachers.min(divisions).min(locations) * DAYS * HOURS;
    assert!(slots <= most, "{slots} slots do not fit, {most} would");
    let people = (0..teachers)
        .map(|number| format!("{},Teacher {number:04},TEACHER,true", teacher(number)))
        .chain((0..students).map(|number| format!("{},Student {number:05},STUDENT,true", student(number))));
    vec![
        file("users", "email,username,role,is_active", people),
        file("divisions", "name,description", (0..divisions).map(|n| format!("{},Year {}", division(n), 1 + n % 12))),
        file(
            "locations",
            "name,latitude,longitude,radius_meters,building,classroom_number",
            (0..locations).map(|number| {
                let (north, east) = (number / 20, number % 20);
                let (latitude, longitude) = (12.97 + north as f64 / 1e4, -77.59 + east as f64 / 1e4);
                format!("{},{latitude:.4},{longitude:.4},50,Building {north},{number:03}", location(number))
            }),
        ),
        file(
            "access-points",
            "bssid,location,type,ssid,min_rssi_dbm",
            (0..locations).map(|number| {
                format!("06:00:00:00:{:02x}:{:02x},{},WIFI,Campus,-75", number / 256, number % 256, location(number))
            }),
        ),
        file(
            "enrolments",
            "division,student_email,from_date,to_date",
            (0..students).map(|number| format!("{},{},2026-04-01,", division(number % divisions), student(number))),
        ),
        file(
            "timetables",
            "division,day_of_week,start_time,end_time,teacher_email,location,subject,valid_from,valid_to",
            (0..slots).map(|slot| {
                // At one hour of the week each part is taken once: its slots differ by less than there are of any part.
                let (hour, place) = (slot % (DAYS * HOURS), slot / (DAYS * HOURS));
                let begins = 8 + hour % HOURS;
                format!(
                    "{},{},{begins:02}:00,{begins:02}:50,{},{},{},2026-04-01,",
                    division((place + hour * 11) % divisions),
                    1 + hour / HOURS,
                    teacher((place + hour * 7) % teachers),
                    location((place + hour) % locations),
                    SUBJECTS[slot % SUBJECTS.len()],
                )
            }),
        ),
    ]
}

fn file(kind: &'static str, header: &str, rows: impl Iterator<Item = String>) -> File {
    let (mut csv, mut count) = (format!("{header}\r\n"), 0);
    for row in rows {
        write!(csv, "{row}\r\n").expect("writing to a string does not fail");
        count += 1;
    }
    File { kind, csv, rows: count }
}

fn student(number: usize) -> String {
    format!("student{number:05}@school.example")
}

fn teacher(number: usize) -> String {
    format!("teacher{number:04}@school.example")
}

fn division(number: usize) -> String {
    format!("Division {number:03}")
}

fn location(number: usize) -> String {
    format!("Place {number:03}")
}
