//! Which GPUs there are, and which of them are fit.

use std::fmt;

use wgpu::{Adapter, Backends, DeviceType, DownlevelFlags, Instance, InstanceDescriptor, Limits};

use crate::diagnostic::{Diagnostic, Result};

/// What draws the frames of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Backend {
    /// GPUs when fit ones are there, otherwise the CPU.
    #[default]
    Auto,
    Cpu,
    /// GPUs or nothing.
    Gpu,
}

/// Which of several fit GPUs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Gpus {
    /// The fittest one.
    #[default]
    Best,
    All,
    /// By their numbers in the list of adapters.
    Numbers(Vec<usize>),
}

/// An adapter that the system offers.
#[derive(Debug)]
pub struct Found {
    pub(super) adapter: Adapter,
    /// Why it cannot draw frames; `None` when it can.
    pub unfit: Option<String>,
    software: bool,
}

/// What drawing needs of an adapter, beside compute shaders: enough for the working buffers of the largest
/// page.
fn needed() -> Limits {
    Limits {
        max_texture_dimension_2d: 4096,
        max_storage_buffers_per_shader_stage: 8,
        max_storage_buffer_binding_size: 64 << 20,
        max_buffer_size: 64 << 20,
        max_compute_workgroup_storage_size: 16 << 10,
        max_compute_invocations_per_workgroup: 256,
        max_compute_workgroup_size_x: 256,
        max_compute_workgroups_per_dimension: 65_535,
        ..Limits::downlevel_defaults()
    }
}

/// Asks the system. Loads its drivers, which can take a tenth of a second.
pub fn adapters() -> Vec<Found> {
    let instance = Instance::new(InstanceDescriptor {
        backends: Backends::PRIMARY,
        ..InstanceDescriptor::new_without_display_handle()
    });
    let mut found: Vec<Found> = Vec::new();
    for adapter in pollster::block_on(instance.enumerate_adapters(Backends::PRIMARY)) {
        let info = adapter.get_info();
        // One GPU shows up once for each interface that its driver has.
        let same = |other: &Found| {
            let other = other.adapter.get_info();
            other.backend != info.backend
                && (other.vendor, other.device, &other.device_pci_bus_id)
                    == (info.vendor, info.device, &info.device_pci_bus_id)
        };
        if found.iter().any(same) {
            continue;
        }
        let mut unfit = Vec::new();
        if !adapter.get_downlevel_capabilities().flags.contains(DownlevelFlags::COMPUTE_SHADERS) {
            unfit.push("it has no compute shaders".to_owned());
        }
        needed().check_limits_with_fail_fn(&adapter.limits(), false, |name, needed, has| {
            unfit.push(format!("{name} is {has}, and {needed} is needed"));
        });
        let software = info.device_type == DeviceType::Cpu;
        found.push(Found { adapter, unfit: (!unfit.is_empty()).then(|| unfit.join("; ")), software });
    }
    found
}

/// The adapters to draw with; none means the CPU. Adapters that are programs on the CPU themselves are
/// chosen by their numbers only, or when `software` admits them, for tests. Fails when GPUs are asked for
/// that are not there (`no-gpu`).
pub fn choose(backend: Backend, gpus: &Gpus, software: bool) -> Result<Vec<Found>> {
    let named = matches!(gpus, Gpus::Numbers(_));
    if backend == Backend::Cpu || (backend == Backend::Auto && !named && !may_have_gpu()) {
        return Ok(Vec::new());
    }
    let found = adapters();
    let fit = |found: &Found| found.unfit.is_none() && (software || named || !found.software);
    let fail = |message: String| {
        let list: String = found.iter().enumerate().map(|(i, found)| format!("\n  {i}: {found}")).collect();
        let list = if list.is_empty() { " the system offers no adapter at all".to_owned() } else { list };
        Err(Box::new(
            Diagnostic::error("no-gpu", message).with_hint(format!(
                "install the GPU's driver, or use `--backend cpu`; adapters found:{list}"
            )),
        ))
    };
    if let Gpus::Numbers(numbers) = gpus {
        for &number in numbers {
            match found.get(number) {
                None => return fail(format!("there is no GPU {number}")),
                Some(one) if !fit(one) => return fail(format!("GPU {number} cannot draw frames: {one}")),
                Some(_) => {}
            }
        }
    } else if !found.iter().any(fit) {
        return if backend == Backend::Auto {
            Ok(Vec::new())
        } else {
            fail("no GPU was found that can draw frames".to_owned())
        };
    }
    let mut chosen: Vec<(usize, Found)> = found.into_iter().enumerate().filter(|(_, one)| fit(one)).collect();
    match gpus {
        Gpus::Numbers(numbers) => chosen.retain(|(number, _)| numbers.contains(number)),
        Gpus::All => {}
        Gpus::Best => {
            chosen.sort_by_key(|(number, one)| (one.rank(), *number));
            chosen.truncate(1);
        }
    }
    Ok(chosen.into_iter().map(|(_, one)| one).collect())
}

/// Whether looking for a GPU is worth loading drivers. Linux shows GPUs as device files.
fn may_have_gpu() -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    let any_in = |folder: &str, prefix: &str| {
        std::fs::read_dir(folder).is_ok_and(|mut entries| {
            entries.any(|entry| entry.is_ok_and(|e| e.file_name().to_string_lossy().starts_with(prefix)))
        })
    };
    any_in("/dev/dri", "render") || any_in("/dev", "nvidia") || any_in("/dev", "dxg")
}

impl Found {
    /// Fitter ones first.
    fn rank(&self) -> u8 {
        match self.adapter.get_info().device_type {
            DeviceType::DiscreteGpu => 0,
            DeviceType::VirtualGpu => 1,
            DeviceType::IntegratedGpu => 2,
            DeviceType::Other => 3,
            DeviceType::Cpu => 4,
        }
    }

    /// Whether it is a program on the CPU.
    pub fn is_software(&self) -> bool {
        self.software
    }

    /// The limits that batches are sized by, for people.
    pub fn limits(&self) -> String {
        let limits = self.adapter.limits();
        format!(
            "textures up to {0}×{0}, buffers up to {1} MiB, {2} MiB of one visible to a shader",
            limits.max_texture_dimension_2d,
            limits.max_buffer_size >> 20,
            limits.max_storage_buffer_binding_size >> 20,
        )
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let info = self.adapter.get_info();
        write!(f, "{} ({:?}, {:?}", info.name, info.device_type, info.backend)?;
        if !info.driver.is_empty() {
            write!(f, ", {} {}", info.driver, info.driver_info)?;
        }
        write!(f, ")")?;
        match &self.unfit {
            Some(reason) => write!(f, ": unfit, {reason}"),
            None if self.software => write!(f, ": a program on the CPU, slower than our own"),
            None => Ok(()),
        }
    }
}
