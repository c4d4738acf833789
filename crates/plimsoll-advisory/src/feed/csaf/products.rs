//! What the ids of products stand for: the branches and relationships of a product tree.

use std::collections::HashMap;

use super::component::{Component, Kind};
use super::document::{Branch, List, Product, ProductTree};

/// A package in a module in a release in a product: real chains have two links.
const LONGEST_CHAIN: usize = 8;

/// Real ids have some two hundred letters. Only the parts of a longer one would take long to look up.
const LONGEST_ID: usize = 1024;

/// A product tree, by id.
pub(super) struct Products<'d> {
    nodes: HashMap<&'d str, &'d Product<'d>>,
    /// Id of a component in a product → the component's, the product's.
    links: HashMap<&'d str, (&'d str, &'d str)>,
}

/// What one id stands for.
#[derive(Debug)]
pub(super) struct Resolved<'d> {
    /// The package; nothing where the product as a whole is meant.
    pub(super) component: Option<Component<'d>>,
    /// The module that the component was listed under, `name:stream`.
    pub(super) module: Option<String>,
    /// Id of the product that it is a component of.
    pub(super) platform: &'d str,
    /// The product's name for people.
    pub(super) platform_name: &'d str,
    /// The product's CPE, empty if it has none.
    pub(super) cpe: &'d str,
}

impl<'d> Products<'d> {
    pub(super) fn of(tree: &'d ProductTree<'d>) -> Products<'d> {
        let mut products = Products { nodes: HashMap::new(), links: HashMap::new() };
        for product in &tree.full_product_names {
            products.nodes.insert(&product.product_id, product);
        }
        // Branches wait on a list of our own; how deep they lie, the JSON reader has bounded.
        let mut waiting: Vec<&'d List<Branch<'d>>> = vec![&tree.branches];
        while let Some(branches) = waiting.pop() {
            for branch in branches {
                if let Some(product) = &branch.product {
                    products.nodes.insert(&product.product_id, product);
                }
                waiting.push(&branch.branches);
            }
        }
        for relationship in &tree.relationships {
            let known = matches!(
                &*relationship.category,
                "default_component_of"
                    | "installed_on"
                    | "installed_with"
                    | "optional_component_of"
            );
            if known {
                products.links.insert(
                    &relationship.full_product_name.product_id,
                    (&relationship.product_reference, &relationship.relates_to_product_reference),
                );
            }
        }
        products
    }

    /// Nothing for an id that the tree does not explain.
    pub(super) fn resolve(&self, id: &'d str) -> Option<Resolved<'d>> {
        let mut component = None;
        let mut module = None;
        let mut current = id;
        for _ in 0..LONGEST_CHAIN {
            let Some(&(part, whole)) = self.links.get(current) else { break };
            let read = self.component(part);
            match component {
                None => component = Some(read),
                Some(_) if read.kind == Kind::Module => module = read.module,
                Some(_) => {}
            }
            current = whole;
        }
        if component.is_none() && !self.nodes.contains_key(id) {
            // Trees that were cut down, or that name a component without relating it.
            if id.len() > LONGEST_ID {
                return None;
            }
            let (platform, part) = id
                .rmatch_indices(':')
                .map(|(colon, _)| (&id[..colon], &id[colon + 1..]))
                .find(|(platform, _)| self.nodes.contains_key(platform))?;
            component = Some(self.component(part));
            current = platform;
        }
        let node = self.nodes.get(current).copied();
        let cpe = node.map_or("", |node| &*node.product_identification_helper.cpe);
        if component.is_none()
            && let Some(node) = node
            && cpe.is_empty()
            && !node.product_identification_helper.purl.is_empty()
        {
            component = Some(self.component(current));
        }
        Some(Resolved {
            component,
            module,
            platform: current,
            platform_name: node.map_or("", |node| &*node.name),
            cpe,
        })
    }

    fn component(&self, id: &'d str) -> Component<'d> {
        let purl = self.nodes.get(id).map(|node| &*node.product_identification_helper.purl);
        purl.and_then(Component::from_purl).unwrap_or_else(|| Component::from_name(id))
    }
}
