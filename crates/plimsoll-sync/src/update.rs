//! Keeps a local database current.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use plimsoll_advisory::build::scores_path;
use plimsoll_advisory::{Database, delta};
use plimsoll_attest::TrustedKeys;
use plimsoll_image::RegistryOptions;

use crate::listing::{Entry, Listing, MAX_DATABASE};
use crate::local::{Held, Writer, opens};
use crate::origin::{Offer, Origin};
use crate::state::{Remembered, State, state_path};
use crate::verify::{Kind, check_kind, check_signature, read};
use crate::{
    Failure, Outcome, Part, Refusal, SignatureStatus, Source, Transfer, UpdateError, pack,
};

/// What an update is to do.
#[derive(Debug, Clone)]
pub struct UpdateOptions {
    /// The local database. Its directory is made, and what is remembered and the lock lie beside.
    pub database: PathBuf,
    /// The local overlay, if one is wanted.
    pub overlay: Option<PathBuf>,
    /// Leave the database alone and update the overlay only.
    pub only_overlay: bool,
    /// Where to look, best first. The next one is asked when one fails.
    pub sources: Vec<Source>,
    /// Who is believed. With any key, nothing is used that none of them signed.
    pub keys: TrustedKeys,
    /// Take what a source offers even when it is older than what is there.
    pub allow_older: bool,
    /// Whether deltas are used where there are any; else files come whole.
    pub use_deltas: bool,
    /// How to talk to registries and web servers.
    pub registry: RegistryOptions,
    /// How long to wait for another process that updates the same database.
    pub lock_wait: Duration,
}

impl UpdateOptions {
    /// Usual settings: the overlay where [`Database::open_with_scores`] looks for it, ten minutes
    /// for somebody else's update.
    pub fn new(database: impl Into<PathBuf>, sources: Vec<Source>) -> UpdateOptions {
        let database = database.into();
        UpdateOptions {
            overlay: Some(scores_path(&database)),
            database,
            only_overlay: false,
            sources,
            keys: TrustedKeys::new(),
            allow_older: false,
            use_deltas: true,
            registry: RegistryOptions::default(),
            lock_wait: Duration::from_secs(600),
        }
    }
}

/// Brings the local database and overlay up to date. When it returns an outcome there is a database
/// that can be used, if not always the newest. Blocks; must not be called from an asynchronous
/// task.
pub fn update(options: &UpdateOptions) -> Result<Outcome, UpdateError> {
    let begun = Timestamp::now();
    let writer = Writer::lock(&options.database, options.lock_wait)?;
    for target in [&options.database, &state_path(&options.database)] {
        writer.clean(target);
    }
    if let Some(overlay) = &options.overlay {
        writer.clean(overlay);
    }
    let state = State::read(&options.database);
    let mut update = Update::new(options, writer, state);
    // Another process has just done what this one came for.
    let just_done = update.state.checked_at.is_some_and(|at| at > begun.as_second());
    if just_done && update.knows_source() && update.is_settled_without_asking() {
        return update.finish();
    }
    for source in &options.sources {
        if let Err(refusal) = update.from(source) {
            update.fail(source, &refusal);
        }
        if update.database.settled && update.overlay.settled {
            break;
        }
    }
    update.finish()
}

/// One of the two files, and what has become of it so far.
struct File {
    kind: Kind,
    path: Option<PathBuf>,
    held: Option<Held>,
    part: Option<Part>,
    settled: bool,
}

impl File {
    fn look(
        kind: Kind,
        path: Option<&Path>,
        state: &State,
        keys: &TrustedKeys,
    ) -> (File, Option<Refusal>) {
        let remembered = match kind {
            Kind::Database => state.database.as_ref(),
            Kind::Overlay => state.overlay.as_ref(),
        };
        let looked = path.filter(|path| path.exists());
        let looked = looked.map(|path| Held::look(path, kind, remembered, keys));
        let (held, problem) = match looked.transpose() {
            Ok(held) => (held, None),
            Err(problem) => (None, Some(problem)),
        };
        let path = path.map(Path::to_owned);
        let settled = path.is_none();
        (File { kind, path, held, part: None, settled }, problem)
    }

    /// What is there, if it may be used.
    fn usable(&self) -> Option<(&Held, &SignatureStatus)> {
        let held = self.held.as_ref()?;
        Some((held, held.signature.as_ref().ok()?))
    }

    fn current(&mut self) {
        let part = self.usable().map(|(held, signature)| Part::Current {
            content: held.content.clone(),
            signature: signature.clone(),
        });
        self.settled |= part.is_some();
        self.part = part.or(self.part.take());
    }

    fn remembered(&self) -> Option<Remembered> {
        self.held.as_ref().map(|held| Remembered {
            content: held.content.clone(),
            sha256: held.sha256,
            signature: held.signature_text.clone(),
        })
    }
}

