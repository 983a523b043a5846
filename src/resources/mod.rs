//! What templates and records refer to by name: images and fonts, loaded once and shared by all workers.
