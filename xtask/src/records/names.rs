//! Invented people: given and family names from many languages and scripts, put together at random.

use super::random::Random;

/// The names of one language, and how it joins them.
struct Culture {
    /// How often it is drawn, relative to the others.
    weight: u64,
    locale: &'static str,
    given: &'static [&'static str],
    family: &'static [&'static str],
    join: Join,
}

enum Join {
    /// Amélie Moreau
    GivenFirst,
    /// Kovács Ágnes
    FamilyFirst,
    /// 山田花子
    FamilyFirstTogether,
}

/// A name as a person typed it into their profile, and the locale of their numbers.
pub struct Person {
    pub name: String,
    pub locale: &'static str,
}

/// One person. Most give a first name or a full one; some a nickname, some all the names they have.
pub fn person(random: &mut Random) -> Person {
    let total = CULTURES.iter().map(|culture| culture.weight).sum();
    let mut left = random.below(total);
    let mut drawn = &CULTURES[0];
    for culture in CULTURES {
        drawn = culture;
        match left.checked_sub(culture.weight) {
            Some(rest) => left = rest,
            None => break,
        }
    }
    let given = random.pick(drawn.given);
    let family = random.pick(drawn.family);
    let name = match random.below(100) {
        0..46 => given.to_owned(),
        46..88 => full(drawn, given, family),
        88..93 => double_barrelled(random, drawn, given, family),
        93..96 => random.pick(NICKNAMES).to_owned(),
        96..98 => random.pick(SHORT).to_owned(),
        98 => format!("{given} & {}", random.pick(drawn.given)),
        _ => random.pick(LONG).to_owned(),
    };
    Person { name, locale: drawn.locale }
}

/// A full name in the Latin alphabet, for travel documents.
pub fn latin(random: &mut Random) -> (&'static str, &'static str) {
    let culture = &CULTURES[random.below(LATIN as u64) as usize];
    (random.pick(culture.given), random.pick(culture.family))
}

/// A full name in the script of `language` (a BCP 47 tag), given name first.
pub fn of_language(random: &mut Random, language: &str) -> (&'static str, &'static str) {
    let (given, family) = match language {
        "ar" => (ARABIC_GIVEN, ARABIC_FAMILY),
        "he" => (HEBREW_GIVEN, HEBREW_FAMILY),
        "de" => (GERMAN_GIVEN, GERMAN_FAMILY),
        "fr" => (FRENCH_GIVEN, FRENCH_FAMILY),
        _ => return latin(random),
    };
    (random.pick(given), random.pick(family))
}

fn full(culture: &Culture, given: &str, family: &str) -> String {
    match culture.join {
        Join::GivenFirst => format!("{given} {family}"),
        Join::FamilyFirst => format!("{family} {given}"),
        Join::FamilyFirstTogether => format!("{family}{given}"),
    }
}

/// Two given or two family names, where the language has such a thing.
fn double_barrelled(random: &mut Random, culture: &Culture, given: &str, family: &str) -> String {
    match culture.join {
        Join::GivenFirst => {
            format!("{given} {} {family}-{}", random.pick(culture.given), random.pick(culture.family))
        }
        Join::FamilyFirst | Join::FamilyFirstTogether => full(culture, given, family),
    }
}

/// The first cultures of the list write the Latin alphabet.
const LATIN: usize = 16;

