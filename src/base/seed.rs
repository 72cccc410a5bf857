//! One seed with named sub-streams, so that no two uses of chance share draws and none depends on call order.

use rand::SeedableRng;
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

    /// A number that depends on the seed and the bytes only: a draw that is tied to a key, not to a position.
    pub fn hash(self, bytes: &[u8]) -> u64 {
        let digest = Sha256::new().chain_update(self.0.to_le_bytes()).chain_update(bytes).finalize();
        digest.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
    }
}
