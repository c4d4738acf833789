//! From collected records to the bytes of a database.
//!
//! The same records give the same bytes, whatever their order and whichever thread read them:
//! everything is sorted by content here, and nothing is taken from a clock.

mod details;
mod entries;
mod join;
mod pool;
mod small;
mod texts;

use self::details::Details;
use self::pool::Pool;
use crate::collector::{Collector, Counts};
use crate::database::format::{self, Section, put_u32};
use crate::model::Source;
use crate::sink::SourceId;

/// What a build says about itself.
#[derive(Debug, Clone, Default)]
pub struct WriteOptions {
    /// When the build was made, as RFC 3339; nothing keeps two builds identical.
    pub created: Option<String>,
    /// What made it, such as `plimsoll 0.1.0`.
    pub builder: Option<String>,
    /// Marks hand-made facts that stand in until a real database is there.
    pub starter: bool,
    /// Marks scores for another database.
    pub scores: bool,
}

/// Looks at all blocks of texts and decides how they will be compressed.
pub(crate) type Prepare = fn(&[Vec<u8>]) -> Packer;

/// Makes a block small, or says that it is better left as it is.
pub(crate) type Compress = Box<dyn Fn(&[u8]) -> Option<Vec<u8>> + Sync>;

/// How blocks are compressed.
pub(crate) struct Packer {
    /// What readers need as well to inflate them.
    pub(crate) dictionary: Vec<u8>,
    /// Compresses one block.
    pub(crate) compress: Compress,
}

/// A database that does not fit its format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TooLarge {
    /// The section that would pass 4 GiB.
    pub section: &'static str,
}

/// A finished file, and what is in it.
#[derive(Debug)]
pub struct Written {
    /// The file.
    pub bytes: Vec<u8>,
    /// What each source brought, by its id.
    pub sources: Vec<(Source, Counts)>,
}

/// Compiles what was collected.
pub(crate) fn write(
    mut collector: Collector,
    options: &WriteOptions,
    prepare: Prepare,
) -> Result<Written, TooLarge> {
    collector.drop_deleted();
    let mut sections = Sections::default();
    let sealed = collector.sealed;
    if !sealed {
        join::join(&mut collector);
    }
    let sources = SourceOrder::new(&collector);
    let details = Details::merge(&mut collector, &sources);
    let mut counts: Vec<Counts> = collector.sources.iter().map(|source| source.counts).collect();
    let mut counter = Counter { counts: &mut counts, sealed, ignored: Counts::default() };
    small::settle(&mut collector, &sources, &mut counter);
    let pool = Pool::new(&mut collector, &details, options);
    entries::write(&mut collector, &pool, &sources, &details, &mut sections, &mut counter);
    let texts = texts::write(&details, prepare, &mut sections);
    details::write(&details, &pool, texts, &mut sections, &mut counter);
    small::write(&collector, &pool, &mut sections, &mut counter);
    let sources = write_sources(&collector, &pool, &sources, &counts, &mut sections);

    let meta = sections.start(Section::Meta);
    put_u32(meta, pool.optional(options.created.as_deref()));
    put_u32(meta, pool.optional(options.builder.as_deref()));
    pool.write(&mut sections);
    let starter = if options.starter { format::header::STARTER } else { 0 };
    let scores = if options.scores { format::header::SCORES } else { 0 };
    Ok(Written { bytes: sections.finish(starter | scores)?, sources })
}

/// The sections while they grow.
#[derive(Default)]
struct Sections([Vec<u8>; Section::ALL.len()]);

impl Sections {
    fn start(&mut self, section: Section) -> &mut Vec<u8> {
        &mut self.0[section as usize]
    }

    fn finish(self, flags: u64) -> Result<Vec<u8>, TooLarge> {
        let mut content = Vec::new();
        let mut table = Vec::new();
        let content_start = format::HEADER_SIZE + Section::ALL.len() * format::SECTION_ROW;
        for (&section, bytes) in Section::ALL.iter().zip(&self.0) {
            if u32::try_from(bytes.len()).is_err() {
                return Err(TooLarge { section: section.name() });
            }
            // Readers may want to map rows of numbers as they are.
            content.resize(content.len().next_multiple_of(8), 0);
            table.extend_from_slice(&section.tag());
            table.extend_from_slice(&[0; 4]);
            table.extend_from_slice(&((content_start + content.len()) as u64).to_le_bytes());
            table.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
            content.extend_from_slice(bytes);
        }

        let mut file = Vec::with_capacity(content_start + content.len());
        file.extend_from_slice(&format::MAGIC);
        put_u32(&mut file, format::VERSION);
        put_u32(&mut file, Section::ALL.len() as u32);
        file.extend_from_slice(&((content_start + content.len()) as u64).to_le_bytes());
        file.extend_from_slice(&flags.to_le_bytes());
        file.extend_from_slice(blake3::hash(&content).as_bytes());
        let mut hasher = blake3::Hasher::new();
        hasher.update(&file).update(&table);
        file.extend_from_slice(hasher.finalize().as_bytes());
        file.extend_from_slice(&table);
        file.extend_from_slice(&content);
        Ok(file)
    }
}

/// Counts what went into the file, per source as the collector numbers them.
struct Counter<'c> {
    counts: &'c mut [Counts],
    /// The counts are known already and stay as they are.
    sealed: bool,
    ignored: Counts,
}

impl Counter<'_> {
    fn of(&mut self, source: SourceId) -> &mut Counts {
        if self.sealed {
            return &mut self.ignored;
        }
        &mut self.counts[usize::from(source.0)]
    }
}

/// The place of each source in the file: sorted by id.
struct SourceOrder {
    by_place: Vec<SourceId>,
    place: Vec<u32>,
}

impl SourceOrder {
    fn new(collector: &Collector) -> SourceOrder {
        let mut by_place: Vec<SourceId> =
            (0..collector.sources.len() as u16).map(SourceId).collect();
        let id = |source: SourceId| &collector.sources[usize::from(source.0)].source.id;
        by_place.sort_by(|&left, &right| id(left).cmp(id(right)));
        let mut place = vec![0; by_place.len()];
        for (index, source) in by_place.iter().enumerate() {
            place[usize::from(source.0)] = index as u32;
        }
        SourceOrder { by_place, place }
    }

    fn place(&self, source: SourceId) -> u32 {
        self.place[usize::from(source.0)]
    }
}

fn write_sources(
    collector: &Collector,
    pool: &Pool,
    order: &SourceOrder,
    counts: &[Counts],
    sections: &mut Sections,
) -> Vec<(Source, Counts)> {
    let mut sources = Vec::new();
    let out = sections.start(Section::Sources);
    for &id in &order.by_place {
        let collected = &collector.sources[usize::from(id.0)];
        let Source { id: name_id, name, url, license } = &collected.source;
        for text in [name_id, name, url, license] {
            put_u32(out, pool.find(text));
        }
        put_u32(out, pool.optional(collected.date.as_deref()));
        let counts = counts[usize::from(id.0)];
        counts.to_array().into_iter().for_each(|count| put_u32(out, count));
        sources.push((collected.source.clone(), counts));
    }
    sources
}
