//! Vello's compute stages: a scene in, a texture out.
//!
//! The order of the stages and what each is given are those of vello's own renderer (`render.rs`);
//! the buffers are kept from scene to scene, and their sizes are ours to choose.

use std::borrow::Cow;
use std::num::NonZero;
use std::sync::Mutex;

use vello::low_level::vello_encoding::{
    BufferSizes, DrawTag, Encoding, IndirectCount, Layout, RenderConfig, Resolver, WorkgroupSize,
};
use vello_shaders::{BindType, ComputeShader, SHADERS};
use wgpu::{
    BindGroupDescriptor, BindGroupEntry, BindGroupLayout, BindGroupLayoutDescriptor, BindGroupLayoutEntry,
    BindingResource, BindingType, Buffer, BufferBindingType, BufferDescriptor, BufferUsages, CommandEncoder,
    ComputePassDescriptor, ComputePassTimestampWrites, ComputePipeline, ComputePipelineDescriptor, Extent3d,
    Origin3d, PipelineCompilationOptions, PipelineLayoutDescriptor, ShaderModuleDescriptor, ShaderSource,
    ShaderStages, StorageTextureAccess, TexelCopyBufferLayout, TexelCopyTextureInfo, Texture, TextureAspect,
    TextureDescriptor, TextureDimension, TextureFormat, TextureSampleType, TextureUsages, TextureView,
    TextureViewDescriptor, TextureViewDimension,
};

use super::capacity::Capacity;
use super::device::Device;
use super::encoded::EncodedList;
use super::fault::Trouble;
use super::gather::Gather;
use super::polygons::POINT;

/// A compiled shader.
#[derive(Debug)]
pub(super) struct Stage {
    pub pipeline: ComputePipeline,
    layout: BindGroupLayout,
    /// The bindings that the shader uses.
    bindings: Vec<u32>,
}

impl Stage {
    /// Compiles WGSL that begins at `main`, whose bindings, all in group 0, have these numbers and kinds.
    pub fn new(device: &Device, label: &str, code: &str, bindings: &[(u32, BindType)]) -> Self {
        Self::compile(device, label, "main", code, bindings)
    }

    /// Compiles WGSL that begins elsewhere.
    pub fn entry(device: &Device, entry: &str, code: &str, bindings: &[(u32, BindType)]) -> Self {
        Self::compile(device, entry, entry, code, bindings)
    }

