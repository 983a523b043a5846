//! The passengers of the boarding-pass campaign, as NDJSON with JSON's own types.

use std::io::{Result, Write};

use serde_json::{Value, json};

use super::names;
use super::random::Random;

/// Writes `count` passengers, one JSON object a line.
pub fn write(sink: &mut impl Write, count: usize, seed: u64) -> Result<()> {
    for index in 0..count {
        writeln!(sink, "{}", passenger(&mut Random::for_record(seed ^ 0xb0a4d, index), index))?;
    }
    Ok(())
}

/// An airport, its clock, and its city in the languages of the passes.
struct Airport {
    code: &'static str,
    zone: &'static str,
    /// Minutes from the middle of the network, for flight times that look right.
    out: u64,
    en: &'static str,
    de: &'static str,
    fr: &'static str,
    ar: &'static str,
    he: &'static str,
}

impl Airport {
    fn city(&self, language: &str) -> &'static str {
        match language {
            "de" => self.de,
            "fr" => self.fr,
            "ar" => self.ar,
            "he" => self.he,
            _ => self.en,
        }
    }

    fn json(&self, language: &str) -> Value {
        json!({ "code": self.code, "city": self.city(language), "tz": self.zone })
    }
}

fn passenger(random: &mut Random, index: usize) -> Value {
    let language = *["en", "en", "en", "de", "fr", "ar", "ar", "he"].get(index % 8).unwrap_or(&"en");
    let (given, family) = names::of_language(random, language);
    let route = route(random);
    // One moment for the whole journey: every leg is told from it, in UTC, and shown on its airport's clock.
    let mut clock = Moment { day: random.between(1, 27), minute: random.between(280, 1_300) };
    let boards = clock;
    clock = clock.later(random.between(40, 55));
    let cabin = *["economy", "economy", "economy", "premium", "business"]
        .get(random.below(5) as usize)
        .unwrap_or(&"economy");
    let seat = seat(random, cabin);
    let mut legs = Vec::new();
    for pair in route.windows(2) {
        let departs = clock;
        clock = clock.later((pair[0].out + pair[1].out).max(55) + random.below(25));
        legs.push(json!({
            "flight": format!("VNT {}", random.between(102, 988)),
            "from": pair[0].json(language),
            "to": pair[1].json(language),
            "departs": departs.to_string(),
            "arrives": clock.to_string(),
        }));
        clock = clock.later(random.between(70, 190));
    }
    let booking: String =
        (0..6).map(|_| char::from(LETTERS[random.below(LETTERS.len() as u64) as usize])).collect();
    let ticket = ticket(random);
    json!({
        "id": format!("{booking}-{:03}", index + 1),
        "lang": language,
        "locale": locale(language),
        "dir": if matches!(language, "ar" | "he") { "rtl" } else { "ltr" },
        "passenger": format!("{given} {family}"),
        "cabin": cabin,
        "booking": booking,
        "ticket": ticket,
        "boards": boards.to_string(),
        "gate": format!("{}{}", char::from(b'A' + random.below(5) as u8), random.between(1, 42)),
        "group": random.between(1, 5),
        "seat": seat,
        "sequence": random.between(1, 214),
        "bags": random.between(0, 3),
        "fast_track": cabin == "business" || random.chance(12),
        "miles": if random.chance(55) { json!(random.between(400, 184_000)) } else { Value::Null },
        "fare": json!(random.between(4_900, 219_000) as f64 / 100.0),
        "origin": route[0].json(language),
        "destination": route[route.len() - 1].json(language),
        "legs": legs,
    })
}

/// The airline's number, a serial number, and their remainder by seven, as on any airline's tickets.
fn ticket(random: &mut Random) -> String {
    let number = 8_710_000_000_000 + random.below(10_000_000_000);
    format!("{number}{}", number % 7)
}

/// Where the passengers of a language live, for the look of their numbers and dates.
fn locale(language: &str) -> &'static str {
    match language {
        "de" => "de-DE",
        "fr" => "fr-FR",
        "ar" => "ar-AE",
        "he" => "he-IL",
        _ => "en-GB",
    }
}

/// Two to four different airports.
fn route(random: &mut Random) -> Vec<&'static Airport> {
    let stops = match random.below(10) {
        0..5 => 2,
        5..9 => 3,
        _ => 4,
    };
    let mut route: Vec<&'static Airport> = Vec::with_capacity(stops);
    while route.len() < stops {
        let next = &AIRPORTS[random.below(AIRPORTS.len() as u64) as usize];
        if route.iter().all(|airport| airport.code != next.code) {
            route.push(next);
        }
    }
    route
}

