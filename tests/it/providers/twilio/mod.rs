mod calls;
mod voice;
