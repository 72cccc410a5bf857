//! One seed with named sub-streams, so that no two uses of chance share draws and none depends on call order.

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The generator that every stream uses; its output is fixed by its definition, not by a library version.
pub type Stream = Xoshiro256PlusPlus;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seed(pub u64);

impl Seed {
    /// The seed of a named part of the work.
    #[must_use]
    pub fn child(self, name: &str) -> Self {
        Self(self.hash(name.as_bytes()))
    }

    /// The generator of a named part of the work.
    pub fn stream(self, name: &str) -> Stream {
        Stream::seed_from_u64(self.child(name).0)
    }

    /// The same generator as vendors of the older `rand` draw from it.
    pub fn draws(self, name: &str) -> Draws {
        Draws(self.stream(name))
    }

    /// A number that depends on the seed and the bytes only: a draw that is tied to a key, not to a position.
    pub fn hash(self, bytes: &[u8]) -> u64 {
        let digest = Sha256::new().chain_update(self.0.to_le_bytes()).chain_update(bytes).finalize();
        digest.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
    }
}

/// A stream as linfa's version of `rand` draws from it.
#[derive(Debug, Clone)]
pub struct Draws(Stream);

impl rand_core_06::RngCore for Draws {
    fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core_06::Error> {
        self.0.fill_bytes(bytes);
        Ok(())
    }
}