    fn compile(device: &Device, label: &str, entry: &str, code: &str, bindings: &[(u32, BindType)]) -> Self {
        let module = device.device.create_shader_module(ShaderModuleDescriptor {
            label: Some(label),
            source: ShaderSource::Wgsl(Cow::Borrowed(code)),
        });
        let buffer = |ty: BufferBindingType| BindingType::Buffer {
            ty,
            has_dynamic_offset: false,
            min_binding_size: None,
        };
        let entries: Vec<BindGroupLayoutEntry> = bindings
            .iter()
            .map(|&(binding, kind)| BindGroupLayoutEntry {
                binding,
                visibility: ShaderStages::COMPUTE,
                ty: match kind {
                    BindType::Buffer => buffer(BufferBindingType::Storage { read_only: false }),
                    BindType::BufReadOnly => buffer(BufferBindingType::Storage { read_only: true }),
                    BindType::Uniform => buffer(BufferBindingType::Uniform),
                    BindType::Image => BindingType::StorageTexture {
                        access: StorageTextureAccess::WriteOnly,
                        format: TextureFormat::Rgba8Unorm,
                        view_dimension: TextureViewDimension::D2,
                    },
                    BindType::ImageRead => BindingType::Texture {
                        sample_type: TextureSampleType::Float { filterable: false },
                        view_dimension: TextureViewDimension::D2,
                        multisampled: false,
                    },
                },
                count: None,
            })
            .collect();
        let layout = device
            .device
            .create_bind_group_layout(&BindGroupLayoutDescriptor { label: Some(label), entries: &entries });
        let pipeline_layout = device.device.create_pipeline_layout(&PipelineLayoutDescriptor {
            label: Some(label),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let pipeline = device.device.create_compute_pipeline(&ComputePipelineDescriptor {
            label: Some(label),
            layout: Some(&pipeline_layout),
            module: &module,
            entry_point: Some(entry),
            compilation_options: PipelineCompilationOptions {
                // The shaders write what they read.
                zero_initialize_workgroup_memory: false,
                ..PipelineCompilationOptions::default()
            },
            cache: device.pipelines.as_ref(),
        });
        Self { pipeline, layout, bindings: bindings.iter().map(|(binding, _)| *binding).collect() }
    }

    /// Binds resources, the first to binding 0 and so on; those the shader does not use are left out.
    pub fn bind(&self, device: &Device, resources: &[BindingResource<'_>]) -> wgpu::BindGroup {
        let entries: Vec<BindGroupEntry<'_>> = self
            .bindings
            .iter()
            .map(|&binding| BindGroupEntry { binding, resource: resources[binding as usize].clone() })
            .collect();
        device.device.create_bind_group(&BindGroupDescriptor {
            label: None,
            layout: &self.layout,
            entries: &entries,
        })
    }
}

macro_rules! stages {
    ($($name:ident = $shader:ident),* $(,)?) => {
        /// All stages, compiled.
        #[derive(Debug)]
        struct Pipelines { $($name: Stage),* }

        impl Pipelines {
            fn new(device: &Device) -> Self {
                let shaders = [$(&SHADERS.$shader),*];
                let mut compiled = compile(device, &shaders).into_iter();
                Self { $($name: compiled.next().expect("one for each shader")),* }
            }
        }
    };
}

stages! {
    pathtag_reduce = pathtag_reduce,
    pathtag_reduce2 = pathtag_reduce2,
    pathtag_scan1 = pathtag_scan1,
    pathtag_scan_small = pathtag_scan_small,
    pathtag_scan_large = pathtag_scan_large,
    bbox_clear = bbox_clear,
    flatten = flatten,
    draw_reduce = draw_reduce,
    draw_leaf = draw_leaf,
    clip_reduce = clip_reduce,
    clip_leaf = clip_leaf,
    binning = binning,
    tile_alloc = tile_alloc,
    path_count_setup = path_count_setup,
    path_count = path_count,
    backdrop = backdrop_dyn,
    coarse = coarse,
    path_tiling_setup = path_tiling_setup,
    path_tiling = path_tiling,
    fine = fine_area,
}

/// Compiles on all cores: drivers take up to a second for one.
fn compile(device: &Device, shaders: &[&ComputeShader<'_>]) -> Vec<Stage> {
    let threads = std::thread::available_parallelism().map_or(2, usize::from).min(shaders.len());
    let next = Mutex::new(0..shaders.len());
    let compiled = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let Some(index) = next.lock().expect("no thread panics with it").next() else { return };
                    let shader = shaders[index];
                    let numbers = shader.wgsl.binding_indices.iter().map(|&binding| u32::from(binding));
                    let bindings: Vec<(u32, BindType)> =
                        numbers.zip(shader.bindings.iter().copied()).collect();
                    let code = precise(&shader.wgsl.code);
                    let stage = Stage::new(device, &shader.name, &code, &bindings);
                    compiled.lock().expect("no thread panics with it").push((index, stage));
                }
            });
        }
    });
    let mut compiled = compiled.into_inner().expect("no thread panics with it");
    compiled.sort_by_key(|(index, _)| *index);
    compiled.into_iter().map(|(_, stage)| stage).collect()
}

/// How vello tells what part of a pixel lies beyond a line.
const COVERED: &str = "let a = (b + 0.5 * (d * d - c * c) - xmin) / (xmax - xmin);";

/// The same, but for lines that are nearly upright: there both differences are a few of the smallest steps
/// that numbers can make, and their quotient is wrong by up to a twentieth. The middle is right then.
const COVERED_PRECISELY: &str = "let upright = 1.0 - clamp(0.5 * (xmin + xmax), 0.0, 1.0);
                let a = select(
                    (b + 0.5 * (d * d - c * c) - xmin) / (xmax - xmin),
                    upright,
                    xmax - xmin < 1.0e-3,
                );";

fn precise(code: &str) -> Cow<'_, str> {
    if code.contains(COVERED) { code.replace(COVERED, COVERED_PRECISELY).into() } else { code.into() }
}

/// A buffer that grows when more is asked of it.
#[derive(Debug, Default)]
pub(super) struct Growing(Option<Buffer>);

impl Growing {
    /// The buffer. It was asked for before.
    pub fn buffer(&self) -> &Buffer {
        self.0.as_ref().expect("it was asked for before")
    }

