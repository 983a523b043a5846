//! What can go wrong with a GPU, and a way to make it.

/// Trouble that a test can call for, to see that a run survives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The device is gone.
    Lost,
    OutOfMemory,
    /// The batch takes longer than anybody waits.
    Timeout,
    /// The batch needs more room than the working buffers have, but not more than they can have.
    Overflow,
    /// It needs more than they can have.
    TooComplex,
}

/// Is asked before each batch what is to go wrong with it.
pub trait Faults: Send + Sync {
    fn next(&self) -> Option<Fault>;
}

/// Why a batch was not drawn.
#[derive(Debug, Clone)]
pub(super) enum Trouble {
    /// Some of the batch is more than the GPU can have at once; says what.
    TooLarge(&'static str),
    /// The driver has no memory for it.
    Memory(String),
    /// The device is not to be used any more.
    Device(String),
}
