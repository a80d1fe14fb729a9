//! What processes cost, from `/proc`.

use std::fs;

/// What a tick is on every Linux that Rust runs on.
const TICKS_A_SECOND: f64 = 100.0;

/// CPU seconds used so far.
#[derive(Clone, Copy, Default)]
pub struct Cpu {
    pub server: f64,
    pub postgres: f64,
    pub generator: f64,
    /// Programs that the generator ran to their end.
    pub tools: f64,
    /// Everything on the machine, all of these included.
    pub machine: f64,
}

impl Cpu {
    pub fn read(server: Option<u32>, postmaster: Option<u32>) -> Self {
        Self {
            server: server.map_or(0.0, of_process),
            postgres: postmaster.map_or(0.0, of_family),
            generator: of_process(std::process::id()),
            tools: stat(std::process::id()).map_or(0.0, |stat| stat.buried),
            machine: of_machine(),
        }
    }

    pub fn since(self, earlier: Self) -> Self {
        Self {
            server: self.server - earlier.server,
            postgres: self.postgres - earlier.postgres,
            generator: self.generator - earlier.generator,
            tools: self.tools - earlier.tools,
            machine: self.machine - earlier.machine,
        }
    }

    /// What the run itself used.
    pub fn own(self) -> f64 {
        self.server + self.postgres + self.generator + self.tools
    }

    /// What the neighbours used, and the kernel for everyone.
    pub fn others(self) -> f64 {
        // The counters are not read at one instant.
        (self.machine - self.own()).max(0.0)
    }
}

/// Resident memory now, in MiB.
pub fn memory_mib(process: u32) -> f64 {
    status_mib(process, "VmRSS:")
}

/// The part of it that is not pages of files, of which the kernel decides how many are mapped beside those that are used.
pub fn own_memory_mib(process: u32) -> f64 {
    status_mib(process, "RssAnon:")
}

/// The most resident memory since `forget_peak`, in MiB.
pub fn peak_memory_mib(process: u32) -> f64 {
    status_mib(process, "VmHWM:")
}

/// Begins the peak anew, so that it does not tell of the start.
pub fn forget_peak(process: u32) {
    let _ = fs::write(format!("/proc/{process}/clear_refs"), "5");
}

fn status_mib(process: u32, name: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    let kib: f64 = line.split_whitespace().next().and_then(|kib| kib.parse().ok()).unwrap_or(0.0);
    kib / 1024.0
}

/// CPU seconds of a process with its threads.
pub fn of_process(process: u32) -> f64 {
    stat(process).map_or(0.0, |stat| stat.own)
}

/// A process, the children that it has buried, and those that live: a backend's time is in one of the two.
fn of_family(process: u32) -> f64 {
    let Some(parent) = stat(process) else { return 0.0 };
    let living = fs::read_dir("/proc").into_iter().flatten().filter_map(|entry| {
        let child = stat(entry.ok()?.file_name().to_str()?.parse().ok()?)?;
        (child.parent == process).then_some(child.own)
    });
    parent.own + parent.buried + living.sum::<f64>()
}

struct Stat {
    parent: u32,
    own: f64,
    buried: f64,
}

fn stat(process: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name stands in brackets and may hold anything; fields are counted from behind it, where number 3 begins.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |number: usize| fields.get(number - 3)?.parse::<f64>().ok();
    Some(Stat {
        parent: fields.get(4 - 3)?.parse().ok()?,
        own: (ticks(14)? + ticks(15)?) / TICKS_A_SECOND,
        buried: (ticks(16)? + ticks(17)?) / TICKS_A_SECOND,
    })
}

fn of_machine() -> f64 {
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    let line = text.lines().next().unwrap_or_default();
    let ticks: Vec<f64> = line.split_whitespace().skip(1).filter_map(|field| field.parse().ok()).collect();
    // user nice system idle iowait irq softirq steal
    [0, 1, 2, 5, 6, 7].iter().filter_map(|&field| ticks.get(field)).sum::<f64>() / TICKS_A_SECOND
}