    /// The buffer, with at least that many bytes; its content is gone when it grows.
    pub fn at_least(&mut self, device: &Device, label: &str, bytes: u64, usage: BufferUsages) -> &Buffer {
        if self.0.as_ref().is_none_or(|buffer| buffer.size() < bytes) {
            let size = bytes.next_power_of_two().max(256).min(device.most_bound().max(bytes));
            let descriptor = BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false };
            self.0 = Some(device.device.create_buffer(&descriptor));
        }
        self.buffer()
    }
}

impl Growing {
    /// The buffer with these bytes in front.
    pub fn write(&mut self, device: &Device, label: &str, bytes: &[u8]) -> &Buffer {
        let usage = BufferUsages::STORAGE | BufferUsages::COPY_DST;
        let buffer = self.at_least(device, label, bytes.len() as u64, usage);
        device.queue.write_buffer(buffer, 0, bytes);
        buffer
    }
}

/// A texture that is made anew when another size is asked for.
#[derive(Debug, Default)]
struct Sized2d(Option<(Texture, TextureView)>);

impl Sized2d {
    /// Whether it is a new one, without content.
    fn fit(&mut self, device: &Device, label: &str, width: u32, height: u32) -> bool {
        let size = |(texture, _): &(Texture, TextureView)| (texture.width(), texture.height());
        let new = self.0.as_ref().map(size) != Some((width, height));
        if new {
            let usage = TextureUsages::TEXTURE_BINDING | TextureUsages::COPY_DST;
            self.0 = Some(texture(device, label, width, height, usage));
        }
        new
    }

    fn view(&self) -> &TextureView {
        &self.0.as_ref().expect("fitted before it is used").1
    }

    fn write(&self, device: &Device, (x, y): (u32, u32), (width, height): (u32, u32), pixels: &[u8]) {
        let Some((texture, _)) = &self.0 else { return };
        device.queue.write_texture(
            TexelCopyTextureInfo {
                texture,
                mip_level: 0,
                origin: Origin3d { x, y, z: 0 },
                aspect: TextureAspect::All,
            },
            pixels,
            TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(width * 4), rows_per_image: None },
            Extent3d { width, height, depth_or_array_layers: 1 },
        );
    }
}

/// An RGBA8 texture and its view.
pub(super) fn texture(
    device: &Device,
    label: &str,
    width: u32,
    height: u32,
    usage: TextureUsages,
) -> (Texture, TextureView) {
    let texture = device.device.create_texture(&TextureDescriptor {
        label: Some(label),
        size: Extent3d { width, height, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: TextureDimension::D2,
        format: TextureFormat::Rgba8Unorm,
        usage,
        view_formats: &[],
    });
    let view = texture.create_view(&TextureViewDescriptor::default());
    (texture, view)
}

macro_rules! buffers {
    ($($name:ident: $bytes:expr),* $(,)?) => {
        /// The stages' buffers.
        #[derive(Debug, Default)]
        struct Buffers { scene: Growing, config: Growing, $($name: Growing),* }

        /// The same, large enough for one scene.
        struct Sized<'a> { scene: &'a Buffer, config: &'a Buffer, $($name: &'a Buffer),* }

        impl Buffers {
            fn fit(&mut self, device: &Device, sizes: &BufferSizes, scene: u64, config: u64) -> Sized<'_> {
                let usage = BufferUsages::STORAGE | BufferUsages::COPY_DST;
                Sized {
                    scene: self.scene.at_least(device, "scene", scene, usage),
                    config: self.config.at_least(
                        device, "config", config, BufferUsages::UNIFORM | BufferUsages::COPY_DST,
                    ),
                    $($name: self.$name.at_least(
                        device,
                        stringify!($name),
                        ($bytes)(sizes),
                        usage | BufferUsages::INDIRECT | BufferUsages::COPY_SRC,
                    )),*
                }
            }
        }
    };
}

