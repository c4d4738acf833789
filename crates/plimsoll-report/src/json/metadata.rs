//! `Metadata`: what the image says of itself.

use plimsoll_image::Digest;
use serde::Serialize;

use super::ours;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Metadata<'a> {
    #[serde(skip_serializing_if = "is_zero")]
    size: u64,
    #[serde(rename = "OS", skip_serializing_if = "Option::is_none")]
    os: Option<Os<'a>>,
    #[serde(rename = "ImageID", skip_serializing_if = "Option::is_none")]
    image_id: Option<Digest>,
    #[serde(rename = "DiffIDs", skip_serializing_if = "Vec::is_empty")]
    diff_ids: Vec<Digest>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    repo_tags: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    repo_digests: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<&'a str>,
    /// The document as the image has it, also what we do not read of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    image_config: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    layers: Vec<Layer<'a>>,
    #[serde(rename = "RepoURL", skip_serializing_if = "Option::is_none")]
    repo_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tags: &'a [String],
    #[serde(skip_serializing_if = "str::is_empty")]
    commit: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    commit_msg: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    author: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    committer: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Os<'a> {
    family: &'a str,
    name: &'a str,
    #[serde(rename = "EOSL", skip_serializing_if = "std::ops::Not::not")]
    end_of_service_life: bool,
    #[serde(rename = "extended", skip_serializing_if = "std::ops::Not::not")]
    extended: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Layer<'a> {
    #[serde(skip_serializing_if = "is_zero")]
    size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<Digest>,
    #[serde(rename = "DiffID", skip_serializing_if = "Option::is_none")]
    diff_id: Option<Digest>,
    plimsoll: ours::Layer<'a>,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl<'a> Metadata<'a> {
    pub(super) fn of(report: &'a crate::Report) -> Metadata<'a> {
        let image = &report.image;
        let commit = report.repository.as_ref();
        let os = report.system().map(|(family, name)| Os {
            family,
            name,
            end_of_service_life: report.ended_on().is_some(),
            extended: report.inventory.os.as_ref().is_some_and(|os| os.extended_support),
        });
        let layer = |(index, layer): (usize, &'a plimsoll_image::Layer)| Layer {
            size: layer.size,
            digest: layer.digest,
            diff_id: layer.diff_id,
            plimsoll: ours::Layer { index, instruction: layer.created_by.as_deref() },
        };
        Metadata {
            size: image.layers.iter().fold(0, |sum, layer| sum.saturating_add(layer.size)),
            os,
            image_id: image.id,
            diff_ids: image.layers.iter().filter_map(|layer| layer.diff_id).collect(),
            repo_tags: &image.repo_tags,
            repo_digests: &image.repo_digests,
            reference: report.is_named().then_some(image.name.as_str()),
            image_config: serde_json::from_slice(&image.raw_config).ok(),
            layers: if report.is_directory() {
                Vec::new()
            } else {
                image.layers.iter().enumerate().map(layer).collect()
            },
            repo_url: commit.and_then(|commit| commit.url.as_deref()),
            branch: commit.and_then(|commit| commit.branch.as_deref()),
            tags: commit.map_or(&[], |commit| &commit.tags),
            commit: commit.map_or("", |commit| &commit.commit),
            commit_msg: commit.map_or("", |commit| &commit.message),
            author: commit.map_or("", |commit| &commit.author),
            committer: commit.map_or("", |commit| &commit.committer),
        }
    }
}
