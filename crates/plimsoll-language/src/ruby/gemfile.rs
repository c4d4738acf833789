//! Which gems of a `Gemfile` are for development only (<https://bundler.io/man/gemfile.5.html>).
//!
//! A Gemfile is a program. It is understood as far as it consists of the statements that the manual
//! lists, one on each line; any other makes it count for nothing, since it could do anything.

/// Names of the gems that stand in no group but those for development and tests, and whether each is
/// such; nothing if the file is not plain.
pub(super) fn groups(text: &str) -> Option<Vec<(String, bool)>> {
    let mut gems = Vec::new();
    // For every open block, whether it is a group for development.
    let mut open: Vec<bool> = Vec::new();
    let mut continued = false;
    for line in text.lines() {
        let line = without_comment(line).trim();
        if line.is_empty() {
            continue;
        }
        let opens = line.ends_with(" do");
        let in_development = open.contains(&true);
        if std::mem::replace(&mut continued, line.ends_with([',', '\\'])) {
            if let Some((_, dev)) = gems.last_mut() {
                *dev |= option_is_development(line);
            }
            continue;
        }
        match line.split([' ', '(']).next().unwrap_or_default() {
            "gem" => {
                let name = line.split(['"', '\'']).nth(1)?;
                gems.push((name.to_owned(), in_development || option_is_development(line)));
            }
            "group" if opens && open.len() < MAX_DEPTH => open.push(symbols_are_development(line)),
            "platforms" | "platform" | "source" | "git" | "path" | "github" | "install_if"
            | "if" | "unless"
                if opens || line.starts_with(['i', 'u']) =>
            {
                if line.contains(" end") || open.len() >= MAX_DEPTH {
                    return None;
                }
                open.push(false);
            }
            "end" => {
                open.pop()?;
            }
            "else" | "source" | "ruby" | "git_source" | "gemspec" | "plugin" if !opens => {}
            _ => return None,
        }
    }
    open.is_empty().then_some(gems)
}

/// Blocks within blocks; real files have two.
const MAX_DEPTH: usize = 16;

/// A `#` with a space before it begins a comment; in none of the statements read here does a text
/// have one.
fn without_comment(line: &str) -> &str {
    if line.trim_start().starts_with('#') {
        return "";
    }
    line.split_once(" #").map_or(line, |(before, _)| before)
}

/// Whether `group: :test`, `groups: [:development, :test]` or the older `:group => :test` stands in
/// a line.
fn option_is_development(line: &str) -> bool {
    let at = ["group:", "groups:", ":group ", ":groups ", ":group=>", ":groups=>"];
    at.iter().find_map(|word| line.split_once(word)).is_some_and(|(_, rest)| {
        let rest = rest.trim_start_matches("=>").trim_start();
        let end = if rest.starts_with('[') { ']' } else { ',' };
        symbols_are_development(rest.split(end).next().unwrap_or(rest))
    })
}

/// Whether all symbols of a line are groups for development.
fn symbols_are_development(line: &str) -> bool {
    let mut symbols =
        line.split(|sign: char| !(sign.is_alphanumeric() || matches!(sign, ':' | '_')));
    let mut found = false;
    let all = symbols.by_ref().filter_map(|word| word.strip_prefix(':')).all(|group| {
        found = true;
        matches!(group, "development" | "dev" | "test" | "tests")
    });
    found && all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_read_from_plain_files_only() {
        let text = "source 'https://rubygems.org'\nruby '3.1' # comment\ngem \"rails\", '~> 6'\n\
                    gem 'pry', group: :development\ngem 'a', :groups => [:test, :production]\n\
                    group :development, :test do\n  gem 'rspec',\n    '~> 3'\n  platforms :mri do\n    \
                    gem 'byebug'\n  end\nend\ngem 'puma'\n";
        let gems = groups(text).unwrap();
        let dev: Vec<&str> =
            gems.iter().filter(|(_, dev)| *dev).map(|(name, _)| name.as_str()).collect();
        assert_eq!(dev, ["pry", "rspec", "byebug"]);
        assert_eq!(gems.len(), 6);
        for other in
            ["eval_gemfile 'x'", "%w[a b].each do |x|", "group :test do", "end", "gem NAME"]
        {
            assert_eq!(groups(other), None, "{other}");
        }
    }
}