const CULTURES: &[Culture] = &[
    Culture {
        weight: 16,
        locale: "en-US",
        given: ENGLISH_GIVEN,
        family: ENGLISH_FAMILY,
        join: Join::GivenFirst,
    },
    Culture {
        weight: 9,
        locale: "en-GB",
        given: BRITISH_GIVEN,
        family: BRITISH_FAMILY,
        join: Join::GivenFirst,
    },
    Culture {
        weight: 6,
        locale: "en-CH",
        given: FRENCH_GIVEN,
        family: FRENCH_FAMILY,
        join: Join::GivenFirst,
    },
    Culture {
        weight: 6,
        locale: "en-CH",
        given: GERMAN_GIVEN,
        family: GERMAN_FAMILY,
        join: Join::GivenFirst,
    },
    Culture {
        weight: 6,
        locale: "en-US",
        given: SPANISH_GIVEN,
        family: SPANISH_FAMILY,
        join: Join::GivenFirst,
    },
    Culture {
        weight: 4,
        locale: "en-US",
        given: PORTUGUESE_GIVEN,
        family: PORTUGUESE_FAMILY,
        join: Join::GivenFirst,
    },
    Culture {
        weight: 4,
        locale: "en-GB",
        given: POLISH_GIVEN,
        family: POLISH_FAMILY,
        join: Join::GivenFirst,
    },
    Culture { weight: 3, locale: "en-GB", given: CZECH_GIVEN, family: CZECH_FAMILY, join: Join::GivenFirst },
    Culture {
        weight: 3,
        locale: "en-GB",
        given: TURKISH_GIVEN,
        family: TURKISH_FAMILY,
        join: Join::GivenFirst,
    },
    Culture {
        weight: 3,
        locale: "en-GB",
        given: NORDIC_GIVEN,
        family: NORDIC_FAMILY,
        join: Join::GivenFirst,
    },
    Culture {
        weight: 2,
        locale: "en-GB",
        given: FINNISH_GIVEN,
        family: FINNISH_FAMILY,
        join: Join::GivenFirst,
    },
    Culture { weight: 2, locale: "en-GB", given: IRISH_GIVEN, family: IRISH_FAMILY, join: Join::GivenFirst },
    Culture {
        weight: 6,
        locale: "en-IN",
        given: INDIAN_GIVEN,
        family: INDIAN_FAMILY,
        join: Join::GivenFirst,
    },
    Culture {
        weight: 4,
        locale: "en-ZA",
        given: AFRICAN_GIVEN,
        family: AFRICAN_FAMILY,
        join: Join::GivenFirst,
    },
    Culture {
        weight: 2,
        locale: "en-GB",
        given: HUNGARIAN_GIVEN,
        family: HUNGARIAN_FAMILY,
        join: Join::FamilyFirst,
    },
    Culture {
        weight: 3,
        locale: "en-US",
        given: VIETNAMESE_GIVEN,
        family: VIETNAMESE_FAMILY,
        join: Join::FamilyFirst,
    },
    Culture {
        weight: 5,
        locale: "en-GB",
        given: RUSSIAN_GIVEN,
        family: RUSSIAN_FAMILY,
        join: Join::GivenFirst,
    },
    Culture {
        weight: 3,
        locale: "en-GB",
        given: UKRAINIAN_GIVEN,
        family: UKRAINIAN_FAMILY,
        join: Join::GivenFirst,
    },
    Culture { weight: 3, locale: "en-GB", given: GREEK_GIVEN, family: GREEK_FAMILY, join: Join::GivenFirst },
    Culture {
        weight: 4,
        locale: "en-US",
        given: JAPANESE_GIVEN,
        family: JAPANESE_FAMILY,
        join: Join::FamilyFirstTogether,
    },
    Culture {
        weight: 4,
        locale: "en-US",
        given: CHINESE_GIVEN,
        family: CHINESE_FAMILY,
        join: Join::FamilyFirstTogether,
    },
    Culture {
        weight: 3,
        locale: "en-US",
        given: KOREAN_GIVEN,
        family: KOREAN_FAMILY,
        join: Join::FamilyFirstTogether,
    },
    Culture {
        weight: 4,
        locale: "en-GB",
        given: ARABIC_GIVEN,
        family: ARABIC_FAMILY,
        join: Join::GivenFirst,
    },
    Culture {
        weight: 2,
        locale: "en-US",
        given: HEBREW_GIVEN,
        family: HEBREW_FAMILY,
        join: Join::GivenFirst,
    },
    Culture { weight: 3, locale: "en-IN", given: HINDI_GIVEN, family: HINDI_FAMILY, join: Join::GivenFirst },
    Culture { weight: 1, locale: "en-GB", given: THAI_GIVEN, family: THAI_FAMILY, join: Join::GivenFirst },
];

