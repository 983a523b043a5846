//! What is compared: one row for each tool and setting.

/// One line of the table.
pub struct Row {
    pub maker: Maker,
    /// The design: `card` or `moving`.
    pub template: &'static str,
    /// `png`, `jpeg` or `pdf`.
    pub kind: &'static str,
    /// How many files a run makes: a few seconds' worth.
    pub count: usize,
}

pub enum Maker {
    Byname(Byname),
    Other(Other),
}

/// A setting of Byname's.
pub struct Byname {
    pub effort: &'static str,
    /// `None`: one for each core.
    pub jobs: Option<usize>,
    pub incremental: bool,
}

/// Another tool: a script in benches/others.
pub struct Other {
    pub script: &'static str,
    pub name: &'static str,
}

pub const BALANCED: Byname = Byname { effort: "balanced", jobs: None, incremental: true };
const SCRATCH: Byname = Byname { incremental: false, ..BALANCED };
const TAKUMI: Other = Other { script: "takumi.mjs", name: "Takumi" };
const CANVAS: Other = Other { script: "canvas.mjs", name: "canvas by hand + sharp" };
const CHROMIUM: Other = Other { script: "chromium.mjs", name: "Chromium, three browsers" };
const SATORI: Other = Other { script: "satori.mjs", name: "Satori + resvg" };

const fn byname(setting: Byname, template: &'static str, kind: &'static str, count: usize) -> Row {
    Row { maker: Maker::Byname(setting), template, kind, count }
}

const fn other(other: Other, template: &'static str, kind: &'static str, count: usize) -> Row {
    Row { maker: Maker::Other(other), template, kind, count }
}

pub const ROWS: &[Row] = &[
    byname(BALANCED, "card", "png", 3000),
    byname(Byname { effort: "fast", ..BALANCED }, "card", "png", 3000),
    byname(Byname { effort: "small", ..BALANCED }, "card", "png", 150),
    byname(Byname { jobs: Some(1), ..BALANCED }, "card", "png", 1500),
    byname(SCRATCH, "card", "png", 600),
    other(TAKUMI, "card", "png", 300),
    other(CANVAS, "card", "png", 300),
    other(CHROMIUM, "card", "png", 120),
    other(SATORI, "card", "png", 12),
    byname(BALANCED, "card", "jpeg", 3000),
    byname(Byname { jobs: Some(1), ..BALANCED }, "card", "jpeg", 1500),
    byname(SCRATCH, "card", "jpeg", 600),
    other(TAKUMI, "card", "jpeg", 200),
    other(CANVAS, "card", "jpeg", 300),
    other(CHROMIUM, "card", "jpeg", 120),
    byname(BALANCED, "moving", "png", 2000),
    byname(SCRATCH, "moving", "png", 600),
    other(TAKUMI, "moving", "png", 300),
    other(CHROMIUM, "moving", "png", 120),
];

impl Row {
    pub fn name(&self) -> String {
        let who = match &self.maker {
            Maker::Other(other) => other.name.to_owned(),
            Maker::Byname(byname) => {
                let mut who = "Byname".to_owned();
                if self.kind == "png" && byname.effort != BALANCED.effort {
                    who += &format!(", effort {}", byname.effort);
                }
                if byname.jobs == Some(1) {
                    who += ", one worker";
                }
                if !byname.incremental {
                    who += ", --no-incremental";
                }
                who
            }
        };
        format!("{} {}: {who}", self.template, self.kind)
    }

    /// Which rows are compared with each other.
    pub fn group(&self) -> (&'static str, &'static str) {
        (self.template, self.kind)
    }

    pub fn ending(&self) -> &'static str {
        if self.kind == "jpeg" { "jpg" } else { self.kind }
    }
}
