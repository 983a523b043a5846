// The rows of a PNG: filtered, each behind its filter's number (Third Edition, clause 9), as
// src/encode/png/filter.rs makes them, byte for byte.
//
// `weigh` chooses a row's filter by the sum of its differences and counts what tells whether filters pay
// in its band; `decide` sums that up for each band; `write` makes the bytes, four at once. The rows are
// opaque: three bytes a pixel.

struct Strip {
    // The page's pixel where the first row begins.
    at: vec2<u32>,
    width: u32,
    rows: u32,
    // Where the bytes begin, in words.
    out: u32,
    // Where the notes about the rows begin.
    notes: u32,
    // Rows of a band; the strip begins with one.
    band: u32,
    // 1: only up, sub and none are tried. 2: there is nothing above the first row.
    flags: u32,
}

struct Note {
    filter_: u32,
    near: u32,
    far: u32,
    // Bytes that are not those of the row above, and of it moved by a pixel to either side.
    fresh: array<u32, 3>,
    // The filter that is used.
    used: u32,
    unused: u32,
}

@group(0) @binding(0) var page: texture_2d<f32>;
@group(0) @binding(1) var<storage, read> strips: array<Strip>;
@group(0) @binding(2) var<storage, read_write> notes: array<Note>;
@group(0) @binding(3) var<storage, read_write> out: array<u32>;

const NONE = 0u;
const SUB = 1u;
const UP = 2u;
const AVERAGE = 3u;
const PAETH = 4u;
const SAMPLED = 8u;

fn pixel(strip: Strip, x: i32, y: i32) -> vec3<u32> {
    if x < 0 || (y < 0 && (strip.flags & 2u) != 0u) {
        return vec3(0u);
    }
    let value = textureLoad(page, vec2(i32(strip.at.x) + x, i32(strip.at.y) + y), 0);
    return vec3<u32>(round(value.rgb * 255.0));
}

fn paeth(left: u32, up: u32, corner: u32) -> u32 {
    let estimate = i32(left + up) - i32(corner);
    let to_left = abs(estimate - i32(left));
    let to_up = abs(estimate - i32(up));
    let to_corner = abs(estimate - i32(corner));
    if to_left <= to_up && to_left <= to_corner {
        return left;
    }
    return select(corner, up, to_up <= to_corner);
}

fn residual(kind: u32, x: u32, left: u32, up: u32, corner: u32) -> u32 {
    var guess = 0u;
    switch kind {
        case SUB: { guess = left; }
        case UP: { guess = up; }
        case AVERAGE: { guess = (left + up) / 2u; }
        case PAETH: { guess = paeth(left, up, corner); }
        default: {}
    }
    return (x - guess) & 255u;
}

// Of each filter: the sum of differences, and how many bytes are not zero, and not ±1 either.
var<workgroup> cost: array<atomic<u32>, 5>;
var<workgroup> near: array<atomic<u32>, 5>;
var<workgroup> far: array<atomic<u32>, 5>;
var<workgroup> fresh: array<atomic<u32>, 3>;

