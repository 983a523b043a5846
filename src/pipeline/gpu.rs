//! A worker whose frames a GPU draws: it composes ahead while batches are drawn, and encodes what comes
//! back, in whatever order.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use super::manifest::DrawnBy;
use super::order::Order;
use super::reader::{Next, Rows};
use super::render::{Event, Group, Made, Task, Worker};
use crate::campaign::AssetType;
use crate::diagnostic::Diagnostic;
use crate::display::DisplayList;
use crate::raster::gpu::{Answer, Client, Drawn, Lacks};

/// A record with groups under way.
struct Open {
    task: Task,
    left: usize,
}

/// A group that was composed, and how the GPU was asked to draw it.
struct UnderWay {
    task: u64,
    group: Group,
    list: DisplayList,
    order: Order,
    types: Vec<AssetType>,
    pdf: Option<Vec<u8>>,
    warnings: Vec<Diagnostic>,
    /// The station that composed it, among those that this variant had.
    station: u64,
}

/// Results, or why the GPU did not draw.
type Result<T = Option<Drawn>, E = String> = std::result::Result<T, E>;

struct GpuWorker<'a> {
    worker: Worker<'a>,
    client: Client,
    open: HashMap<u64, Open>,
    next: u64,
    /// By ticket.
    under_way: HashMap<u64, UnderWay>,
    /// By variant: what came back before the base that it needs.
    early: Vec<Vec<(UnderWay, Result)>>,
    /// By variant: how many stations were given up.
    stations: Vec<u64>,
}

/// Works until there are no more rows, with at most `depth` records under way.
pub(super) fn run(worker: Worker<'_>, client: Client, depth: usize, mut rows: Rows, events: &Sender<Event>) {
    let variants = worker.plan.variants.len();
    let mut this = GpuWorker {
        worker,
        client,
        open: HashMap::new(),
        next: 0,
        under_way: HashMap::new(),
        early: (0..variants).map(|_| Vec::new()).collect(),
        stations: vec![0; variants],
    };
    let mut more = true;
    loop {
        let next = match (more && this.open.len() < depth, this.under_way.is_empty()) {
            (true, true) => rows.next().map_or(Next::End, |row| Next::Row(Box::new(row))),
            (true, false) => rows.next_or(this.client.answers()),
            (false, false) => this.client.answers().recv().map_or(Next::End, Next::Other),
            (false, true) => return,
        };
        let (began, is_row) = (Instant::now(), matches!(next, Next::Row(_)));
        let done = match next {
            Next::Row(row) => match *row {
                Ok(record) => match this.worker.begin(record) {
                    Ok(task) => this.start(task),
                    Err(event) => vec![event],
                },
                Err(rejected) => vec![this.worker.rejected(rejected)],
            },
            Next::Other(answer) => this.answered(answer),
            Next::End => {
                more = false;
                Vec::new()
            }
        };
        match is_row {
            true => this.client.note(began.elapsed(), Duration::ZERO),
            false => this.client.note(Duration::ZERO, began.elapsed()),
        }
        for event in done {
            let fatal = matches!(event, Event::Fatal(_));
            if events.send(event).is_err() || fatal {
                return;
            }
        }
    }
}

