// Puts together the points of a scene's lines: most lie here from scene to scene, the others came with it.

struct Entry {
    // Its first point: among those that lie here, or, from FRESH on, among those that came.
    first: u32,
    // Where its first point goes in the scene, in points.
    place: u32,
    count: u32,
    // Added to every point.
    x: f32,
    y: f32,
}

const FRESH: u32 = 0x80000000u;

@group(0) @binding(0) var<storage, read> entries: array<Entry>;
@group(0) @binding(1) var<storage, read> kept: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read> fresh: array<vec2<f32>>;
@group(0) @binding(3) var<storage, read_write> scene: array<vec2<f32>>;

// A group of threads for each entry.
@compute @workgroup_size(32)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let entry = entries[group.y * groups.x + group.x];
    let by = vec2(entry.x, entry.y);
    for (var i = thread; i < entry.count; i += 32u) {
        if entry.first >= FRESH {
            scene[entry.place + i] = fresh[entry.first - FRESH + i] + by;
        } else {
            scene[entry.place + i] = kept[entry.first + i] + by;
        }
    }
}
