// The blocks of a JPEG: colours converted and perhaps halved, transformed and quantised, column by column,
// as src/encode/jpeg makes them. Additions may be joined to multiplications here, so that a coefficient that
// lies halfway may fall to the other side.
//
// Eight threads make a block, each a column of it and then a row; eight blocks are made at once.

struct Area {
    // The page's pixel of its corner.
    at: vec2<u32>,
    // Pixels that there are; beyond them the last ones go on.
    size: vec2<u32>,
    // MCUs in a row, and in all.
    across: u32,
    count: u32,
    // Where the coefficients begin, in words.
    out: u32,
    // Where the factors begin; the top bit: colours are halved.
    factors: u32,
}

@group(0) @binding(0) var page: texture_2d<f32>;
@group(0) @binding(1) var<storage, read> areas: array<Area>;
// Of luma and chroma: what each coefficient is multiplied by, column by column.
@group(0) @binding(2) var<storage, read> factors: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<u32>;

// On white.
fn pixel(area: Area, x: u32, y: u32) -> vec3<f32> {
    let at = area.at + min(vec2(x, y), area.size - 1u);
    let straight = textureLoad(page, at, 0);
    return round(straight.rgb * straight.a * 255.0) + (255.0 - round(straight.a * 255.0));
}

// Components 0, 1, 2: Y, Cb, Cr (T.871, clause 7), around zero.
fn component(rgb: vec3<f32>, which: u32) -> f32 {
    switch which {
        case 0u: { return 0.299 * rgb.r + 0.587 * rgb.g + 0.114 * rgb.b - 128.0; }
        case 1u: { return 0.5 * rgb.b - 0.1687359 * rgb.r - 0.3312641 * rgb.g; }
        default: { return 0.5 * rgb.r - 0.4186876 * rgb.g - 0.0813124 * rgb.b; }
    }
}

// Arai, Agui and Nakajima, 1988; the last multiplications are in the factors.
fn transform(d: ptr<function, array<f32, 8>>) {
    let s0 = (*d)[0] + (*d)[7];
    let d7 = (*d)[0] - (*d)[7];
    let s1 = (*d)[1] + (*d)[6];
    let d6 = (*d)[1] - (*d)[6];
    let s2 = (*d)[2] + (*d)[5];
    let d5 = (*d)[2] - (*d)[5];
    let s3 = (*d)[3] + (*d)[4];
    let d4 = (*d)[3] - (*d)[4];
    let a = s0 + s3;
    let b = s0 - s3;
    let c = s1 + s2;
    let e = s1 - s2;
    let z = (e + b) * 0.70710677;
    let t0 = d4 + d5;
    let t1 = d5 + d6;
    let t2 = d6 + d7;
    let z5 = (t0 - t2) * 0.38268343;
    let z2 = t0 * 0.5411961 + z5;
    let z4 = t2 * 1.3065629 + z5;
    let z3 = t1 * 0.70710677;
    let z11 = d7 + z3;
    let z13 = d7 - z3;
    *d = array<f32, 8>(a + c, z11 + z4, b + z, z13 - z2, a - c, z13 + z2, b - z, z11 - z4);
}

var<workgroup> middle: array<f32, 512>;
var<workgroup> coded: array<i32, 512>;

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let area = areas[group.y];
    let halved = (area.factors >> 31u) != 0u;
    let blocks = select(3u, 6u, halved);
    let side = select(8u, 16u, halved);
    let index = group.x * 8u + local.y;
    let there = index < area.count * blocks;
    let lane = local.x;
    let shared_at = local.y * 64u;
    let which = index % blocks;
    let luma_blocks = blocks - 2u;
    let plane = select(which - luma_blocks + 1u, 0u, which < luma_blocks);
    if there {
        let mcu = index / blocks;
        let x = mcu % area.across * side;
        let y = mcu / area.across * side;
        var column: array<f32, 8>;
        for (var row = 0u; row < 8u; row += 1u) {
            if plane == 0u {
                column[row] = component(pixel(area, x + which % 2u * 8u + lane, y + which / 2u * 8u + row), 0u);
            } else if halved {
                var sum = vec3(0.0);
                for (var part = 0u; part < 2u; part += 1u) {
                    let line = y + 2u * row + part;
                    sum += (pixel(area, x + 2u * lane, line) + pixel(area, x + 2u * lane + 1u, line)) * 0.25;
                }
                column[row] = component(sum, plane);
            } else {
                column[row] = component(pixel(area, x + lane, y + row), plane);
            }
        }
        transform(&column);
        for (var row = 0u; row < 8u; row += 1u) {
            middle[shared_at + row * 8u + lane] = column[row];
        }
    }
    workgroupBarrier();
    if there {
        var row: array<f32, 8>;
        for (var at = 0u; at < 8u; at += 1u) {
            row[at] = middle[shared_at + lane * 8u + at];
        }
        transform(&row);
        let table = (area.factors & 0x7fffffffu) + select(0u, 64u, plane > 0u);
        for (var at = 0u; at < 8u; at += 1u) {
            let value = i32(round(row[at] * factors[table + at * 8u + lane]));
            coded[shared_at + at * 8u + lane] = value;
        }
    }
    workgroupBarrier();
    if there {
        for (var at = 0u; at < 4u; at += 1u) {
            let pair = lane * 8u + at * 2u;
            let low = u32(coded[shared_at + pair]) & 0xffffu;
            let high = u32(coded[shared_at + pair + 1u]) << 16u;
            out[area.out + index * 32u + lane * 4u + at] = low | high;
        }
    }
}