buffers! {
    reduced: |s: &BufferSizes| s.path_reduced.size_in_bytes().into(),
    reduced2: |s: &BufferSizes| s.path_reduced2.size_in_bytes().into(),
    reduced_scan: |s: &BufferSizes| s.path_reduced_scan.size_in_bytes().into(),
    tag_monoids: |s: &BufferSizes| s.path_monoids.size_in_bytes().into(),
    path_boxes: |s: &BufferSizes| s.path_bboxes.size_in_bytes().into(),
    bump: |s: &BufferSizes| s.bump_alloc.size_in_bytes().into(),
    lines: |s: &BufferSizes| s.lines.size_in_bytes().into(),
    draw_reduced: |s: &BufferSizes| s.draw_reduced.size_in_bytes().into(),
    draw_monoids: |s: &BufferSizes| s.draw_monoids.size_in_bytes().into(),
    info: |s: &BufferSizes| s.bin_data.size_in_bytes().into(),
    clip_inputs: |s: &BufferSizes| s.clip_inps.size_in_bytes().into(),
    clip_elements: |s: &BufferSizes| s.clip_els.size_in_bytes().into(),
    clip_bics: |s: &BufferSizes| s.clip_bics.size_in_bytes().into(),
    clip_boxes: |s: &BufferSizes| s.clip_bboxes.size_in_bytes().into(),
    draw_boxes: |s: &BufferSizes| s.draw_bboxes.size_in_bytes().into(),
    bin_headers: |s: &BufferSizes| s.bin_headers.size_in_bytes().into(),
    paths: |s: &BufferSizes| s.paths.size_in_bytes().into(),
    tiles: |s: &BufferSizes| s.tiles.size_in_bytes().into(),
    seg_counts: |s: &BufferSizes| s.seg_counts.size_in_bytes().into(),
    segments: |s: &BufferSizes| s.segments.size_in_bytes().into(),
    ptcl: |s: &BufferSizes| s.ptcl.size_in_bytes().into(),
    blend: |s: &BufferSizes| s.blend_spill.size_in_bytes().into(),
    indirect: |_: &BufferSizes| size_of::<IndirectCount>() as u64,
}

/// What encoding a scene came to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Encoded {
    pub dispatches: u32,
    /// Bytes of the scene and of new pictures that went to the GPU.
    pub uploaded: u64,
    /// Words of tile commands that are there from the start.
    pub initial_ptcl: u32,
}

/// Tags are a multiple of this many: one group of threads of the stage that reads them first.
const TAGS: usize = 1024;

/// Draws scenes.
pub(super) struct Stages {
    pipelines: Pipelines,
    resolver: Resolver,
    buffers: Buffers,
    pictures: Sized2d,
    ramps: Sized2d,
    /// What the ramps' texture shows.
    shown: Vec<u32>,
    gather: Gather,
    packed: Vec<u8>,
    pub capacity: Capacity,
}

impl Stages {
    /// Compiles the shaders. Keeps `points` bytes of lines' points from scene to scene.
    pub fn new(device: &Device, capacity: Capacity, points: u64) -> Self {
        Self {
            pipelines: Pipelines::new(device),
            resolver: Resolver::new(),
            buffers: Buffers::default(),
            pictures: Sized2d::default(),
            ramps: Sized2d::default(),
            shown: Vec::new(),
            gather: Gather::new(device, points),
            packed: Vec::new(),
            capacity,
        }
    }

    /// The buffer into which stages write how much room they took: a `BumpAllocators`.
    pub fn bump(&self) -> &Buffer {
        self.buffers.bump.buffer()
    }

    /// Frees all memory but the shaders', and begins anew with a capacity.
    pub fn release(&mut self, capacity: Capacity) {
        self.capacity = capacity;
        self.resolver = Resolver::new();
        self.buffers = Buffers::default();
        (self.pictures, self.ramps, self.shown) = Default::default();
        self.gather.release();
    }

