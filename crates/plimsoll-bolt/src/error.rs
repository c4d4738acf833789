//! What can be wrong with a file.

/// Why a file, or one page of it, cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Neither of the two pages that say where everything is holds what it should.
    #[error("not a bbolt file: neither of its first two pages is whole")]
    NoMeta,
    /// bbolt writes numbers as the processor does.
    #[error("the bbolt file was written on a big-endian machine, which is not supported")]
    BigEndian,
    /// The layout is another one.
    #[error("the bbolt file has version {0}; only version 2 is known")]
    Version(u32),
    /// Something is wrong with a page.
    #[error("page {page}: {damage}")]
    Page {
        /// Its number.
        page: u64,
        /// What is wrong with it.
        damage: Damage,
    },
}

/// What is wrong with a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// A page is referred to that the file does not have, by its own account.
    #[error("it is behind the last page")]
    OutOfRange,
    /// The file ends before or inside the page.
    #[error("the file ends before it does")]
    Truncated,
    /// The page says that it is another one.
    #[error("it calls itself page {0}")]
    OtherNumber(u64),
    /// It is neither a branch nor a leaf of a tree.
    #[error("it is no page of a tree (its flags are {0:#x})")]
    Kind(u16),
    /// It has more elements than there is room for.
    #[error("it is too small for its {0} elements")]
    Count(u16),
    /// An element points out of the page, or into another element.
    #[error("element {0} does not lie where it can")]
    Element(u16),
    /// Keys must ascend.
    #[error("the key of element {0} is out of order")]
    Order(u16),
    /// The first key does not follow the elements: their number is not the one that was written.
    #[error("its keys do not begin where its {0} elements end")]
    Gap(u16),
    /// A branch without children.
    #[error("it is a branch without children")]
    NoChildren,
    /// A sub-bucket's value is shorter than it must be, or is no leaf.
    #[error("the bucket of element {0} is broken")]
    Bucket(u16),
    /// A tree of `MAX_DEPTH` levels has more pages than any disk.
    #[error("the tree is too deep: its pages form a circle")]
    TooDeep,
    /// Buckets inside buckets inside buckets, …
    #[error("buckets are nested too deeply")]
    TooNested,
    /// Pages are visited over and over.
    #[error("pages are used by several trees, so that reading them would not end")]
    Repeated,
}
