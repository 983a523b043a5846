//! The listeners of the wrapped campaign: a year of music for each.

use std::fmt::Write as _;
use std::io::{Result, Write};

use super::names;
use super::random::Random;

/// Writes `count` listeners as CSV.
pub fn write(sink: &mut impl Write, count: usize, seed: u64) -> Result<()> {
    writeln!(
        sink,
        "id,name,locale,since,minutes,songs,artists,artist,artist_minutes,ahead,top_songs,months,loudest,streak,twin"
    )?;
    for index in 0..count {
        writeln!(sink, "p{:05},{}", index + 1, listener(&mut Random::for_record(seed, index)))?;
    }
    Ok(())
}

/// Everything of one row but its key.
fn listener(random: &mut Random) -> String {
    let person = names::person(random);
    let minutes = minutes(random);
    // Between two and five minutes a play, and between two and forty plays a song.
    let songs = (minutes / random.between(9, 110)).max(5);
    let artists = (songs / random.between(2, 7)).max(1);
    let artist = artist(random);
    let artist_minutes = (minutes * random.between(3, 24) / 100).max(1);
    // More listening puts one further ahead, and luck does the rest. In thousandths, so that no float is rounded.
    let ahead = (minutes * 1000 / (minutes + 9_000) + random.below(140)).saturating_sub(60).clamp(40, 990);
    let (months, loudest) = months(random);
    let streak = if random.chance(28) { random.between(30, 365) } else { random.between(0, 29) };
    let twin = if random.chance(35) { names::person(random).name } else { String::new() };
    // What does not fit the schema's forty characters is not a name anyone would put into a line of print.
    let twin = if twin.chars().count() > 40 { String::new() } else { twin };
    format!(
        "{},{},{},{minutes},{songs},{artists},{},{artist_minutes},0.{ahead:03},{},{months},{loudest},{streak},{}",
        cell(&person.name),
        person.locale,
        since(random),
        cell(&artist),
        cell(&top_songs(random)),
        cell(&twin),
    )
}

/// A few play very little, a few hardly ever stop; most are in between.
pub(super) fn minutes(random: &mut Random) -> u64 {
    match random.below(100) {
        0..4 => random.between(12, 1_500),
        4..20 => random.between(1_500, 10_000),
        20..60 => random.between(10_000, 40_000),
        60..88 => random.between(40_000, 90_000),
        88..98 => random.between(90_000, 180_000),
        _ => random.between(180_000, 498_000),
    }
}

/// Twelve heights in percent of the loudest month, joined by `|`, and that month's name.
fn months(random: &mut Random) -> (String, &'static str) {
    let peak = random.below(12) as usize;
    // A year moves slowly: each month stays near the one before it.
    let mut height = random.between(34, 84);
    let mut heights = [0; 12];
    for (month, slot) in heights.iter_mut().enumerate() {
        height = (height + random.between(0, 44)).saturating_sub(22).clamp(18, 94);
        *slot = if month == peak { 100 } else { height };
    }
    let joined = heights.map(|height| height.to_string()).join("|");
    (joined, MONTHS[peak])
}

fn since(random: &mut Random) -> String {
    format!("{}-{:02}-{:02}", random.between(2013, 2026), random.between(1, 10), random.between(1, 28))
}

fn top_songs(random: &mut Random) -> String {
    // Who plays hardly anything has no five songs; a very few have none that they played twice.
    let count = match random.below(200) {
        0 => 0,
        1..4 => 1,
        4..10 => 3,
        _ => 5,
    };
    let mut songs: Vec<String> = Vec::with_capacity(count);
    while songs.len() < count {
        let song = song(random);
        if !songs.contains(&song) {
            songs.push(song);
        }
    }
    songs.join("|")
}

fn song(random: &mut Random) -> String {
    match random.below(100) {
        0..34 => format!("{} {}", random.pick(QUALITY), random.pick(THING)),
        34..52 => random.pick(TITLES).to_owned(),
        52..64 => format!("{} in {}", random.pick(THING), random.pick(PLACE)),
        64..74 => random.pick(THING).to_owned(),
        74..82 => format!("{} for {}", random.pick(THING), random.pick(FOR)),
        82..88 => format!("{} {} ({})", random.pick(QUALITY), random.pick(THING), random.pick(VERSION)),
        _ => random.pick(FOREIGN).to_owned(),
    }
}

fn artist(random: &mut Random) -> String {
    match random.below(100) {
        0..40 => random.pick(ARTISTS).to_owned(),
        40..66 => format!("{} {}", random.pick(FIRST), random.pick(LAST)),
        66..80 => format!("The {} {}", random.pick(QUALITY), random.pick(BAND)),
        80..90 => format!("{} & the {}", random.pick(FIRST), random.pick(BAND)),
        _ => random.pick(FOREIGN_ARTISTS).to_owned(),
    }
}

