//! Calls, over an HTTP API that the deployer describes.