struct Update<'o> {
    options: &'o UpdateOptions,
    writer: Writer,
    state: State,
    database: File,
    overlay: File,
    source: Option<String>,
    failures: Vec<Failure>,
    notes: Vec<String>,
    transferred: u64,
}

impl<'o> Update<'o> {
    fn new(options: &'o UpdateOptions, writer: Writer, state: State) -> Update<'o> {
        let keys = &options.keys;
        let look = |kind, path| File::look(kind, path, &state, keys);
        let (mut database, damage) = look(Kind::Database, Some(&options.database));
        let (overlay, overlay_damage) = look(Kind::Overlay, options.overlay.as_deref());
        database.settled = options.only_overlay && database.usable().is_some();
        let problems = damage.into_iter().chain(overlay_damage);
        let notes = problems.map(|problem| format!("the local file cannot be used: {problem}"));
        Update {
            options,
            writer,
            notes: notes.collect(),
            database,
            overlay,
            state,
            source: None,
            failures: Vec::new(),
            transferred: 0,
        }
    }

    fn knows_source(&self) -> bool {
        let known = self.state.source.as_deref();
        self.options.sources.iter().any(|source| Some(source.to_string().as_str()) == known)
    }

    /// Whether both files are those that are remembered, and may be used.
    fn is_as_remembered(&self) -> bool {
        let same = |file: &File, remembered: &Option<Remembered>| {
            file.path.is_none()
                || match (file.usable(), remembered) {
                    (Some((held, _)), Some(remembered)) => held.sha256 == remembered.sha256,
                    // A source without an overlay is complete without one.
                    (None, None) => file.kind == Kind::Overlay && file.held.is_none(),
                    _ => false,
                }
        };
        same(&self.database, &self.state.database) && same(&self.overlay, &self.state.overlay)
    }

    /// Settles both files by what is remembered, if they can be.
    fn is_settled_without_asking(&mut self) -> bool {
        if !self.is_as_remembered() {
            return false;
        }
        self.database.current();
        self.overlay.current();
        self.source = self.state.source.clone();
        true
    }

    fn fail(&mut self, source: &Source, refusal: &Refusal) {
        self.failures.push(Failure { source: source.to_string(), reason: refusal.to_string() });
    }

    /// Takes from a source what is not settled yet.
    fn from(&mut self, source: &Source) -> Result<(), Refusal> {
        let origin = Origin::open(source, &self.options.registry)?;
        let shown = source.to_string();
        let known =
            self.state.tag.clone().filter(|_| {
                self.state.source.as_deref() == Some(&shown) && self.is_as_remembered()
            });
        let (listing, tag) = match origin.listing(known.as_deref())? {
            Offer::Listing(listing, tag) => (listing, tag),
            Offer::Unchanged => {
                self.is_settled_without_asking();
                self.overlay.settled = true;
                self.state.checked_at = Some(Timestamp::now().as_second());
                return Ok(());
            }
        };
        let asked_for_both = !self.database.settled;
        if !self.database.settled {
            self.settle(Kind::Database, &origin, &listing, &listing.database)?;
            self.source = Some(shown.clone());
        }
        match &listing.overlay {
            _ if self.overlay.settled => {}
            // A list that was complete without an overlay.
            None => self.overlay.settled = true,
            Some(entry) => self.settle(Kind::Overlay, &origin, &listing, entry)?,
        }
        self.source.get_or_insert_with(|| shown.clone());
        self.state.checked_at = Some(Timestamp::now().as_second());
        // The tag stands for both files as this source offers them.
        self.state.tag = tag.filter(|_| asked_for_both);
        self.state.source = Some(shown);
        Ok(())
    }

    fn file(&mut self, kind: Kind) -> &mut File {
        match kind {
            Kind::Database => &mut self.database,
            Kind::Overlay => &mut self.overlay,
        }
    }

    /// Makes a local file the one that is offered.
    fn settle(
        &mut self,
        kind: Kind,
        origin: &Origin,
        listing: &Listing,
        entry: &Entry,
    ) -> Result<(), Refusal> {
        let keys = &self.options.keys;
        let Some(path) = self.file(kind).path.clone() else { return Ok(()) };
        if let Some(held) = self.file(kind).held.as_mut()
            && held.sha256 == entry.sha256
        {
            if held.signature_text.is_none() || held.signature.is_err() {
                // Bytes that are here already may be proven good by the source's signature.
                let content = read(&path, MAX_DATABASE)?;
                pack::check(&content, entry)?;
                let text = entry.signature.as_deref();
                held.signature = Ok(check_signature(kind.file(), &content, text, keys)?);
                held.signature_text = entry.signature.clone();
            }
            self.file(kind).current();
            return Ok(());
        }
        self.refuse_older(kind, entry)?;
        let supported = Database::starter().info().format_version;
        if entry.format != supported {
            let (found, what) = (entry.format, kind.file().to_owned());
            let reason = plimsoll_advisory::DatabaseError::Version { found, supported };
            return Err(Refusal::Database { what, reason });
        }
        let by_delta = match kind {
            Kind::Database => self.by_delta(&path, origin, listing),
            Kind::Overlay => None,
        };
        let (content, signature, by) = match by_delta {
            Some((content, signature)) => (content, signature, Transfer::Delta),
            None => {
                let stored = origin.fetch(&entry.stored)?;
                self.transferred += stored.len() as u64;
                let content = pack::inflate(stored, entry)?;
                let text = entry.signature.as_deref();
                let signature = check_signature(kind.file(), &content, text, keys)?;
                (content, signature, Transfer::Full)
            }
        };
        self.writer.install(&path, &content, |beside| {
            let what = || kind.file().to_owned();
            let database =
                opens(beside).map_err(|reason| Refusal::Database { what: what(), reason })?;
            check_kind(&database, kind)?;
            let digest = database.digest();
            if digest == entry.content {
                return Ok(());
            }
            let found = format!("one with the content {digest} and not the one of the list");
            Err(Refusal::Other { what: what(), found })
        })?;
        let file = self.file(kind);
        let from = file.usable().map(|(held, _)| held.content.clone());
        let to = entry.content.clone();
        file.part = Some(Part::Updated { from, to, by, signature: signature.clone() });
        file.held = Some(Held {
            content: entry.content.clone(),
            sha256: entry.sha256,
            created: entry.created.clone(),
            signature: Ok(signature),
            signature_text: entry.signature.clone(),
        });
        file.settled = true;
        Ok(())
    }

    /// Whoever keeps an old signed database must not be able to bring it back.
    fn refuse_older(&mut self, kind: Kind, entry: &Entry) -> Result<(), Refusal> {
        if self.options.allow_older {
            return Ok(());
        }
        let local = self.file(kind).usable().and_then(|(held, _)| held.created.clone());
        let time =
            |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<Timestamp>().ok());
        match (time(&local), time(&entry.created)) {
            (Some(local), Some(offered)) if offered < local => Err(Refusal::Older {
                what: kind.file().to_owned(),
                offered: offered.to_string(),
                local: local.to_string(),
            }),
            _ => Ok(()),
        }
    }

