//! The portal and the claim page in Debian's Chromium, against the program as a process: what a merchant, a support lead,
//! a customer and an operator do there, once without JavaScript, and what every page must hold to.
//!
//! A browser, its driver or axe-core that is missing fails these tests with a sentence what to install.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    dead_code
)]

#[path = "../common/mod.rs"]
mod common;

mod customer;
mod demo;
mod driver;
mod forms;
mod frames;
mod keyboard;
mod look;
mod merchant;
mod no_script;
mod operator;
mod pages;
mod screenshots;

mod security;
mod session;
mod support;
mod tabs;
mod world;

/// Lets an async test run on the one runtime that browsers and receivers live on.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    static RUNTIME: std::sync::OnceLock<tokio::runtime::Runtime> = std::sync::OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap()
    });
    runtime.block_on(future)
}
