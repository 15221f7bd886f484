//! Passwords: Argon2id with the parameters that OWASP recommends (19 MiB, 2 passes, 1 lane), in PHC form.
//!
//! Each takes some ten milliseconds of one core: callers run it where it holds up nobody, and few at once.

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::ports::Ports;
use crate::refusal::Refusal;

/// Characters of a password at least.
pub const SHORTEST: usize = 12;
/// Bytes of a password at most.
pub const LONGEST: usize = 1_024;

/// A password's hash.
#[derive(Clone)]
pub struct Hashed(String);

impl Hashed {
    /// As it is kept.
    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

/// What is compared with when there is no such member, so that the answer takes as long. No password has this hash.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

/// Hashes a password. Slow by design.
///
/// # Errors
/// A password that is too short or too long, at `/password`.
pub fn hash(ports: &Ports, password: &str) -> Result<Hashed, Refusal> {
    if password.chars().count() < SHORTEST {
        let message = format!("has fewer than {SHORTEST} characters");
        return Err(Refusal::field("/password", message));
    }
    if password.len() > LONGEST {
        let message = format!("has more than {LONGEST} bytes");
        return Err(Refusal::field("/password", message));
    }
    let failed = |error: argon2::password_hash::Error| Refusal::Failed(error.to_string());
    let salt = SaltString::encode_b64(&ports.random_bytes::<16>()?).map_err(failed)?;
    let hash = argon2().hash_password(password.as_bytes(), &salt);
    Ok(Hashed(hash.map_err(failed)?.to_string()))
}

/// Whether a password is the one of this hash; of none, it is not. Slow by design, in either case.
pub(crate) fn is(password: &str, kept: Option<&str>) -> bool {
    let hash = PasswordHash::new(kept.unwrap_or(NOBODY));
    let same = hash.is_ok_and(|hash| {
        let password = password.as_bytes();
        password.len() <= LONGEST && argon2().verify_password(password, &hash).is_ok()
    });
    same && kept.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    #[tokio::test]
    async fn a_password_is_only_itself() {
        let ports = Ports {
            random: crate::system_random(),
            ..World::new().await.ports
        };
        let kept = hash(&ports, "correct horse").unwrap().into_text();
        assert!(
            kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{kept}"
        );
        assert!(is("correct horse", Some(&kept)));
        assert!(!is("correct horsf", Some(&kept)));
        assert!(!is("correct horse", None));
        assert!(!is("correct horse", Some("not a hash")));
        let again = hash(&ports, "correct horse").unwrap().into_text();
        assert_ne!(again, kept, "each has a salt of its own");
    }

    #[tokio::test]
    async fn nobodys_hash_costs_what_anyones_does() {
        let nobody = PasswordHash::new(NOBODY).unwrap();
        let params = Params::try_from(&nobody).unwrap();
        let cost = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
        assert_eq!(cost(&params), cost(&Params::DEFAULT));
        assert!(nobody.hash.is_some() && nobody.salt.is_some());
    }

    #[tokio::test]
    async fn short_and_endless_passwords_are_refused() {
        let world = World::new().await;
        for password in ["elevenchars", &"x".repeat(LONGEST + 1)] {
            assert!(hash(&world.ports, password).is_err());
        }
    }
}
