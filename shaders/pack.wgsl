// Rectangles of a page, each written row by row without padding.
//
// Vello leaves straight alpha in the page. A frame has premultiplied alpha (four bytes a pixel); of what
// is opaque three bytes a pixel are enough.

struct Rectangle {
    // Its corner on the page.
    at: vec2<u32>,
    size: vec2<u32>,
    // Where its bytes begin, in words.
    out: u32,
    // Bytes of a pixel: 4 or 3.
    bytes: u32,
    unused0: u32,
    unused1: u32,
}

@group(0) @binding(0) var page: texture_2d<f32>;
@group(0) @binding(1) var<storage, read> rectangles: array<Rectangle>;
@group(0) @binding(2) var<storage, read_write> out: array<u32>;

fn pixel(rectangle: Rectangle, index: u32) -> vec4<u32> {
    if index >= rectangle.size.x * rectangle.size.y {
        return vec4(0u);
    }
    let at = rectangle.at + vec2(index % rectangle.size.x, index / rectangle.size.x);
    let straight = textureLoad(page, at, 0);
    let premultiplied = select(straight, vec4(straight.rgb * straight.a, straight.a), rectangle.bytes == 4u);
    return vec4<u32>(round(premultiplied * 255.0));
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let rectangle = rectangles[id.y];
    let bytes = rectangle.size.x * rectangle.size.y * rectangle.bytes;
    if id.x * 4u >= bytes {
        return;
    }
    var word: u32;
    if rectangle.bytes == 4u {
        let p = pixel(rectangle, id.x);
        word = p.x | (p.y << 8u) | (p.z << 16u) | (p.w << 24u);
    } else {
        // The four bytes belong to two pixels.
        let first = id.x * 4u / 3u;
        let skip = id.x * 4u % 3u;
        let a = pixel(rectangle, first);
        let b = pixel(rectangle, first + 1u);
        let six = array<u32, 6>(a.x, a.y, a.z, b.x, b.y, b.z);
        word = six[skip] | (six[skip + 1u] << 8u) | (six[skip + 2u] << 16u) | (six[skip + 3u] << 24u);
    }
    out[rectangle.out + id.x] = word;
}
