//! `[network]`: the hosts from which images and fonts may come.

use std::time::Duration;

use super::file::Section;

/// What may be fetched. Without hosts, nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkConfig {
    /// Host names in lower case, without scheme or port; `*.example.com` stands for all below it.
    pub hosts: Vec<String>,
    /// The time limit of one attempt.
    pub timeout: Duration,
    /// Further attempts after the first.
    pub retries: u32,
}

impl Default for NetworkConfig {
    fn default() -> Self {
        Self { hosts: Vec::new(), timeout: Duration::from_secs(10), retries: 2 }
    }
}

pub(super) fn read(mut section: Section<'_>) -> Option<NetworkConfig> {
    let hosts = section.get("hosts");
    let timeout = section.get("timeout");
    let retries = section.get("retries");
    section.finish();
    let mut config = NetworkConfig::default();
    for node in hosts.and_then(|node| node.list()).unwrap_or_default() {
        let Some(name) = node.text() else { continue };
        // Only a bare host comes out of an address as it went in; that also gives its canonical form.
        let (prefix, host) = if name.starts_with("*.") { name.split_at(2) } else { ("", name) };
        match url::Url::parse(&format!("https://{host}/")) {
            Ok(url) if url.port().is_none() && url.path() == "/" && plain(host) => {
                config.hosts.extend(url.host_str().map(|host| format!("{prefix}{host}")));
            }
            _ => node.error(
                "unknown-value",
                format!(
                    "must be a host's name like \"images.example.com\" or \"*.example.com\", found \"{name}\""
                ),
            ),
        }
    }
    if let Some(seconds) = timeout.and_then(|node| node.number(0.1..=600.0)) {
        config.timeout = Duration::from_secs_f64(seconds);
    }
    if let Some(retries) = retries.and_then(|node| node.integer(0..=10)) {
        config.retries = retries as u32;
    }
    Some(config)
}

fn plain(name: &str) -> bool {
    !name.contains(['/', '@', '?', '#', '*', '\\', '%'])
        && !name.contains(char::is_whitespace)
        && (!name.contains(':') || name.starts_with('['))
}