    /// Tries to get there by a delta. Whatever goes wrong is noted, and the whole file taken.
    fn by_delta(
        &mut self,
        path: &Path,
        origin: &Origin,
        listing: &Listing,
    ) -> Option<(Vec<u8>, SignatureStatus)> {
        if !self.options.use_deltas {
            return None;
        }
        let (held, _) = self.database.usable()?;
        let listed = listing.delta_from(&held.content)?;
        if listed.stored.size >= listing.database.stored.size {
            return None;
        }
        let keys = &self.options.keys;
        let entry = &listing.database;
        let mut received = 0;
        let made = || {
            let bytes = origin.fetch(&listed.stored)?;
            received = bytes.len() as u64;
            check_signature("the delta", &bytes, listed.signature.as_deref(), keys)?;
            let old = Database::open(path)
                .map_err(|reason| Refusal::Database { what: path.display().to_string(), reason })?;
            let content = delta::apply(&old, &bytes).map_err(|reason| Refusal::Other {
                what: "the delta".to_owned(),
                found: format!("not usable: {reason}"),
            })?;
            pack::check(&content, entry)?;
            let text = entry.signature.as_deref();
            let signature = check_signature(Kind::Database.file(), &content, text, keys)?;
            Ok((content, signature))
        };
        let made: Result<_, Refusal> = { made }();
        self.transferred += received;
        match made {
            Ok(made) => Some(made),
            Err(refusal) => {
                self.notes.push(format!("the whole database was taken, since {refusal}"));
                None
            }
        }
    }

    fn finish(mut self) -> Result<Outcome, UpdateError> {
        for file in [&mut self.database, &mut self.overlay] {
            if file.part.is_none() {
                file.part = file.usable().map(|(held, signature)| Part::Kept {
                    content: held.content.clone(),
                    signature: signature.clone(),
                });
            }
        }
        self.remember();
        let Some(database) = self.database.part else {
            if self.failures.is_empty() {
                return Err(UpdateError::NoSource);
            }
            return Err(UpdateError::Nothing(self.failures));
        };
        Ok(Outcome {
            database,
            overlay: self.overlay.part.unwrap_or(Part::Absent),
            source: self.source,
            failures: self.failures,
            notes: self.notes,
            transferred: self.transferred,
        })
    }

    /// Writes what is to be known next time. Without it the next update only works more.
    fn remember(&mut self) {
        self.state.database = self.database.remembered();
        self.state.overlay = self.overlay.remembered();
        let path = state_path(&self.options.database);
        if let Err(refusal) = self.writer.install(&path, &self.state.to_json(), |_| Ok(())) {
            self.notes.push(refusal.to_string());
        }
    }
}
