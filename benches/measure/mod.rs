//! What an operation costs this process, and the table of costs.

use std::{
    alloc::System,
    cell::Cell,
    time::{Duration, Instant},
};

use cpu_time::ProcessTime;
use futures_util::future::join_all;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How much is done at once, and how often.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    pub(crate) in_flight: usize,
    /// Of each round.
    pub(crate) operations: usize,
    pub(crate) rounds: usize,
}

/// The cost of one operation, of each measure the least of all rounds: what disturbs a round only
/// ever adds to it.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    /// User and system time, microseconds.
    pub(crate) cpu: f64,
    /// Calls of the allocator that asked for memory.
    pub(crate) allocations: f64,
    /// Microseconds from one operation's end to the next one's.
    pub(crate) wall: f64,
}

impl Cost {
    const NONE: Self = Self { cpu: f64::MAX, allocations: f64::MAX, wall: f64::MAX };

    fn least(self, other: Self) -> Self {
        Self {
            cpu: self.cpu.min(other.cpu),
            allocations: self.allocations.min(other.allocations),
            wall: self.wall.min(other.wall),
        }
    }

    /// Of each of `things` that an operation did.
    pub(crate) fn share(self, things: usize) -> Self {
        let each = |total: f64| total / things as f64;
        Self { cpu: each(self.cpu), allocations: each(self.allocations), wall: each(self.wall) }
    }

    pub(crate) fn per_second(self) -> f64 {
        1e6 / self.wall
    }
}

/// Measures two ways of the same work, a round of the one after a round of the other, so that what
/// slows the machine down meets both.
pub(crate) async fn pair(load: Load, ours: impl AsyncFn(), peer: impl AsyncFn()) -> [Cost; 2] {
    // Connections, caches and lazy tables are made before anything counts.
    let warm = Load { operations: load.operations / 10 + load.in_flight, ..load };
    run(warm, &ours).await;
    run(warm, &peer).await;
    let mut least = [Cost::NONE; 2];
    for _ in 0..load.rounds {
        least[0] = least[0].least(run(load, &ours).await);
        least[1] = least[1].least(run(load, &peer).await);
    }
    least
}

async fn run(load: Load, operation: &impl AsyncFn()) -> Cost {
    let left = Cell::new(load.operations);
    let worker = async || {
        while let Some(rest) = left.get().checked_sub(1) {
            left.set(rest);
            operation().await;
        }
    };
    let workers: Vec<_> = (0..load.in_flight).map(|_| Box::pin(worker())).collect();
    let (began, cpu, allocations) = (Instant::now(), ProcessTime::now(), allocations());
    join_all(workers).await;
    let allocations = self::allocations() - allocations;
    let (cpu, wall) = (cpu.elapsed(), began.elapsed());
    let each = |total: f64| total / load.operations as f64;
    let micros = |time: Duration| each(time.as_secs_f64() * 1e6);
    Cost { cpu: micros(cpu), allocations: each(allocations as f64), wall: micros(wall) }
}

fn allocations() -> usize {
    let stats = ALLOCATOR.stats();
    stats.allocations + stats.reallocations
}

/// Rows of `name | ours | peer | ratio`.
pub(crate) struct Table {
    rows: Vec<[String; 4]>,
    /// Parts of the names that are measured; all are where there are none.
    wanted: Vec<String>,
}

impl Table {
    pub(crate) fn of(wanted: Vec<String>) -> Self {
        Self { rows: Vec::new(), wanted }
    }

    pub(crate) fn wants(&self, name: &str) -> bool {
        self.wanted.is_empty() || self.wanted.iter().any(|part| name.contains(part))
    }

    /// CPU time and allocations of `operation` against `peer`.
    pub(crate) fn costs(&mut self, operation: &str, peer: &str, [ours, other]: [Cost; 2]) {
        self.cpu(operation, peer, [ours, other]);
        let name = format!("{operation}: allocations");
        self.row(name, peer, ours.allocations, other.allocations);
    }

    pub(crate) fn cpu(&mut self, operation: &str, peer: &str, [ours, other]: [Cost; 2]) {
        self.row(format!("{operation}: client CPU, µs"), peer, ours.cpu, other.cpu);
    }

    /// `things` a second against `peer`: here more is better.
    pub(crate) fn rate(&mut self, things: &str, peer: &str, [ours, other]: [Cost; 2]) {
        self.row(format!("{things}/s"), peer, ours.per_second(), other.per_second());
    }

    fn row(&mut self, name: String, peer: &str, ours: f64, other: f64) {
        let number = |value: f64| {
            if value < 100.0 { format!("{value:.1}") } else { format!("{value:.0}") }
        };
        let row = [
            name,
            number(ours),
            format!("{} ({peer})", number(other)),
            format!("{:.2}", ours / other),
        ];
        self.rows.push(row);
    }

    pub(crate) fn print(&self) {
        let head = ["name", "ours", "peer", "ratio"].map(str::to_owned);
        let rows: Vec<_> = std::iter::once(&head).chain(&self.rows).collect();
        let width =
            |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let [name, ours, peer, _] = [0, 1, 2, 3].map(width);
        for row in rows {
            println!("{:<name$} | {:>ours$} | {:<peer$} | {:>5}", row[0], row[1], row[2], row[3]);
        }
    }
}
