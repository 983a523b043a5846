//! The graduates of the certificate campaign.

use std::io::{Result, Write};

use super::names;
use super::random::Random;

/// Writes `count` graduates as CSV.
pub fn write(sink: &mut impl Write, count: usize, seed: u64) -> Result<()> {
    writeln!(sink, "number,name,locale,course,hours,distinction,completed")?;
    for index in 0..count {
        let random = &mut Random::for_record(seed ^ 0xce47, index);
        let name = name(random);
        let locale = ["en-GB", "en-GB", "de-DE", "fr-FR"][random.below(4) as usize];
        let course = random.pick(COURSES);
        let hours = 10 * random.between(3, 24);
        let distinction = random.chance(18);
        let (month, day) = (random.between(1, 12), random.between(1, 28));
        writeln!(
            sink,
            "SA-2026-{:04},\"{name}\",{locale},{course},{hours},{distinction},2026-{month:02}-{day:02}",
            index + 1
        )?;
    }
    Ok(())
}

/// A full name as it stands in a passport or on a name plate, in many scripts.
fn name(random: &mut Random) -> String {
    let hard = random.below(100);
    match hard {
        0..24 => random.pick(HARD).to_owned(),
        24..32 => joined(names::of_language(random, "ar")),
        32..38 => joined(names::of_language(random, "he")),
        _ => joined(names::latin(random)),
    }
}

fn joined((given, family): (&str, &str)) -> String {
    format!("{given} {family}")
}

const HARD: &[&str] = &[
    "Zoë-Amélie Brûlé d’Aubigny",
    "Søren Ærøskøbing Þórðarson",
    "Łucja Żółć-Wąsik",
    "Nguyễn Thị Ánh Tuyết",
    "İpek Iğdır Çağlayan",
    "Ἀριστοτέλης Παπαδόπουλος",
    "Ољга Ђорђевић",
    "Їжакевич Ґанна Юріївна",
    "Маргарита Щербакова",
    "श्रुति कृष्णमूर्ति",
    "लक्ष्मी त्रिवेदी",
    "Ọlámidé Olúwasẹ́gun",
    "Maximiliane Freifrau von und zu Hohenstaufen-Württemberg",
    "Uffizi Officer Affleck",
    "علی‌رضا یاسمین",
    "Seán Ó Súilleabháin",
    "Jürgen Größbauer",
    "Ŵenna Llŷr",
];

const COURSES: &[&str] = &[
    "Celestial Navigation",
    "Positional Astronomy and Timekeeping",
    "The History of the Telescope",
    "Spectroscopy of Variable Stars",
    "Lens Grinding and Optical Testing",
    "Radio Interferometry",
    "Observing the Planets",
    "Star Charts and Their Makers",
];