fn seat(random: &mut Random, cabin: &str) -> String {
    let (rows, letters) = match cabin {
        "business" => ((1, 6), "ADGK"),
        "premium" => ((8, 12), "ACDFGK"),
        _ => ((14, 48), "ABCDEFGHJK"),
    };
    let letter = letters.as_bytes()[random.below(letters.len() as u64) as usize];
    format!("{}{}", random.between(rows.0, rows.1), char::from(letter))
}

/// A minute of October 2026, in UTC.
#[derive(Clone, Copy)]
struct Moment {
    day: u64,
    minute: u64,
}

impl Moment {
    fn later(self, minutes: u64) -> Self {
        let minute = self.minute + minutes;
        Moment { day: self.day + minute / 1_440, minute: minute % 1_440 }
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "2026-10-{:02}T{:02}:{:02}:00Z", self.day, self.minute / 60, self.minute % 60)
    }
}

/// Without letters and digits that are taken for one another.
const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

#[rustfmt::skip]
const AIRPORTS: &[Airport] = &[
    Airport { code: "LIS", zone: "Europe/Lisbon", out: 110, en: "Lisbon", de: "Lissabon", fr: "Lisbonne", ar: "لشبونة", he: "ליסבון" },
    Airport { code: "KEF", zone: "Atlantic/Reykjavik", out: 160, en: "Reykjavík", de: "Reykjavík", fr: "Reykjavik", ar: "ريكيافيك", he: "רייקיאוויק" },
    Airport { code: "ATH", zone: "Europe/Athens", out: 60, en: "Athens", de: "Athen", fr: "Athènes", ar: "أثينا", he: "אתונה" },
    Airport { code: "BER", zone: "Europe/Berlin", out: 45, en: "Berlin", de: "Berlin", fr: "Berlin", ar: "برلين", he: "ברלין" },
    Airport { code: "CDG", zone: "Europe/Paris", out: 50, en: "Paris", de: "Paris", fr: "Paris", ar: "باريس", he: "פריז" },
    Airport { code: "CAI", zone: "Africa/Cairo", out: 120, en: "Cairo", de: "Kairo", fr: "Le Caire", ar: "القاهرة", he: "קהיר" },
    Airport { code: "AMM", zone: "Asia/Amman", out: 130, en: "Amman", de: "Amman", fr: "Amman", ar: "عمّان", he: "עמאן" },
    Airport { code: "TLV", zone: "Asia/Jerusalem", out: 125, en: "Tel Aviv", de: "Tel Aviv", fr: "Tel-Aviv", ar: "تل أبيب", he: "תל אביב" },
    Airport { code: "DXB", zone: "Asia/Dubai", out: 250, en: "Dubai", de: "Dubai", fr: "Dubaï", ar: "دبي", he: "דובאי" },
    Airport { code: "DEL", zone: "Asia/Kolkata", out: 330, en: "Delhi", de: "Delhi", fr: "Delhi", ar: "دلهي", he: "דלהי" },
    Airport { code: "KTM", zone: "Asia/Kathmandu", out: 380, en: "Kathmandu", de: "Kathmandu", fr: "Katmandou", ar: "كاتماندو", he: "קטמנדו" },
    Airport { code: "HND", zone: "Asia/Tokyo", out: 560, en: "Tokyo", de: "Tokio", fr: "Tokyo", ar: "طوكيو", he: "טוקיו" },
    Airport { code: "ICN", zone: "Asia/Seoul", out: 530, en: "Seoul", de: "Seoul", fr: "Séoul", ar: "سيول", he: "סיאול" },
    Airport { code: "NBO", zone: "Africa/Nairobi", out: 370, en: "Nairobi", de: "Nairobi", fr: "Nairobi", ar: "نيروبي", he: "ניירובי" },
    Airport { code: "GRU", zone: "America/Sao_Paulo", out: 560, en: "São Paulo", de: "São Paulo", fr: "São Paulo", ar: "ساو باولو", he: "סאו פאולו" },
    Airport { code: "JFK", zone: "America/New_York", out: 400, en: "New York", de: "New York", fr: "New York", ar: "نيويورك", he: "ניו יורק" },
    Airport { code: "YYT", zone: "America/St_Johns", out: 300, en: "St. John’s", de: "St. John’s", fr: "Saint-Jean", ar: "سانت جونز", he: "סנט ג׳ונס" },
    Airport { code: "AKL", zone: "Pacific/Auckland", out: 900, en: "Auckland", de: "Auckland", fr: "Auckland", ar: "أوكلاند", he: "אוקלנד" },
];
