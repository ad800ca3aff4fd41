//! The rules that every implementation keeps.