const ENGLISH_GIVEN: &[&str] = &[
    "Ava",
    "Mason",
    "Harper",
    "Ezra",
    "Willa",
    "Jordan",
    "Riley",
    "Savannah",
    "Beau",
    "Juniper",
    "Malik",
    "Imani",
    "Theo",
    "Quinn",
    "Delilah",
    "Wyatt",
    "Naomi",
    "Christopher",
    "Josephine",
    "Maximilian",
    "Skye",
    "Otis",
    "Ivy",
    "Marcus",
    "Tallulah",
    "Al",
    "Bo",
    "Jo",
];
const ENGLISH_FAMILY: &[&str] = &[
    "Whitfield",
    "Calloway",
    "Brooks",
    "Okafor-Hayes",
    "Delgado",
    "Park",
    "Sinclair",
    "Montgomery",
    "Lee",
    "Vandermeer",
    "Washington",
    "Frost",
    "Abernathy",
    "Fox",
    "McAllister",
    "Rivers",
    "Castellanos",
    "Holloway",
    "Ng",
    "Thistlewood",
];
const BRITISH_GIVEN: &[&str] = &[
    "Imogen",
    "Rupert",
    "Freya",
    "Alfie",
    "Cordelia",
    "Hamish",
    "Tamsin",
    "Barnaby",
    "Rhiannon",
    "Gethin",
    "Poppy",
    "Callum",
    "Araminta",
    "Dev",
    "Zara",
    "Angus",
    "Bronwen",
    "Fergus",
    "Isla",
    "Bartholomew",
];
const BRITISH_FAMILY: &[&str] = &[
    "Ashworth",
    "Featherstone",
    "Llewellyn",
    "Blackwood",
    "MacGregor",
    "Pryce",
    "Winterbourne",
    "Okonjo",
    "Hart",
    "Chowdhury",
    "Penhaligon",
    "Grimshaw",
    "Rees",
    "Cholmondeley",
    "Lark",
    "Fairweather",
];
const FRENCH_GIVEN: &[&str] = &[
    "Amélie",
    "Théo",
    "Chloé",
    "Loïc",
    "Noémie",
    "Étienne",
    "Maëlle",
    "Raphaël",
    "Inès",
    "Gaël",
    "Océane",
    "François",
    "Zoé",
    "Aurélien",
    "Hélène",
    "Jean-Baptiste",
    "Anaïs",
    "Cédric",
    "Léa",
    "Marguerite",
];
const FRENCH_FAMILY: &[&str] = &[
    "Moreau",
    "Lefèvre",
    "Dubois",
    "Saint-Clair",
    "Gauthier",
    "Château",
    "Beaumont",
    "Béranger",
    "Rousselot",
    "d’Aubigné",
    "Fontaine",
    "Leclercq",
    "Garçon",
    "Vallée",
    "Delacroix",
    "Noël",
];
const GERMAN_GIVEN: &[&str] = &[
    "Jürgen",
    "Lieselotte",
    "Käthe",
    "Moritz",
    "Annika",
    "Götz",
    "Friederike",
    "Björn",
    "Heike",
    "Leopold",
    "Mia",
    "Sören",
    "Wolfgang",
    "Ulrike",
    "Jan",
    "Hannelore",
    "Emil",
    "Rosalie",
];
const GERMAN_FAMILY: &[&str] = &[
    "Müller",
    "Groß",
    "Schäfer",
    "Weiß",
    "Küchenmeister",
    "Hohenfels-Rosenthal",
    "Bärwald",
    "Vogel",
    "Hölderlin",
    "Zimmermann",
    "Süß",
    "Ott",
    "Königsberger",
    "Grünwald",
    "Freudenreich",
];
const SPANISH_GIVEN: &[&str] = &[
    "Lucía",
    "Joaquín",
    "Begoña",
    "Íñigo",
    "María José",
    "Andrés",
    "Nuria",
    "Óscar",
    "Ximena",
    "Martín",
    "Pilar",
    "Ángel",
    "Sofía",
    "Íker",
    "Concepción",
    "Raúl",
    "Belén",
    "Eva",
];
const SPANISH_FAMILY: &[&str] = &[
    "Muñoz",
    "García Montes",
    "Ibáñez",
    "Zúñiga",
    "Peña",
    "de la Fuente",
    "Núñez",
    "Echeverría",
    "Castaño",
    "Bolaños",
    "Vega",
    "Úbeda",
    "Quiñones",
    "Rincón",
];
const PORTUGUESE_GIVEN: &[&str] = &[
    "João",
    "Conceição",
    "Inês",
    "Tomás",
    "Simão",
    "Beatriz",
    "Luís",
    "Mafalda",
    "Antônio",
    "Íris",
    "Vinícius",
    "Thaís",
    "Zé",
    "Fabrício",
];
const PORTUGUESE_FAMILY: &[&str] = &[
    "Gonçalves",
    "Magalhães",
    "Brandão",
    "da Conceição",
    "Araújo",
    "Simões",
    "Guimarães",
    "Leão",
    "Assunção",
    "Falcão",
    "Vilaça",
    "Sá",
];
const POLISH_GIVEN: &[&str] = &[
    "Łukasz",
    "Małgorzata",
    "Zbigniew",
    "Agnieszka",
    "Żaneta",
    "Stanisław",
    "Bożena",
    "Mścisław",
    "Kuba",
    "Grażyna",
    "Wojciech",
    "Świętosława",
    "Ola",
];
const POLISH_FAMILY: &[&str] = &[
    "Wąsik",
    "Brzęczyszczykiewicz",
    "Żółkiewski",
    "Kowalczyk",
    "Śliwa",
    "Łęcka",
    "Dąbrowska",
    "Szczęsny",
    "Ćwik",
    "Grzybowski",
    "Zając",
];
const CZECH_GIVEN: &[&str] = &[
    "Jiří",
    "Žofie",
    "Ondřej",
    "Božena",
    "Šimon",
    "Kateřina",
    "Čeněk",
    "Eliška",
    "Vojtěch",
    "Růžena",
    "Ľubica",
    "Vít",
];
const CZECH_FAMILY: &[&str] = &[
    "Dvořák",
    "Procházková",
    "Čapek",
    "Růžička",
    "Kučera",
    "Šťastný",
    "Řezníčková",
    "Mňačko",
    "Kříž",
    "Žižka",
    "Hrubý",
];
const TURKISH_GIVEN: &[&str] = &[
    "Ayşe", "Çağla", "Işıl", "İbrahim", "Gökhan", "Şebnem", "Özgür", "Nazlı", "Barış", "Ümit", "Ece",
    "Yağmur",
];
const TURKISH_FAMILY: &[&str] =
    &["Yılmaz", "Öztürk", "Çelik", "Şahin", "Karağaçlı", "Güneş", "Doğan", "Kılıç", "Işık", "Er"];
