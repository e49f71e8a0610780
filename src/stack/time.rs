//! The time of a stack: which clock the parties use, and how the machine disturbed it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use kit::{Clock, Disturbance};

use super::builder::{Logto, StackBuilder};

impl StackBuilder {
    /// Uses the machine's clock and really waits, for a browser outside this process.
    ///
    /// By default, a stack with an embedded Logto reads the machine's clock once, and waiting takes
    /// no time; nothing outside may then judge its tokens and cookies. An app of your own
    /// ([`StackBuilder::app_at`]), [`StackBuilder::plain_huggingface`] and a real Logto imply it.
    #[must_use]
    pub fn real_time(mut self) -> Self {
        self.real_time = true;
        self
    }

    /// The machine whose clocks the stack reads: a test can move those of a [`kit::Machine::movable`] one.
    #[must_use]
    pub fn machine(mut self, machine: kit::Machine) -> Self {
        self.machine = machine;
        self
    }

    /// The clock that all parties of the stack can share: the machine's, if a browser, an
    /// app or a Logto outside this process takes part.
    pub(super) fn clock(&self) -> Clock {
        let outsiders = self.real_time || self.own_app.is_some() || self.plain_huggingface.is_some();
        match self.logto {
            Logto::Embedded if !outsiders => Clock::skipping_on(&self.machine),
            Logto::Embedded | Logto::External(_) | Logto::Container(_) | Logto::Running(_) => {
                Clock::system_on(&self.machine)
            }
        }
    }
}

/// The clocks of a running stack.
#[derive(Debug)]
pub(crate) struct Time {
    clock: Clock,
    /// The embedded Logto's clock, which may be wrong; `None` for a real Logto, which uses the machine's.
    logto: Option<Clock>,
    /// How many disturbances happened before the next walk.
    walked: AtomicUsize,
}

impl Time {
    pub(super) fn new(settings: &StackBuilder, clock: Clock) -> Self {
        let logto = match settings.logto {
            Logto::Embedded => Some(clock.off_by(settings.setup.clocks.logto.0)),
            Logto::External(_) | Logto::Container(_) | Logto::Running(_) => None,
        };
        Self { clock, logto, walked: AtomicUsize::new(0) }
    }

    /// Whether Logto is the embedded one.
    pub(crate) fn is_embedded(&self) -> bool {
        self.logto.is_some()
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Logto's idea of the time, as far as this process knows.
    pub(crate) fn at_logto(&self) -> Timestamp {
        self.logto.as_ref().unwrap_or(&self.clock).now()
    }

    pub(super) async fn pass(&self, time: Duration) {
        match &self.logto {
            Some(logto) => {
                logto.advance(time);
                // Timers that are due fire first.
                tokio::task::yield_now().await;
            }
            None => self.clock.sleep(time).await,
        }
    }

    /// Begins a walk's disturbances: those since the stack started, or since the previous walk
    /// ended.
    pub(crate) fn walk_begins(&self) -> usize {
        self.walked.load(Ordering::SeqCst)
    }

    /// The disturbances during a walk that began at `began`, and ends now.
    pub(crate) fn walk_ends(&self, began: usize) -> Vec<Disturbance> {
        self.walked.store(self.clock.disturbance_count(), Ordering::SeqCst);
        self.clock.disturbances(began)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use kit::Machine;
    use url::Url;

    use super::*;

    #[test]
    fn a_stack_with_an_outsider_goes_by_the_machines_clock() {
        let origin: Url = "http://localhost:1/".parse().unwrap();
        let any = "127.0.0.1:0".parse().unwrap();
        let builder = StackBuilder::default;
        for (name, builder, by_the_machine) in [
            ("all inside", builder(), false),
            ("seeded", builder().seed(1), false),
            ("a browser", builder().real_time(), true),
            ("any browser", builder().plain_huggingface(any), true),
            ("an app", builder().app_at(origin), true),
            #[cfg(feature = "container")]
            ("a container", builder().logto(Logto::container("1.42")), true),
        ] {
            let machine = Machine::movable();
            let clock = builder.machine(machine.clone()).clock();
            let before = clock.now();
            machine.step(SignedDuration::from_hours(1));
            let moved = clock.now().duration_since(before) > SignedDuration::from_mins(30);
            assert_eq!((moved, clock.disturbance_count()), (by_the_machine, by_the_machine.into()), "{name}");
        }
    }

    #[test]
    fn a_walk_has_what_came_since_the_one_before() {
        let machine = Machine::movable();
        let settings = StackBuilder::default().real_time().machine(machine.clone());
        let time = Time::new(&settings, settings.clock());
        let step = || {
            machine.step(SignedDuration::from_mins(5));
            time.at_logto();
        };
        step();
        let first = time.walk_begins();
        step();
        assert_eq!(time.walk_ends(first).len(), 2);
        step();
        assert_eq!(time.walk_ends(time.walk_begins()).len(), 1);
        assert_eq!(time.walk_ends(time.walk_begins()), []);
    }
}
