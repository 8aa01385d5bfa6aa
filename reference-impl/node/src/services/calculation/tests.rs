use super::*;

const A: Session = Session(1);
const B: Session = Session(2);

fn seconds(n: f64) -> Duration {
    Duration::from_secs_f64(n)
}

/// One calculation per millisecond, and no cookies or keep-alives unless asked for.
fn config() -> Config {
    let never = seconds(1e6);
    Config {
        capacity: 1000,
        max_jobs: 2,
        max_sessions: 3,
        cookie_interval: never,
        keep_alive_interval: never,
        keep_alive_timeout: seconds(2.0),
    }
}

struct World {
    service: Calculation,
    now: Duration,
}

impl World {
    fn new(config: Config) -> Self {
        let mut world = Self {
            service: Calculation::new(config),
            now: seconds(10.0),
        };
        for session in [A, B] {
            world
                .service
                .on_session(world.now, session, &mut Vec::new());
        }
        world
    }

    fn receive(&mut self, session: Session, wire: Wire) -> Vec<Effect> {
        let octets = wire.encode();
        let message = Message {
            stream: 0,
            ppid: message::PPID,
            octets: &octets,
        };
        let mut effects = Vec::new();
        self.service
            .on_message(self.now, session, message, &mut effects);
        effects
    }

    /// Advances the time to the next deadline. Returns the time advanced and the effects.
    fn next(&mut self) -> (Duration, Vec<Effect>) {
        let before = self.now;
        self.now = self.service.deadline().expect("something is due");
        let mut effects = Vec::new();
        self.service.on_timeout(self.now, &mut effects);
        (self.now - before, effects)
    }
}

fn sent(session: Session, wire: Wire) -> Effect {
    let mut effects = Vec::new();
    say(session, wire, &mut effects);
    effects.remove(0)
}

fn cookie(session: Session, job: u32, size: u64, completed: u64) -> Effect {
    let state = State {
        job,
        size,
        completed,
    };
    Effect::Cookie {
        session,
        state: state.encode().to_vec(),
    }
}

#[test]
fn a_job_takes_its_time() {
    let mut world = World::new(config());
    let answer = world.receive(A, Wire::request(7, 5000));
    let accept = sent(A, Wire::about(Kind::Accept, 7));
    assert_eq!(answer, [accept.clone(), cookie(A, 7, 5000, 0)]);
    assert_eq!(world.receive(A, Wire::request(7, 5000)), [accept]);
    let rejected = [sent(A, Wire::about(Kind::Reject, 8))];
    assert_eq!(world.receive(A, Wire::request(8, 1)), rejected);
    assert_eq!(
        world.next(),
        (seconds(5.0), vec![sent(A, Wire::complete(7, 5000))])
    );
    assert_eq!((world.service.load(), world.service.deadline()), (0, None));
}

#[test]
fn jobs_share_the_capacity() {
    let mut world = World::new(config());
    world.receive(A, Wire::request(1, 3000));
    world.now += seconds(1.0);
    world.receive(B, Wire::request(2, 1000));
    assert_eq!(world.service.load(), u32::MAX);
    // Half each: B has its 1000 after two seconds; A then has 2000, and is alone with the rest.
    assert_eq!(
        world.next(),
        (seconds(2.0), vec![sent(B, Wire::complete(2, 1000))])
    );
    assert_eq!(
        world.next(),
        (seconds(1.0), vec![sent(A, Wire::complete(1, 3000))])
    );
}

#[test]
fn a_job_goes_on_where_its_cookie_left_it() {
    let mut first = World::new(Config {
        cookie_interval: seconds(2.0),
        ..config()
    });
    first.receive(A, Wire::request(1, 3000));
    let (span, effects) = first.next();
    assert_eq!(
        (span, &effects),
        (seconds(2.0), &vec![cookie(A, 1, 3000, 2000)])
    );
    let Some(Effect::Cookie { state, .. }) = effects.first() else {
        panic!("a cookie");
    };
    let mut second = World::new(config());
    let mut effects = Vec::new();
    second.service.on_state(second.now, B, state, &mut effects);
    let accept = sent(B, Wire::about(Kind::Accept, 1));
    assert_eq!(effects, [accept, cookie(B, 1, 3000, 2000)]);
    assert_eq!(
        second.next(),
        (seconds(1.0), vec![sent(B, Wire::complete(1, 3000))])
    );
}

#[test]
fn too_many_jobs_are_rejected_and_too_many_sessions_ended() {
    let mut world = World::new(Config {
        max_jobs: 1,
        max_sessions: 2,
        ..config()
    });
    world.receive(A, Wire::request(1, 3000));
    assert_eq!(
        world.receive(B, Wire::request(9, 1)),
        [sent(B, Wire::about(Kind::Reject, 9))]
    );
    let mut effects = Vec::new();
    let state = State {
        job: 9,
        size: 2,
        completed: 1,
    };
    let now = world.now;
    world
        .service
        .on_state(now, B, &state.encode(), &mut effects);
    assert_eq!(effects, [sent(B, Wire::about(Kind::Reject, 9))]);
    effects.clear();
    world.service.on_session(now, Session(3), &mut effects);
    assert_eq!(
        effects,
        [Effect::End {
            session: Session(3)
        }]
    );
    world.service.on_end(now, A);
    assert_eq!(
        world.receive(B, Wire::request(9, 1)).len(),
        2,
        "there is room now"
    );
}

#[test]
fn both_sides_ask_whether_the_other_is_there() {
    let mut world = World::new(Config {
        keep_alive_interval: seconds(1.0),
        ..config()
    });
    assert_eq!(
        world.receive(A, Wire::about(Kind::KeepAlive, 1)),
        [],
        "no such job"
    );
    world.receive(A, Wire::request(1, 60_000));
    assert_eq!(
        world.receive(A, Wire::about(Kind::KeepAlive, 1)),
        [sent(A, Wire::about(Kind::KeepAliveAck, 1))]
    );
    let asked = vec![sent(A, Wire::about(Kind::KeepAlive, 1))];
    assert_eq!(world.next(), (seconds(1.0), asked.clone()));
    world.now += seconds(1.9);
    world.receive(A, Wire::about(Kind::KeepAliveAck, 1));
    assert_eq!(world.next(), (seconds(1.0), asked));
    assert_eq!(
        world.next(),
        (seconds(2.0), vec![Effect::End { session: A }])
    );
    assert_eq!(world.service.load(), 0);
}

#[test]
fn an_aborted_job_makes_room() {
    let mut world = World::new(config());
    world.receive(A, Wire::request(1, 60_000));
    world.receive(A, Wire::about(Kind::Abort, 2));
    assert_ne!(world.service.load(), 0, "another job");
    assert_eq!(world.receive(A, Wire::about(Kind::Abort, 1)), []);
    assert_eq!((world.service.load(), world.service.deadline()), (0, None));
}

#[test]
fn nothing_overflows() {
    let mut world = World::new(Config {
        capacity: u64::MAX,
        ..config()
    });
    world.receive(A, Wire::request(1, u64::MAX));
    world.receive(B, Wire::request(2, 0));
    let (span, effects) = world.next();
    assert_eq!((span, effects.len()), (Duration::ZERO, 1));
    world.now = Duration::MAX;
    let mut effects = Vec::new();
    world.service.on_timeout(world.now, &mut effects);
    assert_eq!(effects, [sent(A, Wire::complete(1, u64::MAX))]);
}
