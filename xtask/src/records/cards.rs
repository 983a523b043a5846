//! The people of the benchmark's card: six fields each, in the Latin alphabet, since not every tool
//! that is compared falls back to another font.

use std::io::{Result, Write};

use serde_json::json;

use super::listeners::{ARTISTS, QUALITY, THING, minutes};
use super::names;
use super::random::Random;

/// Writes `count` people as a JSON array.
pub fn write(sink: &mut impl Write, count: usize, seed: u64) -> Result<()> {
    let people: Vec<_> = (0..count)
        .map(|index| {
            let random = &mut Random::for_record(seed, index);
            let (given, family) = names::latin(random);
            let name = if random.chance(50) { given.to_owned() } else { format!("{given} {family}") };
            json!({
                "id": format!("p{index:05}"),
                "name": name,
                "minutes": minutes(random),
                "city": random.pick(CITIES),
                "artist": random.pick(ARTISTS),
                "rank": random.between(1, 99_999),
                "song": format!("{} {}", random.pick(QUALITY), random.pick(THING)),
            })
        })
        .collect();
    serde_json::to_writer(sink, &people)?;
    Ok(())
}

const CITIES: &[&str] = &[
    "Leeds",
    "Paris",
    "Oslo",
    "Lisbon",
    "Porto",
    "Vienna",
    "Graz",
    "Turin",
    "Bogotá",
    "Quito",
    "Lima",
    "Austin",
    "Denver",
    "Boston",
    "Seattle",
    "Toronto",
    "Montréal",
    "Malmö",
    "Gdańsk",
    "Zürich",
    "Kraków",
    "São Paulo",
    "Nairobi",
    "Accra",
    "Manila",
    "Perth",
    "Dublin",
    "Galway",
    "Utrecht",
    "Ghent",
    "Brno",
    "Split",
];