    /// Uploads a scene (lists, and what they have beside their tags and points) and notes the stages' work into
    /// `encoder`.
    pub fn encode(
        &mut self,
        device: &Device,
        encoder: &mut CommandEncoder,
        (lists, rest): (&[&EncodedList], &Encoding),
        target: &TextureView,
        (width, height): (u32, u32),
        timestamps: Option<ComputePassTimestampWrites<'_>>,
    ) -> Result<Encoded, Trouble> {
        let (mut layout, ramps, images) = self.resolver.resolve(rest, &mut self.packed);
        let mut uploaded = 0;
        // A scene without pictures says nothing about their atlas, which others still need.
        if images.width > 0 || self.pictures.0.is_none() {
            self.pictures.fit(device, "pictures", images.width.max(1), images.height.max(1));
        }
        for (image, x, y) in images.images {
            self.pictures.write(device, (*x, *y), (image.width, image.height), image.data.data());
            uploaded += image.data.data().len() as u64;
        }
        if !all_placed(&layout, &self.packed) {
            return Err(Trouble::TooLarge("its pictures are too large for the GPU"));
        }
        if ramps.height > 0 || self.ramps.0.is_none() {
            let rows = ramps.height.next_power_of_two();
            if self.ramps.fit(device, "ramps", ramps.width.max(1), rows) {
                self.shown.clear();
            }
        }
        // Vello hands out all ramps that it keeps; most are there from scenes before.
        let row = (ramps.width as usize).max(1);
        let alike = ramps.data.iter().zip(&self.shown).take_while(|(a, b)| a == b).count() / row;
        let new = &ramps.data[alike * row..];
        if !new.is_empty() {
            let (at, size) = ((0, alike as u32), (ramps.width, (new.len() / row) as u32));
            self.ramps.write(device, at, size, bytemuck::cast_slice(new));
            self.shown.truncate(alike * row);
            self.shown.extend_from_slice(new);
            uploaded += size_of_val(new) as u64;
        }
        // The tags stand before the rest, and the points, which the GPU puts there by itself, behind it.
        let tags = lists.iter().map(|list| list.tags.len()).sum::<usize>();
        let tags_end = tags.next_multiple_of(TAGS);
        for base in [
            &mut layout.draw_tag_base,
            &mut layout.draw_data_base,
            &mut layout.transform_base,
            &mut layout.style_base,
        ] {
            *base += (tags_end / 4) as u32;
        }
        // Where points begin also tells where tags end: how many there are is reckoned from that.
        layout.path_data_base = (tags_end / 4) as u32;
        let written = tags_end + self.packed.len();
        let points_start = (written as u64).next_multiple_of(POINT);
        let points: u64 = lists.iter().map(|list| u64::from(list.count())).sum();
        let bytes = points_start + points * POINT;
        // The first stages have a thread for each tag.
        let groups = tags_end.div_ceil(256);
        let most_groups = device.limits.max_compute_workgroups_per_dimension as usize;
        if bytes > device.most_bound() || groups > most_groups {
            return Err(Trouble::TooLarge("its outlines are too large for the GPU"));
        }
        uploaded += self.gather.upload(device, lists, (points_start / POINT) as u32);
        let mut config = RenderConfig::new(&layout, width, height, &vello::peniko::Color::TRANSPARENT);
        config.gpu.layout.path_data_base = (points_start / 4) as u32;
        self.capacity.apply(&mut config.gpu, &mut config.buffer_sizes, layout.bin_data_start);
        let (counts, uniform) = (&config.workgroup_counts, bytemuck::bytes_of(&config.gpu));
        let b = self.buffers.fit(device, &config.buffer_sizes, bytes, uniform.len() as u64);
        // Without a view there was an error, and whoever called hears of it.
        let view =
            NonZero::new(written as u64).and_then(|size| device.queue.write_buffer_with(b.scene, 0, size));
        if let Some(mut view) = view {
            let mut left = view.slice(..);
            let mut write = |bytes: &[u8]| {
                let (mut here, after) = std::mem::take(&mut left).split_at(bytes.len());
                here.copy_from_slice(bytes);
                left = after;
            };
            lists.iter().for_each(|list| write(bytemuck::cast_slice(&list.tags)));
            write(&[0; TAGS][..tags_end - tags]);
            write(&self.packed);
        }
        device.queue.write_buffer(b.config, 0, uniform);
        uploaded += written as u64;
        encoder.clear_buffer(b.bump, 0, None);

        let p = &self.pipelines;
        let mut pass = encoder
            .begin_compute_pass(&ComputePassDescriptor { label: Some("draw"), timestamp_writes: timestamps });
        let mut dispatches = 0;
        let mut run = |stage: &Stage, groups: Groups<'_>, resources: &[BindingResource<'_>]| {
            if matches!(groups, Groups::Of((0, ..) | (_, 0, _) | (.., 0))) {
                return;
            }
            pass.set_pipeline(&stage.pipeline);
            pass.set_bind_group(0, &stage.bind(device, resources), &[]);
            match groups {
                Groups::Of((x, y, z)) => pass.dispatch_workgroups(x, y, z),
                Groups::In(buffer) => pass.dispatch_workgroups_indirect(buffer, 0),
            }
            dispatches += 1;
        };
        macro_rules! run {
            ($stage:ident, $groups:expr, [$($buffer:ident),*]) => {
                run(&p.$stage, $groups, &[$(b.$buffer.as_entire_binding()),*])
            };
        }
        use Groups::{In, Of};
        let (gather, (across, down), resources) = self.gather.work(b.scene);
        run(gather, Of((across, down, 1)), &resources);
        run!(pathtag_reduce, Of(counts.path_reduce), [config, scene, reduced]);
        if counts.use_large_path_scan {
            run!(pathtag_reduce2, Of(counts.path_reduce2), [reduced, reduced2]);
            run!(pathtag_scan1, Of(counts.path_scan1), [reduced, reduced2, reduced_scan]);
            run!(pathtag_scan_large, Of(counts.path_scan), [config, scene, reduced_scan, tag_monoids]);
        } else {
            run!(pathtag_scan_small, Of(counts.path_scan), [config, scene, reduced, tag_monoids]);
        }
        run!(bbox_clear, Of(counts.bbox_clear), [config, path_boxes]);
        run!(flatten, Of(counts.flatten), [config, scene, tag_monoids, path_boxes, bump, lines]);
        run!(draw_reduce, Of(counts.draw_reduce), [config, scene, draw_reduced]);
        run!(
            draw_leaf,
            Of(counts.draw_leaf),
            [config, scene, draw_reduced, path_boxes, draw_monoids, info, clip_inputs]
        );
        run!(clip_reduce, Of(counts.clip_reduce), [clip_inputs, path_boxes, clip_bics, clip_elements]);
        run!(
            clip_leaf,
            Of(counts.clip_leaf),
            [config, clip_inputs, path_boxes, clip_bics, clip_elements, draw_monoids, clip_boxes]
        );
        run!(
            binning,
            Of(counts.binning),
            [config, draw_monoids, path_boxes, clip_boxes, draw_boxes, bump, info, bin_headers]
        );
        run!(tile_alloc, Of(counts.tile_alloc), [config, scene, draw_boxes, bump, paths, tiles]);
        run!(path_count_setup, Of(counts.path_count_setup), [bump, indirect]);
        run!(path_count, In(b.indirect), [config, bump, lines, paths, tiles, seg_counts]);
        run!(backdrop, Of(counts.backdrop), [config, bump, paths, tiles]);
        run!(
            coarse,
            Of(counts.coarse),
            [config, scene, draw_monoids, bin_headers, info, paths, tiles, bump, ptcl]
        );
        run!(path_tiling_setup, Of(counts.path_tiling_setup), [bump, indirect, ptcl]);
        run!(path_tiling, In(b.indirect), [bump, seg_counts, lines, paths, tiles, segments]);
        run(
            &p.fine,
            Of(counts.fine),
            &[
                b.config.as_entire_binding(),
                b.segments.as_entire_binding(),
                b.ptcl.as_entire_binding(),
                b.info.as_entire_binding(),
                b.blend.as_entire_binding(),
                BindingResource::TextureView(target),
                BindingResource::TextureView(self.ramps.view()),
                BindingResource::TextureView(self.pictures.view()),
            ],
        );
        let initial_ptcl = config.gpu.width_in_tiles * config.gpu.height_in_tiles * 64;
        Ok(Encoded { dispatches, uploaded, initial_ptcl })
    }
}

