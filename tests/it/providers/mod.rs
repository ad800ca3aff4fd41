mod netcore;
mod sandbox;
mod smtp;
