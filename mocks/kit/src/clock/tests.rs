//! Clocks that are advanced, stepped, slow or offset.

use super::*;

#[tokio::test]
async fn advancing_wakes_a_sleeper() {
    let clock = Clock::frozen(Timestamp::UNIX_EPOCH);
    let sleeper = tokio::spawn({
        let clock = clock.clone();
        async move { clock.sleep(Duration::from_secs(3600)).await }
    });
    tokio::task::yield_now().await;
    assert!(!sleeper.is_finished());
    clock.advance(Duration::from_secs(3600));
    crate::within("the sleeper", Duration::from_secs(5), sleeper).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_skipping_clock_passes_a_delay_without_waiting() {
    let clock = Clock::skipping();
    let before = clock.now();
    crate::within("a skipped hour", Duration::from_secs(5), clock.sleep(Duration::from_secs(3600)))
        .await
        .unwrap();
    assert!(clock.now().duration_since(before) >= SignedDuration::from_hours(1));
}

#[test]
fn a_clock_that_is_off_moves_with_the_others() {
    let clock = Clock::frozen(Timestamp::UNIX_EPOCH);
    let slow = clock.off_by(SignedDuration::from_secs(-90));
    assert_eq!(slow.seconds(), -90);
    slow.advance(Duration::from_secs(100));
    assert_eq!((clock.seconds(), slow.seconds()), (100, 10));
}

fn limit(seconds: u64) -> Elapsed {
    Elapsed::Limit { after: Duration::from_secs(seconds) }
}

#[tokio::test]
async fn a_delay_longer_than_the_time_out_times_out_on_a_skipping_clock() {
    let clock = Clock::skipping();
    let delay = |seconds| clock.sleep(Duration::from_secs(seconds));
    let answer = clock.timeout("an answer", Duration::from_secs(10), delay(11)).await;
    assert_eq!(answer, Err(limit(10)));
    let answer = clock.timeout("an answer", Duration::from_secs(10), delay(9)).await;
    assert_eq!(answer, Ok(()));
}

#[tokio::test]
async fn a_party_on_a_skipping_clock_does_not_give_up_because_the_machine_is_slow() {
    let clock = Clock::skipping();
    let slow = really(Duration::from_millis(300));
    assert_eq!(clock.timeout("an answer", Duration::from_millis(1), slow).await, Ok(()));
    assert_eq!(clock.disturbance_count(), 0);

    let (limit, patience) = (Duration::from_secs(5), 2 * TURN);
    let never = clock.limited("the answer to GET /", limit, patience, std::future::pending::<()>());
    let given_up = never.await.unwrap_err();
    assert_eq!(given_up.to_string(), "the harness waited 500ms for the answer to GET /");
    let told = clock.disturbances(0);
    let named = matches!(&told[..], [Disturbance::Stalled(deadline)] if deadline.what.ends_with("GET /"));
    assert!(named, "{told:?}");
}

#[tokio::test]
async fn on_the_machines_clock_real_time_and_moves_count() {
    let clock = Clock::system();
    let asked = clock.timeout("an answer", Duration::from_secs(5), really(TURN * 2)).await;
    assert_eq!(asked, Ok(()));
    let after = Duration::from_millis(300);
    let asked = clock.timeout("an answer", after, really(Duration::from_secs(60))).await;
    assert_eq!(asked, Err(Elapsed::Limit { after }));
    let moved = async {
        clock.sleep(Duration::from_millis(1)).await;
        clock.advance(Duration::from_secs(60));
        std::future::pending::<()>().await;
    };
    assert_eq!(clock.timeout("an answer", Duration::from_secs(60), moved).await, Err(limit(60)));
}

async fn really(time: Duration) {
    Clock::system().sleep(time).await;
}

const STEPS: [i64; 8] = [300, -300, 3600, -3600, 86_400, -86_400, 3, -3];

#[test]
fn a_clock_that_is_anchored_takes_no_notice_of_a_step() {
    let machine = Machine::movable();
    let clock = Clock::skipping_on(&machine);
    let mut last = clock.now();
    for step in STEPS.map(SignedDuration::from_secs) {
        machine.step(step);
        let now = clock.now();
        assert!(now >= last && now.duration_since(last) < SignedDuration::from_secs(2), "{step}");
        last = now;
    }
    machine.set(Timestamp::UNIX_EPOCH);
    assert!(clock.now() >= last);
    assert_eq!(clock.disturbances(0), []);
}

#[test]
fn a_step_is_told_by_the_clock_that_goes_by_the_machines() {
    let machine = Machine::movable();
    let clock = Clock::system_on(&machine);
    for (at, step) in STEPS.map(SignedDuration::from_secs).into_iter().enumerate() {
        let before = clock.now();
        machine.step(step);
        let moved = clock.off_by(SignedDuration::ZERO).now().duration_since(before);
        assert!((moved - step).abs() < SignedDuration::from_secs(2), "{step}: {moved}");
        let told = clock.disturbances(at);
        let [Disturbance::ClockStepped { by }] = told[..] else { panic!("{step}: {told:?}") };
        assert!((by - step).abs() < SignedDuration::from_secs(1), "{step}: {by}");
    }
}

#[test]
fn what_is_no_step_is_not_told() {
    let machine = Machine::movable();
    let clock = Clock::system_on(&machine);
    machine.step(SignedDuration::from_millis(1900));
    clock.shared.wall();
    // Both clocks run on between two readings, however far apart these are.
    machine.tick(Duration::from_secs(3600));
    clock.shared.wall();
    machine.tick(Duration::ZERO);
    clock.shared.wall();
    clock.advance(Duration::from_secs(3600));
    clock.shared.wall();
    assert_eq!(clock.disturbances(0), []);
}

#[test]
fn clocks_that_are_held_move_only_by_what_is_done_to_them() {
    let machine = Machine::movable();
    machine.hold();
    let clocks = [Clock::system_on(&machine), Clock::skipping_on(&machine)];
    let before = clocks.each_ref().map(Clock::now);
    assert_eq!(clocks.each_ref().map(Clock::now), before);
    machine.tick(Duration::from_millis(10));
    let after = clocks[1].now().duration_since(before[1]);
    assert_eq!(after, SignedDuration::from_millis(10));
}

#[test]
fn a_machine_that_does_not_know_the_year_has_stacks_that_live_in_one() {
    let machine = Machine::movable();
    for (year, lives_in) in [(1970, 2000), (1999, 2000), (2038, 2038), (2262, 2200), (9998, 2200)] {
        machine.set(format!("{year}-06-30T12:00:00Z").parse().unwrap());
        let shown = |clock: Clock| clock.now().to_string();
        assert!(shown(Clock::skipping_on(&machine)).starts_with(&lives_in.to_string()), "{year}");
        assert!(shown(Clock::system_on(&machine)).starts_with(&year.to_string()), "{year}");
    }
}

#[test]
fn a_machine_that_was_stopped_makes_nothing_older_on_a_clock_that_skips() {
    let machine = Machine::movable();
    machine.hold();
    let (skipping, system) = (Clock::skipping_on(&machine), Clock::system_on(&machine));
    let before = [skipping.now(), system.now()];
    // Stopped for an hour between any two readings, a hundred times.
    machine.tick(Duration::from_secs(3600));
    let mut last = before[0];
    for _ in 0..100 {
        let now = skipping.now();
        assert!(now > last, "it goes on");
        last = now;
    }
    let older = last.duration_since(before[0]);
    assert!(older < SignedDuration::from_secs(5), "{older}");
    assert!(system.now().duration_since(before[1]) > SignedDuration::from_hours(100));
    // Time that is deliberately advanced does pass.
    skipping.advance(Duration::from_secs(3600));
    assert!(skipping.now().duration_since(last) >= SignedDuration::from_hours(1));
}
