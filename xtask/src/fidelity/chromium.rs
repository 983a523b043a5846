//! Headless Chromium, driven over the DevTools protocol through a pipe: one process and one tab for all.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use base64::Engine as _;
use serde_json::{Value, json};

use super::corpus::Case;

const PLACES: [&str; 4] = [
    "/usr/bin/chromium-headless-shell",
    "/usr/bin/chromium",
    "/usr/bin/google-chrome",
    "/usr/local/bin/chromium",
];

/// Grey antialiasing, no hinting, sRGB: what makes its pictures comparable.
pub const FLAGS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--remote-debugging-pipe",
    "--allow-file-access-from-files",
    "--disable-gpu",
    "--disable-lcd-text",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
    "--force-device-scale-factor=1",
    "--hide-scrollbars",
    "--no-first-run",
];

/// Fonts as they are: headless or not, the browser takes hinting from the system's settings.
pub const FONTS: &str = r#"<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <match target="pattern">
    <edit name="hinting" mode="assign"><bool>false</bool></edit>
    <edit name="hintstyle" mode="assign"><const>hintnone</const></edit>
    <edit name="rgba" mode="assign"><const>none</const></edit>
  </match>
</fontconfig>
"#;

/// The browser that CHROMIUM names, or an installed one, or else Debian's package, installed now.
pub fn find() -> Result<PathBuf, String> {
    let installed = || PLACES.iter().map(PathBuf::from).find(|path| path.exists());
    if let Some(path) = std::env::var_os("CHROMIUM").map(PathBuf::from).or_else(installed) {
        return Ok(path);
    }
    eprintln!("there is no Chromium; installing Debian's package");
    for arguments in [&["update", "-q"][..], &["install", "-y", "--no-install-recommends", "chromium"]] {
        let done = Command::new("apt-get").args(arguments).stdout(Stdio::null()).status();
        if !done.is_ok_and(|status| status.success()) {
            return Err("install Chromium, or name it with CHROMIUM=path".to_owned());
        }
    }
    installed().ok_or_else(|| "Chromium is not where its package puts it".to_owned())
}

/// What the browser says of itself; pictures of another version are not used again.
pub fn version(browser: &Path) -> Result<String, String> {
    let output = Command::new(browser).arg("--version").output().map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A running browser with one tab.
pub struct Chromium {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    tab: Value,
    calls: u64,
    /// Events that came while an answer was waited for.
    events: Vec<Value>,
}

impl Chromium {
    /// Starts the browser; `folder` takes its settings.
    pub fn start(browser: &Path, folder: &Path) -> Result<Self, String> {
        let fonts = folder.join("fonts.conf");
        std::fs::write(&fonts, FONTS).map_err(|error| format!("{}: {error}", fonts.display()))?;
        // The protocol runs on the descriptors 3 and 4; the shell puts our pipes there.
        let mut process = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1"])
            .arg(browser)
            .args(FLAGS)
            .env("FONTCONFIG_FILE", &fonts)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot run {}: {error}", browser.display()))?;
        let to = process.stdin.take().expect("piped");
        let from = BufReader::new(process.stdout.take().expect("piped"));
        let mut chromium = Self { process, to, from, tab: Value::Null, calls: 0, events: Vec::new() };
        let target = chromium.call("Target.createTarget", json!({ "url": "about:blank" }))?;
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        chromium.tab = chromium.call("Target.attachToTarget", attach)?["sessionId"].take();
        chromium.call("Page.enable", json!({}))?;
        Ok(chromium)
    }

    /// The page as a PNG file, once its fonts and pictures are there.
    pub fn picture(&mut self, case: &Case) -> Result<Vec<u8>, String> {
        let size =
            json!({ "width": case.width, "height": case.height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", size)?;
        let path = case.path.canonicalize().map_err(|error| error.to_string())?;
        self.events.clear();
        self.call("Page.navigate", json!({ "url": format!("file://{}", path.display()) }))?;
        self.wait_for("Page.loadEventFired")?;
        let ready = json!({ "expression": "document.fonts.ready.then(() => 0)", "awaitPromise": true });
        self.call("Runtime.evaluate", ready)?;
        let shot = self.call("Page.captureScreenshot", json!({ "format": "png" }))?;
        let data = shot["data"].as_str().ok_or("no picture came back")?;
        base64::engine::general_purpose::STANDARD.decode(data).map_err(|error| error.to_string())
    }

    fn call(&mut self, method: &str, parameters: Value) -> Result<Value, String> {
        self.calls += 1;
        let mut message = json!({ "id": self.calls, "method": method, "params": parameters });
        if !self.tab.is_null() {
            message["sessionId"] = self.tab.clone();
        }
        let gone = |error: std::io::Error| format!("Chromium is gone: {error}");
        self.to.write_all(format!("{message}\0").as_bytes()).map_err(gone)?;
        loop {
            let mut message = self.next()?;
            if message["id"] != self.calls {
                self.events.push(message);
            } else if message["error"].is_null() {
                return Ok(message["result"].take());
            } else {
                return Err(format!("{method}: {}", message["error"]["message"]));
            }
        }
    }

    fn wait_for(&mut self, event: &str) -> Result<(), String> {
        while !self.events.iter().any(|message| message["method"] == event) {
            let message = self.next()?;
            self.events.push(message);
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Value, String> {
        let mut message = Vec::new();
        self.from.read_until(0, &mut message).map_err(|error| error.to_string())?;
        if message.pop() != Some(0) {
            return Err("Chromium ended early".to_owned());
        }
        serde_json::from_slice(&message).map_err(|error| error.to_string())
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        self.tab = Value::Null;
        if self.call("Browser.close", json!({})).is_err() {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}
