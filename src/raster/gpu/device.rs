//! An open GPU: its device, its pipelines' cache, and what went wrong with it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use wgpu::{DeviceDescriptor, Features, Limits, PipelineCache, PipelineCacheDescriptor};

use super::adapter::Found;

/// An open device. Clones are handles of the same one.
#[derive(Debug, Clone)]
pub(super) struct Device {
    pub device: wgpu::Device,
    pub queue: wgpu::Queue,
    pub limits: Limits,
    /// Nanoseconds of a step of the GPU's clock, if it has one.
    pub clock: Option<f32>,
    /// Whether the clock can be read between copies too, not only where shaders begin and end.
    pub times_copies: bool,
    pub pipelines: Option<PipelineCache>,
    cache_file: Option<PathBuf>,
    trouble: Arc<Mutex<Option<String>>>,
}

impl Device {
    /// Opens an adapter with all that it offers of what is of use. The error is the driver's.
    pub fn open(found: &Found) -> Result<Self, String> {
        let adapter = &found.adapter;
        let offered = adapter.features();
        let features = offered
            & (Features::TIMESTAMP_QUERY
                | Features::TIMESTAMP_QUERY_INSIDE_ENCODERS
                | Features::PIPELINE_CACHE);
        let (device, queue) = pollster::block_on(adapter.request_device(&DeviceDescriptor {
            label: Some("byname"),
            required_features: features,
            required_limits: adapter.limits(),
            ..DeviceDescriptor::default()
        }))
        .map_err(|error| error.to_string())?;
        let trouble: Arc<Mutex<Option<String>>> = Arc::default();
        let note = |trouble: &Mutex<Option<String>>, what: String| {
            trouble.lock().expect("nothing panics under this lock").get_or_insert(what);
        };
        let lost = trouble.clone();
        device.set_device_lost_callback(move |reason, message| {
            note(&lost, format!("the device was lost ({reason:?}): {message}"));
        });
        let failed = trouble.clone();
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            // The first line says it; the rest is the library's own trace.
            let text = error.to_string();
            note(&failed, text.lines().next().unwrap_or_default().to_owned());
        }));
        let cache_file = features
            .contains(Features::PIPELINE_CACHE)
            .then(|| wgpu::util::pipeline_cache_key(&adapter.get_info()))
            .flatten()
            .and_then(|key| Some(cache_folder()?.join(key)));
        let pipelines = cache_file.as_ref().map(|file| {
            let data = std::fs::read(file).ok();
            let descriptor = PipelineCacheDescriptor { label: None, data: data.as_deref(), fallback: true };
            // SAFETY: the file is one that `save` wrote with this adapter's key: no safe call takes it.
            // wgpu and the driver look at its header and drop what is not theirs. It saves compiling
            // some twenty shaders at every start.
            unsafe { device.create_pipeline_cache(&descriptor) }
        });
        let clock = features.contains(Features::TIMESTAMP_QUERY).then(|| queue.get_timestamp_period());
        let times_copies = clock.is_some() && features.contains(Features::TIMESTAMP_QUERY_INSIDE_ENCODERS);
        Ok(Self {
            limits: device.limits(),
            device,
            queue,
            clock,
            times_copies,
            pipelines,
            cache_file,
            trouble,
        })
    }

    /// Keeps the compiled pipelines for the next start. Failing to is no harm.
    pub fn save(&self) {
        let (Some(cache), Some(file)) = (&self.pipelines, &self.cache_file) else { return };
        let (Some(data), Some(folder)) = (cache.get_data(), file.parent()) else { return };
        if std::fs::metadata(file).is_ok_and(|metadata| metadata.len() == data.len() as u64) {
            return;
        }
        // Other processes may be at it, and other devices of this one.
        static WRITES: AtomicU32 = AtomicU32::new(0);
        let write = WRITES.fetch_add(1, Ordering::Relaxed);
        let temporary = file.with_extension(format!("{}-{write}", std::process::id()));
        let written = std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&temporary, data))
            .and_then(|()| std::fs::rename(&temporary, file));
        if written.is_err() {
            let _ = std::fs::remove_file(&temporary);
        }
    }

    /// Bytes of the largest buffer that shaders can be given whole.
    pub fn most_bound(&self) -> u64 {
        self.limits.max_storage_buffer_binding_size.min(self.limits.max_buffer_size)
    }

    /// Notes trouble, unless there was some already.
    pub fn give_up(&self, why: String) {
        self.trouble.lock().expect("nothing panics under this lock").get_or_insert(why);
    }

    /// What went wrong since it was opened; nothing it makes counts from then on.
    pub fn trouble(&self) -> Option<String> {
        self.trouble.lock().expect("nothing panics under this lock").clone()
    }
}

/// Where programs keep what can be made again.
fn cache_folder() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let folder = if cfg!(windows) {
        variable("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        variable("HOME").map(|home| home.join("Library/Caches"))
    } else {
        variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache")))
    };
    folder.map(|folder| folder.join("byname"))
}