const NORDIC_GIVEN: &[&str] = &[
    "Åse",
    "Sigríður",
    "Bjørn",
    "Þórdís",
    "Göran",
    "Ingeborg",
    "Jón",
    "Märta",
    "Øyvind",
    "Ásgeir",
    "Linnéa",
    "Bo",
    "Freyja",
];
const NORDIC_FAMILY: &[&str] = &[
    "Guðmundsdóttir",
    "Ångström",
    "Bjørnstad",
    "Þorvaldsson",
    "Søndergård",
    "Lindqvist",
    "Öberg",
    "Kjærgaard",
    "Ek",
    "Strömsödal",
];
const FINNISH_GIVEN: &[&str] =
    &["Väinö", "Päivi", "Yrjö", "Aino", "Seppo", "Mirja", "Onni", "Tuulikki", "Eero", "Kyllikki"];
const FINNISH_FAMILY: &[&str] =
    &["Hämäläinen", "Mäkelä", "Pääkkönen", "Öhman", "Korhonen", "Yli-Pekkala", "Lumi", "Järvenpää"];
const IRISH_GIVEN: &[&str] =
    &["Saoirse", "Niamh", "Seán", "Caoimhe", "Pádraig", "Gráinne", "Tadhg", "Órla", "Ruairí", "Bláthnaid"];
