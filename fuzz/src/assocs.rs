//! The associations of an engine, as its caller knows them.

use rsp_proto::Assoc;

/// State of an association.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The engine dialled it.
    SettingUp,
    /// It is up.
    Up,
    /// The engine ended it gracefully.
    Closing,
}

/// The associations that are not gone. A number is not used again.
#[derive(Debug, Default)]
pub struct Assocs {
    present: Vec<(Assoc, State)>,
    next: u64,
}

impl Assocs {
    /// Adds an association.
    pub fn add(&mut self, state: State) -> Assoc {
        self.next += 1;
        let assoc = Assoc(self.next);
        self.present.push((assoc, state));
        assoc
    }

    /// Returns the number of associations.
    pub fn len(&self) -> usize {
        self.present.len()
    }

    /// Returns true if there is none.
    pub fn is_empty(&self) -> bool {
        self.present.is_empty()
    }

    /// Returns one of the associations in one of these states, by any number.
    pub fn pick(&self, number: u8, states: &[State]) -> Option<Assoc> {
        let fitting = || {
            self.present
                .iter()
                .filter(|(_, state)| states.contains(state))
        };
        let at = usize::from(number).checked_rem(fitting().count())?;
        fitting().nth(at).map(|&(assoc, _)| assoc)
    }

    /// Sets the state of an association.
    ///
    /// # Panics
    /// If it is gone: then the engine's action on it is too late.
    pub fn set(&mut self, assoc: Assoc, state: State) {
        let found = self.present.iter_mut().find(|(other, _)| *other == assoc);
        found.expect("the association is not gone").1 = state;
    }

    /// Removes an association.
    ///
    /// # Panics
    /// If it is gone already.
    pub fn remove(&mut self, assoc: Assoc) {
        let at = self.present.iter().position(|(other, _)| *other == assoc);
        self.present
            .remove(at.expect("the association is not gone"));
    }

    /// Checks that the engine may send over an association.
    ///
    /// # Panics
    /// If it is not up.
    pub fn sends(&self, assoc: Assoc) {
        let found = self.present.iter().find(|(other, _)| *other == assoc);
        let (_, state) = found.expect("the association is not gone");
        assert_ne!(*state, State::SettingUp, "{assoc:?} is not up");
    }
}
