//! Prefix ("Huffman") codes: from how often symbols occur to the canonical code of RFC 1951 §3.2.2.

/// The most symbols any alphabet of deflate has.
const MOST: usize = 286;

/// Sets the length of each symbol's code, at most `limit` bits, 0 for symbols that do not occur.
///
/// Optimal but for the limit (Moffat and Katajainen, In-place calculation of minimum-redundancy
/// codes, 1995); codes that are too long are shortened at the cost of the cheapest longer ones.
pub(super) fn lengths(counts: &[u32], limit: usize, lengths: &mut [u8]) {
    lengths.fill(0);
    // The count and below it the symbol, which breaks ties: the same counts always give the same code.
    let mut order = [0u64; MOST];
    let mut n = 0;
    for (symbol, &count) in counts.iter().enumerate() {
        order[n] = u64::from(count) << 32 | symbol as u64;
        n += usize::from(count > 0);
    }
    let order = &mut order[..n];
    let symbol = |entry: u64| entry as u32 as usize;
    if let [] | [_] = order {
        // A lone code still takes one bit.
        order.iter().for_each(|&entry| lengths[symbol(entry)] = 1);
        return;
    }
    order.sort_unstable();

    let mut tree = [0u32; MOST];
    for (node, &entry) in tree.iter_mut().zip(order.iter()) {
        *node = (entry >> 32) as u32;
    }
    let depths = depths(&mut tree[..n], limit);

    // The rarest symbols come first and have the longest codes.
    let mut entries = order.iter();
    for length in (1..=limit).rev() {
        for &entry in entries.by_ref().take(depths[length]) {
            lengths[symbol(entry)] = length as u8;
        }
    }
}

/// How many codes there are of each length. `tree` holds the weights, rising, and is used up.
fn depths(tree: &mut [u32], limit: usize) -> [usize; 16] {
    let n = tree.len();
    // Left to right: join the two lightest of leaves and inner nodes; a joined node's place holds its parent.
    let (mut root, mut leaf) = (0, 0);
    for next in 0..n - 1 {
        let mut weight = 0;
        for _ in 0..2 {
            if leaf >= n || (root < next && tree[root] < tree[leaf]) {
                weight += tree[root];
                tree[root] = next as u32;
                root += 1;
            } else {
                weight += tree[leaf];
                leaf += 1;
            }
        }
        tree[next] = weight;
    }
    // Right to left: parents to depths.
    tree[n - 2] = 0;
    for node in (0..n - 2).rev() {
        tree[node] = tree[tree[node] as usize] + 1;
    }
    // Depths of inner nodes to how many leaves each depth has.
    let mut depths = [0; 16];
    let mut inner = tree[..n - 1].iter().rev().peekable();
    let (mut free, mut depth) = (1, 0);
    while free > 0 {
        let mut used = 0;
        while inner.next_if(|&&d| d as usize == depth).is_some() {
            used += 1;
        }
        depths[depth.min(limit)] += free - used;
        free = 2 * used;
        depth += 1;
    }
    // Leaves moved up to the limit overfill the code; push others down until it is full exactly.
    let mut space: usize = (1..=limit).map(|length| depths[length] << (limit - length)).sum();
    while space > 1 << limit {
        depths[limit] -= 1;
        if let Some(shorter) = (1..limit).rev().find(|&length| depths[length] > 0) {
            depths[shorter] -= 1;
            depths[shorter + 1] += 2;
        }
        space -= 1;
    }
    depths
}

/// The canonical codes of these lengths, their bits already reversed into the order of the stream.
pub(super) fn codes(lengths: &[u8], codes: &mut [u16]) {
    let mut next = [0u16; 17];
    for &length in lengths {
        if length > 0 {
            next[usize::from(length) + 1] += 1;
        }
    }
    // From counts to the first code of each length.
    for length in 1..16 {
        next[length] = (next[length] + next[length - 1]) << 1;
    }
    for (code, &length) in codes.iter_mut().zip(lengths) {
        if length > 0 {
            let value = &mut next[usize::from(length)];
            *code = value.reverse_bits() >> (16 - length);
            *value += 1;
        }
    }
}