const IRISH_FAMILY: &[&str] = &[
    "O’Sullivan",
    "Ní Dhomhnaill",
    "Mac Giolla Phádraig",
    "O'Brien",
    "Byrne",
    "Ó Ceallaigh",
    "McCarthy",
    "Flynn",
];
const INDIAN_GIVEN: &[&str] = &[
    "Aarav",
    "Priya",
    "Venkatanarasimharajuvaripeta",
    "Diya",
    "Arjun",
    "Kavya",
    "Lakshmi",
    "Rohan",
    "Ishaan",
    "Meera",
    "Om",
    "Ananya",
    "Siddharth",
    "Thenmozhi",
    "Gurpreet",
    "Zoya",
];
const INDIAN_FAMILY: &[&str] = &[
    "Iyer",
    "Chattopadhyay",
    "Singh",
    "Subramaniam",
    "Rao",
    "Mukherjee",
    "Nair",
    "Deshpande",
    "Kaur",
    "Banerjee",
    "Krishnamurthy",
    "Shah",
];
const AFRICAN_GIVEN: &[&str] = &[
    "Nkechi",
    "Thandiwe",
    "Kwame",
    "Ọlámidé",
    "Zanele",
    "Sipho",
    "Abẹ́bí",
    "Tariro",
    "Amina",
    "Lwazi",
    "Chukwuemeka",
    "Ayọ̀",
    "Nomvula",
    "Jabu",
];
const AFRICAN_FAMILY: &[&str] = &[
    "Okonkwo",
    "Mbeki",
    "Adébáyọ̀",
    "van der Merwe",
    "Dlamini",
    "Nkosi",
    "Olúwasẹ́gun",
    "Mensah",
    "Khumalo",
    "Botha",
    "Ncube",
];
const HUNGARIAN_GIVEN: &[&str] =
    &["Ágnes", "Győző", "Zsófia", "Ödön", "Csenge", "Lőrinc", "Tünde", "Zoltán", "Emőke", "Pál"];
const HUNGARIAN_FAMILY: &[&str] =
    &["Kovács", "Szőke", "Nagy", "Erdős", "Vörösmarty", "Fehérvári", "Kiss", "Űrhajós"];
