//! The ways of retrieval, one module each.

mod bodhi;
mod csaf;
mod files;
mod html;
mod listing;
mod manifest;
mod nvd_api;
mod osv;
mod pages;
mod photon;
mod repository;
mod updateinfo;
mod yearly;

use crate::job::Job;
use crate::{Failure, Kind};

/// Brings a feed up to date.
pub(crate) async fn retrieve(job: &mut Job) -> Result<(), Failure> {
    match job.feed.kind {
        Kind::Files => files::retrieve(job).await,
        Kind::Repository => repository::retrieve(job).await,
        Kind::Listing => listing::retrieve(job).await,
        Kind::Manifest => manifest::retrieve(job).await,
        Kind::Updateinfo => updateinfo::retrieve(job).await,
        Kind::Photon => photon::retrieve(job).await,
        Kind::Csaf => csaf::retrieve(job).await,
        Kind::Osv => osv::retrieve(job).await,
        Kind::NvdApi => nvd_api::retrieve(job).await,
        Kind::Pages => pages::retrieve(job).await,
        Kind::Bodhi => bodhi::retrieve(job).await,
    }
}