@compute @workgroup_size(64)
fn weigh(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    if thread < 5u {
        atomicStore(&cost[thread], 0u);
        atomicStore(&near[thread], 0u);
        atomicStore(&far[thread], 0u);
    }
    if thread < 3u {
        atomicStore(&fresh[thread], 0u);
    }
    workgroupBarrier();
    let strip = strips[group.y];
    if group.x < strip.rows {
        let y = i32(group.x);
        var costs = array<u32, 5>(0u, 0u, 0u, 0u, 0u);
        var nears = array<u32, 5>(0u, 0u, 0u, 0u, 0u);
        var fars = array<u32, 5>(0u, 0u, 0u, 0u, 0u);
        var fresh_bytes = vec3(0u);
        for (var column = thread; column < strip.width; column += 64u) {
            let x = i32(column);
            let own = pixel(strip, x, y);
            let left = pixel(strip, x - 1, y);
            let up = pixel(strip, x, y - 1);
            let corner = pixel(strip, x - 1, y - 1);
            let next = column + 1u < strip.width;
            let after = pixel(strip, select(x, x + 1, next), y - 1);
            for (var channel = 0u; channel < 3u; channel += 1u) {
                let byte = own[channel];
                fresh_bytes.x += u32(byte != up[channel]);
                fresh_bytes.y += u32(next && byte != after[channel]);
                fresh_bytes.z += u32(column > 0u && byte != corner[channel]);
                for (var kind = 0u; kind < 5u; kind += 1u) {
                    let rest = residual(kind, byte, left[channel], up[channel], corner[channel]);
                    costs[kind] += min(rest, 256u - rest);
                    nears[kind] += u32(rest != 0u);
                    fars[kind] += u32(rest > 1u && rest != 255u);
                }
            }
        }
        for (var kind = 0u; kind < 5u; kind += 1u) {
            atomicAdd(&cost[kind], costs[kind]);
            atomicAdd(&near[kind], nears[kind]);
            atomicAdd(&far[kind], fars[kind]);
        }
        for (var way = 0u; way < 3u; way += 1u) {
            atomicAdd(&fresh[way], fresh_bytes[way]);
        }
    }
    workgroupBarrier();
    if thread == 0u && group.x < strip.rows {
        // The least cost; of equals the first in this order.
        var best = UP;
        if (strip.flags & 1u) != 0u {
            if atomicLoad(&cost[SUB]) < atomicLoad(&cost[best]) { best = SUB; }
            if atomicLoad(&cost[NONE]) < atomicLoad(&cost[best]) { best = NONE; }
        } else {
            best = NONE;
            for (var kind = 1u; kind < 5u; kind += 1u) {
                if atomicLoad(&cost[kind]) < atomicLoad(&cost[best]) { best = kind; }
            }
        }
        if atomicLoad(&fresh[0]) == 0u {
            best = UP;
        }
        var note: Note;
        note.filter_ = best;
        note.near = atomicLoad(&near[best]);
        note.far = atomicLoad(&far[best]);
        note.fresh = array<u32, 3>(atomicLoad(&fresh[0]), atomicLoad(&fresh[1]), atomicLoad(&fresh[2]));
        notes[strip.notes + group.x] = note;
    }
}

@compute @workgroup_size(64)
fn decide(@builtin(global_invocation_id) id: vec3<u32>) {
    let strip = strips[id.y];
    if id.x >= strip.rows {
        return;
    }
    let first = id.x / strip.band * strip.band;
    let last = min(first + strip.band, strip.rows);
    var fresh_bytes = vec3(0u);
    var near_far = vec2(0u);
    for (var row = first; row < last; row += SAMPLED) {
        let note = notes[strip.notes + row];
        fresh_bytes += vec3(note.fresh[0], note.fresh[1], note.fresh[2]);
        near_far += vec2(note.near, note.far);
    }
    let fewest = min(fresh_bytes.x, min(fresh_bytes.y, fresh_bytes.z));
    let loss = 18u * fewest < 11u * near_far.x + 12u * near_far.y;
    let at = strip.notes + id.x;
    notes[at].used = select(notes[at].filter_, NONE, loss);
}

fn filtered(strip: Strip, index: u32) -> u32 {
    let stride = strip.width * 3u + 1u;
    let row = index / stride;
    if row >= strip.rows {
        return 0u;
    }
    let kind = notes[strip.notes + row].used;
    if index % stride == 0u {
        return kind;
    }
    let byte = index % stride - 1u;
    let x = i32(byte / 3u);
    let y = i32(row);
    let channel = byte % 3u;
    let own = pixel(strip, x, y)[channel];
    if kind == NONE {
        return own;
    }
    let left = pixel(strip, x - 1, y)[channel];
    let up = pixel(strip, x, y - 1)[channel];
    let corner = pixel(strip, x - 1, y - 1)[channel];
    return residual(kind, own, left, up, corner);
}

@compute @workgroup_size(256)
fn write(@builtin(global_invocation_id) id: vec3<u32>) {
    let strip = strips[id.y];
    let bytes = strip.rows * (strip.width * 3u + 1u);
    if id.x * 4u >= bytes {
        return;
    }
    var word = 0u;
    for (var byte = 0u; byte < 4u; byte += 1u) {
        word |= filtered(strip, id.x * 4u + byte) << (8u * byte);
    }
    out[strip.out + id.x] = word;
}
