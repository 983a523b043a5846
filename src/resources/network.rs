//! Fetching from the hosts that a campaign lists, and from no other.

use std::path::PathBuf;
use std::time::Duration;

use blitz_traits::net::Url;

use super::shorten;
use crate::diagnostic::{Diagnostic, Result};

/// Bytes that one answer may have.
const MAX_BODY: u64 = 64 << 20;
const MAX_REDIRECTS: usize = 5;

/// What may be fetched, and how patiently. The default allows nothing.
#[derive(Debug, Clone)]
pub struct Network {
    /// Host names, without port; `*.example.com` stands for all names below it.
    pub hosts: Vec<String>,
    /// For one attempt, connection and body together.
    pub timeout: Duration,
    /// Attempts after the first one, for failures that may pass.
    pub retries: u32,
}

impl Default for Network {
    fn default() -> Self {
        Self { hosts: Vec::new(), timeout: Duration::from_secs(10), retries: 2 }
    }
}

impl Network {
    /// Refuses an address whose host is not on the list.
    pub(super) fn allow(&self, url: &Url) -> Result<()> {
        let host = url.host_str().unwrap_or_default();
        let listed = self.hosts.iter().any(|pattern| match pattern.strip_prefix("*.") {
            Some(domain) => host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')),
            None => host.eq_ignore_ascii_case(pattern),
        });
        if listed {
            return Ok(());
        }
        Err(Box::new(
            Diagnostic::error(
                "network-refused",
                format!(
                    "`{}` is not fetched: the campaign does not list the host `{host}`",
                    shorten(url.as_str())
                ),
            )
            .with_hint(format!(
                "add `hosts = [\"{host}\"]` under [network], or copy the file into the campaign"
            )),
        ))
    }

    /// The body behind an address: from the disk cache, or else fetched and put there.
    pub(super) fn get(&self, url: &Url) -> Result<Vec<u8>> {
        let cached =
            cache_folder().map(|folder| folder.join(blake3::hash(url.as_str().as_bytes()).to_hex().as_str()));
        if let Some(bytes) = cached.as_ref().and_then(|path| std::fs::read(path).ok()) {
            return Ok(bytes);
        }
        let mut attempt = 0;
        let bytes = loop {
            match self.fetch(url.clone()) {
                Ok(bytes) => break bytes,
                Err(Failure { passing: true, .. }) if attempt < self.retries => {
                    attempt += 1;
                    std::thread::sleep(Duration::from_millis(200 << attempt.min(5)));
                }
                Err(Failure { message, .. }) => {
                    return Err(Box::new(Diagnostic::error(
                        "unreachable-image",
                        format!(
                            "`{}` could not be fetched ({} attempts): {message}",
                            shorten(url.as_str()),
                            attempt + 1
                        ),
                    )));
                }
            }
        };
        if let Some(path) = cached
            && let Some(folder) = path.parent()
            && std::fs::create_dir_all(folder).is_ok()
        {
            // A cache that cannot be written is no reason to stop.
            let beside = path.with_extension(format!("{}.part", std::process::id()));
            if std::fs::write(&beside, &bytes).is_ok() {
                let _ = std::fs::rename(&beside, &path);
            }
        }
        Ok(bytes)
    }

    fn fetch(&self, mut url: Url) -> Result<Vec<u8>, Failure> {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_global(Some(self.timeout))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .build()
            .into();
        for _ in 0..=MAX_REDIRECTS {
            let mut response = agent
                .get(url.as_str())
                .call()
                .map_err(|error| Failure { message: error.to_string(), passing: true })?;
            let status = response.status();
            if status.is_redirection() {
                let target = response.headers().get("location").and_then(|value| value.to_str().ok());
                let target = target.and_then(|target| url.join(target).ok());
                url = target.ok_or_else(|| Failure::lasting("a redirection to nowhere"))?;
                self.allow(&url).map_err(|error| Failure::lasting(&error.message))?;
                continue;
            }
            if !status.is_success() {
                let passing = status.is_server_error() || status.as_u16() == 429;
                return Err(Failure { message: format!("the server answered {status}"), passing });
            }
            return response
                .body_mut()
                .with_config()
                .limit(MAX_BODY)
                .read_to_vec()
                .map_err(|error| Failure { message: error.to_string(), passing: true });
        }
        Err(Failure::lasting("too many redirections"))
    }
}

struct Failure {
    message: String,
    /// Trying again may help.
    passing: bool,
}

impl Failure {
    fn lasting(message: &str) -> Self {
        Self { message: message.to_owned(), passing: false }
    }
}

fn cache_folder() -> Option<PathBuf> {
    let home = || std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE")).map(PathBuf::from);
    let base =
        std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(|| Some(home()?.join(".cache")))?;
    Some(base.join("byname").join("http"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_hosts_are_allowed() {
        let network = Network { hosts: vec!["a.com".into(), "*.b.com".into()], ..Network::default() };
        let allowed = |url: &str| network.allow(&Url::parse(url).unwrap()).is_ok();
        assert!(allowed("https://a.com/x") && allowed("http://cdn.b.com/x"));
        assert!(
            !allowed("https://b.com/x") && !allowed("https://evila.com/x") && !allowed("https://xb.com/")
        );
    }
}
