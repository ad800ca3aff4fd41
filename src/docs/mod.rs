#![doc = include_str!("capabilities.md")]