/// How many groups of threads.
enum Groups<'a> {
    Of(WorkgroupSize),
    /// As many as the buffer says.
    In(&'a Buffer),
}

/// Whether every picture has a place: vello gives those that do not fit no size, and draws nothing.
fn all_placed(layout: &Layout, packed: &[u8]) -> bool {
    let data = layout.draw_data(packed);
    let mut at = 0;
    for tag in layout.draw_tags(packed) {
        if *tag == DrawTag::IMAGE && data[at + 1] == 0 {
            return false;
        }
        // The number of words that a draw has (`drawtag.wgsl`).
        at += (tag.0 >> 2 & 7) as usize;
    }
    true
}

#[cfg(test)]
mod tests {
    use kurbo::{Affine, Rect};
    use vello::low_level::vello_encoding::resolve_solid_paths_only;
    use vello::peniko::Fill;

    use super::*;

    #[test]
    fn the_shader_is_made_precise() {
        let code = &SHADERS.fine_area.wgsl.code;
        assert_eq!(code.matches(COVERED).count(), 1, "vello's shader has changed");
    }

    #[test]
    fn tags_are_as_many_as_the_stages_read() {
        let mut scene = vello::Scene::new();
        scene.push_clip_layer(Fill::NonZero, Affine::IDENTITY, &Rect::new(0.0, 0.0, 9.0, 9.0));
        scene.pop_layer();
        let layout = resolve_solid_paths_only(scene.encoding(), &mut Vec::new());
        assert_eq!(layout.path_tags_size() as usize, TAGS);
    }
}
