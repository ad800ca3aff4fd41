//! India's DLT: every business SMS to an Indian mobile number is compared, by the operators, with
//! a text that its sender registered. What differs by one character is dropped, so it is compared
//! here first and refused with the place where the two part.
//!
//! ```
//! use dakiya::compliance::dlt::{Category, Registration, Registry};
//!
//! let text = "Dear {#alphanumeric#}, {#numeric#} is your code for Drishti Optics.";
//! let registry = Registry::builder()
//!     .entity("1101234567890123456")
//!     .template(
//!         Registration::new("1107161234567890123", text, Category::ServiceImplicit)
//!             .header("DRISHT"),
//!     )
//!     .build()?;
//! let pattern = registry.get("1107161234567890123").expect("just added").pattern();
//! let values = pattern.matches("Dear Asha, 1234 is your code for Drishti Optics.");
//! assert_eq!(values.expect("it fits"), ["Asha", "1234"]);
//! # Ok::<(), dakiya::Error>(())
//! ```
//!
//! Law: TCCCPR 2018 as amended on 12 February 2025, the TRAI Directions of 20 August 2024 (links
//! and numbers are whitelisted) and of 18 November 2025 (variables are tagged). Operators differ
//! in detail; what differs is a setting of the [`RegistryBuilder`].

pub use self::{
    category::Category,
    class::{Contact, Matching, Tag},
    matcher::{Literal, Pattern, Segment, Variable},
    mismatch::{Hint, Mismatch, Reason, VariableRef},
    registry::{Registered, Registration, Registry, RegistryBuilder},
    window::Window,
};

mod category;
mod class;
pub mod ids;
#[cfg(feature = "templates")]
mod manifest;
mod matcher;
mod mismatch;
mod registry;
mod window;