/// A CSV cell, quoted where RFC 4180 wants it.
fn cell(text: &str) -> String {
    if !text.contains([',', '"', '\n', '\r']) {
        return text.to_owned();
    }
    let mut quoted = String::with_capacity(text.len() + 2);
    let _ = write!(quoted, "\"{}\"", text.replace('"', "\"\""));
    quoted
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) const QUALITY: &[&str] = &[
    "Paper",
    "Slow",
    "Borrowed",
    "Velvet",
    "Electric",
    "Salt",
    "Hollow",
    "Golden",
    "Second-hand",
    "Northern",
    "Quiet",
    "Neon",
    "Crooked",
    "Midnight",
    "Tender",
    "Wild",
    "Plastic",
    "Blue",
    "Restless",
    "Lunar",
    "Half",
    "Painted",
    "Distant",
    "Loud",
    "Sunday",
    "Unfinished",
    "Glass",
    "Feral",
];
pub(super) const THING: &[&str] = &[
    "Satellites",
    "Fireworks",
    "Kitchens",
    "Weather",
    "Harbours",
    "Lanterns",
    "Radio",
    "Swimmers",
    "Gardens",
    "Telephones",
    "Postcards",
    "Tigers",
    "Elevators",
    "Umbrellas",
    "Honey",
    "Marigolds",
    "Staircases",
    "Thunder",
    "Ghosts",
    "Tramlines",
    "Orbits",
    "Cinemas",
    "Oranges",
    "Balconies",
    "Static",
    "Foxes",
    "Mirrors",
    "Tides",
    "Constellations",
    "Shoelaces",
];
const PLACE: &[&str] = &[
    "Lisbon",
    "the Rain",
    "Reverse",
    "Aisle Nine",
    "Trieste",
    "My Coat",
    "Winter",
    "Low Light",
    "Osaka",
    "the Lift",
    "Colour",
    "E-flat",
];
const FOR: &[&str] = &[
    "Nobody",
    "Beginners",
    "Two",
    "the Last Train",
    "My Upstairs Neighbour",
    "Ines",
    "Rainy Mondays",
    "the Drive Home",
];
const VERSION: &[&str] = &[
    "Tape Version",
    "Live at the Swimming Pool",
    "Slowed",
    "feat. Ada Quell",
    "Kitchen Demo",
    "12″ Mix",
    "Without Drums",
];
const TITLES: &[&str] = &[
    "Salt",
    "Ok",
    "Kilometre Nine",
    "Call Me When You Land",
    "Every Window Is a Door If You Are Brave Enough",
    "I Left the Oven On (and Other Love Songs)",
    "Mezzanine Heart",
    "9",
    "Anemone",
    "We Were Almost Somewhere",
    "Dust & Diamonds & Dust",
    "Tell the Moon I Said Nothing About Any of This to Anyone",
    "Left on Red",
    "Hummingbird Tax",
    "What's the Wi-Fi?",
    "Yes, Chef",
    "A Short History of Standing Very Still",
    "Goodnight, Gravity",
    "Rewind the River",
    "!!",
    "Sleepwalking Uphill",
    "Bicycle Weather",
    "<3",
    "Ten Thousand Spoonfuls of Sun",
];
const FOREIGN: &[&str] = &[
    "La última azotea",
    "Chanson pour un ascenseur",
    "Über den Dächern",
    "Saudade de ninguém",
    "Środa wieczorem",
    "Gece Vapuru",
    "Ein bisschen Föhn",
    "Тихий океан",
    "Последний трамвай",
    "Солов’їна вулиця",
    "Το τελευταίο πλοίο",
    "夜明けのラジオ",
    "東京エレベーター",
    "银河便利店",
    "下雨的星期三",
    "새벽 네 시",
    "달빛 세탁소",
    "قمر المدينة",
    "مطر على الشرفة",
    "שיר של אף אחד",
    "आधी रात की चाय",
    "ฝนวันอาทิตย์",
    "Ljósið í glugganum",
    "Déjà vécu",
];
const FIRST: &[&str] = &[
    "Marlo",
    "Ada",
    "Juno",
    "Casimir",
    "Odette",
    "Rafa",
    "Ines",
    "Bruno",
    "Sable",
    "Tomiko",
    "Leonie",
    "Ezequiel",
    "Noor",
    "Viggo",
    "Clementine",
    "Io",
];
const LAST: &[&str] = &[
    "Vance",
    "Quell",
    "Okoro",
    "Halloran",
    "Lumen",
    "Castellane",
    "Vey",
    "Marchetti",
    "Sundqvist",
    "Thorne",
    "Abdi",
    "Kestrel",
];
const BAND: &[&str] = &[
    "Tramways",
    "Receptionists",
    "Parakeets",
    "Moonrakers",
    "Cosmonauts",
    "Umbrellas",
    "Understudies",
    "Lemons",
    "Night Buses",
    "Aunts",
];
pub(super) const ARTISTS: &[&str] = &[
    "Kollektiv Morgen",
    "Ø",
    "Glasshouse",
    "The Department of Unfinished Weather",
    "Velvet Abacus",
    "Mount Analog",
    "hush hotel",
    "Señor Tiempo",
    "Polka Dot Disaster",
    "Ma’am",
    "Low Tide Orchestra",
    "Big Small Talk",
    "Sister Static",
    "Les Parapluies Électriques",
    "Nine Volt Nightingale",
    "OTTO",
    "Cassiopeia Jones",
    "Hjärta",
    "The Quite Good Orchestra of Upper Nowhere",
    "Baroque Neighbour",
    "Zürich Dub Society",
    "Fern",
];
const FOREIGN_ARTISTS: &[&str] = &[
    "星間鉄道",
    "夜更かし楽団",
    "银色雨伞",
    "달의 뒷면",
    "ليلى نور",
    "فرقة الرصيف",
    "Ночной экспресс",
    "Мама, я в эфире",
    "Οι Τελευταίοι",
    "להקת הגג",
    "चाँदनी एक्सप्रेस",
    "Sólarhringur",
];