impl GpuWorker<'_> {
    /// Composes all groups of a record and orders their frames.
    fn start(&mut self, task: Task) -> Vec<Event> {
        let (id, groups) = (self.next, task.groups());
        self.next += 1;
        if groups.is_empty() {
            return vec![task.done()];
        }
        self.open.insert(id, Open { task, left: groups.len() });
        groups.into_iter().flat_map(|group| self.order(id, group)).collect()
    }

    fn order(&mut self, id: u64, group: Group) -> Vec<Event> {
        let Some(Open { task, .. }) = self.open.get_mut(&id) else { return Vec::new() };
        let types = task.types(&group);
        let variant = group.variant;
        let composed = self.worker.guarded(variant, |worker| {
            let ready = worker.compose(task, variant)?;
            let Worker { stations, rasteriser, .. } = worker;
            let station = stations[variant].as_mut().expect("opened to compose");
            let pdf =
                if types.contains(&AssetType::Pdf) { station.pdf(&ready, rasteriser) } else { Ok(None) };
            let pdf = pdf.map_err(|problem| vec![*problem])?;
            // Without frames, nothing is drawn.
            let framed = types.iter().any(|kind| *kind != AssetType::Pdf);
            let order = if framed { station.order(&ready.list) } else { Order::nothing() };
            Ok((ready, pdf, order))
        });
        let (ready, pdf, order) = match composed {
            Ok(composed) => composed,
            Err(reasons) => {
                self.stations[variant] += u64::from(self.worker.stations[variant].is_none());
                return self.note(id, &group, Err(reasons));
            }
        };
        let station = self.stations[variant];
        let under_way = UnderWay {
            task: id,
            group,
            list: ready.list,
            order,
            types,
            pdf,
            warnings: ready.problems,
            station,
        };
        if under_way.order.is_alone {
            return self
                .drawn(under_way, Err("what shows through it differs from the first record's".to_owned()));
        }
        if under_way.order.parts().is_empty() {
            return self.drawn(under_way, Ok(None));
        }
        match self.client.order(&under_way.list, under_way.order.parts()) {
            Ok(ticket) => {
                self.under_way.insert(ticket, under_way);
                Vec::new()
            }
            Err(Lacks::Backdrop) => {
                self.drawn(under_way, Err("a group in it filters what lies below".to_owned()))
            }
        }
    }

    fn answered(&mut self, answer: Answer) -> Vec<Event> {
        match self.under_way.remove(&answer.ticket) {
            Some(under_way) => self.drawn(under_way, answer.drawn.map(Some)),
            None => Vec::new(),
        }
    }

    /// Encodes a group, or keeps it until its base is there.
    fn drawn(&mut self, under_way: UnderWay, drawn: Result) -> Vec<Event> {
        let variant = under_way.group.variant;
        let same_station = under_way.station == self.stations[variant];
        let station = self.worker.stations[variant].as_ref();
        if same_station && station.is_some_and(|station| !station.is_ready(&under_way.order)) {
            self.early[variant].push((under_way, drawn));
            return Vec::new();
        }
        let is_base = under_way.order.is_base;
        let mut events = self.encode(under_way, drawn);
        if is_base {
            for (under_way, drawn) in std::mem::take(&mut self.early[variant]) {
                events.extend(self.drawn(under_way, drawn));
            }
        }
        events
    }

    fn encode(&mut self, under_way: UnderWay, drawn: Result) -> Vec<Event> {
        let UnderWay { task, group, list, order, types, pdf, warnings, station } = under_way;
        let variant = group.variant;
        let (own, is_base) = (station == self.stations[variant], order.is_base);
        let made = self.worker.guarded(variant, |worker| {
            worker.station(variant)?;
            let Worker { stations, rasteriser, .. } = worker;
            let station = stations[variant].as_mut().expect("opened above");
            // What another station's base was is not known any more.
            let (frames, fallback) = if !own {
                (station.scratch(&list, &types, rasteriser), Some("its worker had to start anew".to_owned()))
            } else if order.is_nothing() {
                (Ok(Vec::new()), None)
            } else {
                match &drawn {
                    Ok(drawn) => (station.take(&list, &order, drawn.as_ref(), &types, rasteriser), None),
                    Err(why) => (station.take(&list, &order, None, &types, rasteriser), Some(why.clone())),
                }
            };
            let mut frames = frames.map_err(|problem| vec![*problem])?;
            frames.extend(pdf.map(|pdf| (AssetType::Pdf, pdf)));
            let mut assets = Vec::with_capacity(types.len());
            for kind in types {
                assets.extend(
                    frames.iter().position(|(made, _)| *made == kind).map(|at| frames.swap_remove(at)),
                );
            }
            let backend = if fallback.is_some() { "cpu" } else { "gpu" };
            let drawn_by = Some(DrawnBy { backend, fallback });
            Ok(Made { assets, warnings, size: station.size(), drawn_by })
        });
        if made.is_err() && (is_base || self.worker.stations[variant].is_none()) && own {
            // Without its base a station is of no use to those that wait for it.
            self.worker.stations[variant] = None;
            self.stations[variant] += 1;
        }
        self.note(task, &group, made)
    }

    fn note(&mut self, id: u64, group: &Group, made: Result<Made, Vec<Diagnostic>>) -> Vec<Event> {
        let Some(open) = self.open.get_mut(&id) else { return Vec::new() };
        if let Err(fatal) = self.worker.note(&mut open.task, group, made) {
            return vec![fatal];
        }
        open.left -= 1;
        if open.left > 0 {
            return Vec::new();
        }
        self.open.remove(&id).map(|open| open.task.done()).into_iter().collect()
    }
}
