//! What is left of a path while links in it are followed.

/// Path components still to be walked, innermost link target last.
pub(super) struct Pending {
    stack: Vec<(Vec<u8>, usize)>,
}

impl Pending {
    pub(super) fn new(path: &[u8]) -> Pending {
        Pending { stack: vec![(path.to_vec(), 0)] }
    }

    pub(super) fn push(&mut self, path: Vec<u8>) {
        self.stack.push((path, 0));
    }

    pub(super) fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            let (path, start) = self.stack.last_mut()?;
            if *start > path.len() {
                self.stack.pop();
                continue;
            }
            let rest = &path[*start..];
            let end = rest.iter().position(|&byte| byte == b'/').unwrap_or(rest.len());
            let name = rest[..end].to_vec();
            *start += end + 1;
            return Some(name);
        }
    }

    /// Whether no component is left, save for trailing slashes.
    pub(super) fn is_done(&self) -> bool {
        let blank = |(path, start): &(Vec<u8>, usize)| {
            path.get(*start..).is_none_or(|rest| rest.iter().all(|&byte| byte == b'/'))
        };
        self.stack.iter().all(blank)
    }
}