const VIETNAMESE_GIVEN: &[&str] = &[
    "Thị Hồng Nhung",
    "Văn Đức",
    "Ngọc",
    "Bảo Trâm",
    "Quỳnh Anh",
    "Minh Khôi",
    "Thùy Linh",
    "Hữu Phước",
    "Đạt",
    "Yến",
];
const VIETNAMESE_FAMILY: &[&str] = &["Nguyễn", "Trần", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Lý"];
const RUSSIAN_GIVEN: &[&str] = &[
    "Александра",
    "Дмитрий",
    "Екатерина",
    "Фёдор",
    "Людмила",
    "Игорь",
    "Ксения",
    "Юлия",
    "Владислав",
    "Яна",
    "Ия",
    "Святослав",
    "Эльвира",
    "Лев",
];
const RUSSIAN_FAMILY: &[&str] = &[
    "Вишневская",
    "Соловей",
    "Рождественская",
    "Чайка",
    "Белых",
    "Мороз",
    "Черных",
    "Гринько",
    "Дубровских",
    "Седых",
    "Долгих",
    "Шевчук",
];
const UKRAINIAN_GIVEN: &[&str] =
    &["Олександр", "Ївга", "Соломія", "Тарас", "Устим", "Леся", "Ярослав", "Ганна", "Зоряна", "Остап"];
const UKRAINIAN_FAMILY: &[&str] =
    &["Шевченко", "Ґалаґан", "Коваленко", "Іваненко", "Кропивницька", "Бондаренко", "Тимошенко", "Їжак"];
const GREEK_GIVEN: &[&str] = &[
    "Γιώργος",
    "Ελένη",
    "Κωνσταντίνος",
    "Αφροδίτη",
    "Νίκος",
    "Δήμητρα",
    "Ορφέας",
    "Ιφιγένεια",
    "Άρης",
    "Ζωή",
];
const GREEK_FAMILY: &[&str] = &[
    "Παπαδόπουλος",
    "Καραγιάννη",
    "Οικονόμου",
    "Χατζηγιαννάκη",
    "Βασιλείου",
    "Μακρής",
    "Αγγελόπουλος",
    "Ρήγας",
];
const JAPANESE_GIVEN: &[&str] = &[
    "花子",
    "太郎",
    "さくら",
    "陽翔",
    "ひかり",
    "健二",
    "美咲",
    "龍之介",
    "葵",
    "アキラ",
    "結衣",
    "蓮",
    "千尋",
    "大輔",
];
const JAPANESE_FAMILY: &[&str] =
    &["山田", "佐藤", "鈴木", "高橋", "小鳥遊", "長谷川", "森", "渡辺", "伊集院", "清水", "月野", "東海林"];
const CHINESE_GIVEN: &[&str] =
    &["小明", "雨桐", "伟", "梓涵", "静", "思远", "晓燕", "子轩", "美玲", "建国", "诗雅", "浩然"];
const CHINESE_FAMILY: &[&str] = &["王", "李", "欧阳", "陈", "司马", "林", "周", "诸葛", "黄", "赵"];
const KOREAN_GIVEN: &[&str] = &["민준", "서연", "지우", "하은", "도윤", "수빈", "예린", "준호", "은지", "별"];
const KOREAN_FAMILY: &[&str] = &["김", "이", "박", "최", "남궁", "정", "강", "황보", "윤"];
const ARABIC_GIVEN: &[&str] = &[
    "ليلى",
    "محمد",
    "فاطمة",
    "عبد الرحمن",
    "نور",
    "يوسف",
    "مريم",
    "خالد",
    "ياسمين",
    "زينب",
    "طارق",
    "سلمى",
    "إبراهيم",
    "رنا",
];
const ARABIC_FAMILY: &[&str] =
    &["الخالدي", "حداد", "المنصوري", "السيد", "النجار", "بن علي", "القاسم", "العبد الله", "شاهين", "المصري"];
const HEBREW_GIVEN: &[&str] = &["נועה", "איתן", "שירה", "אורי", "תמר", "יונתן", "מיכל", "דוד", "רות", "עידו"];
const HEBREW_FAMILY: &[&str] = &["כהן", "לוי", "מזרחי", "בן־דוד", "פרידמן", "אברהמי", "שפירא", "זהבי"];
const HINDI_GIVEN: &[&str] =
    &["प्रिया", "अर्जुन", "लक्ष्मी", "रोहन", "श्रुति", "विक्रम", "कृष्णा", "आदित्य", "ज्योति", "मीरा"];
const HINDI_FAMILY: &[&str] = &["शर्मा", "चट्टोपाध्याय", "सिंह", "वर्मा", "मिश्रा", "गुप्ता", "त्रिवेदी", "यादव"];
const THAI_GIVEN: &[&str] = &["สมชาย", "พิมพ์ใจ", "อรุณ", "กัญญารัตน์", "ณัฐ", "ศิริพร"];
const THAI_FAMILY: &[&str] = &["ศรีสุข", "วงศ์สวัสดิ์", "แก้วมณี", "ทองดี", "จันทร์เพ็ญ"];

const NICKNAMES: &[&str] = &[
    "DJ Oma",
    "m00nchild",
    "the cat from no. 9",
    "Captain Tuesday",
    "xX_Nightbus_Xx",
    "Mum",
    "grandpa_vinyl_1949",
    "La Señora del 4.º",
    "R <3 K",
    "\"Lucky\" Lou",
    "50% Ella",
    "Büro 2",
    "Kitchen speaker",
    "Ms. Frizz & Co.",
    "l'oiseau bleu",
];
const SHORT: &[&str] = &["J", "Bo", "Ø", "Ed", "Li", "伟", "Ж", "Jo", "Ω", "Å", "Al", "K.", "ع", "이"];
const LONG: &[&str] = &[
    "Bartholomew Featherstonehaugh-Cholmondeley III",
    "Venkatanarasimharajuvaripeta Subramaniam",
    "María del Rocío Echeverría de la Fuente y Núñez",
    "Friederike Oberdonaudampfer-Unterhuber",
    "Kealohanuiokalaniikamakani Kahananui",
    "Анастасия Константиновна Рождественская",
    "Χατζηκωνσταντίνου-Παπαγεωργίου Ελευθερία",
    "عبد الرحمن بن محمد بن عبد العزيز الخالدي",
    "Jean-Christophe de Saint-Rémy-lès-Chevreuse",
    "Hannelore Hohenfels-Rosenthal-Freudenreich",
    "Nguyễn Thị Hồng Nhung Phương Quỳnh Anh",
    "सत्यनारायण वेंकटेश्वर सुब्रमण्यम",
];
