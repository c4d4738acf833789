//! A layer's build instruction as a person wrote it.

use plimsoll_image::Image;

use crate::text::clean;

/// The instruction that made a layer, in the words of a Dockerfile.
///
/// Builders write down what they ran: Docker `/bin/sh -c #(nop) COPY …` and `/bin/sh -c make`,
/// BuildKit `RUN /bin/sh -c make # buildkit`.
pub(crate) fn of(image: &Image, layer: u32) -> Option<String> {
    let created_by = image.layers.get(layer as usize)?.created_by.as_deref()?;
    Some(words(&clean(created_by)))
}

fn words(created_by: &str) -> String {
    let text = created_by.trim().trim_end_matches("# buildkit").trim_end();
    if let Some(step) = text.strip_prefix("/bin/sh -c #(nop)") {
        return squeeze(step);
    }
    if let Some(command) = text.strip_prefix("/bin/sh -c ") {
        return squeeze(&format!("RUN {command}"));
    }
    if let Some(command) = text.strip_prefix("RUN /bin/sh -c ") {
        return squeeze(&format!("RUN {command}"));
    }
    // `|1 VERSION=1 /bin/sh -c make`: the build arguments come first.
    if text.starts_with('|')
        && let Some((_, command)) = text.split_once("/bin/sh -c ")
    {
        return squeeze(&format!("RUN {command}"));
    }
    squeeze(text)
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builders_decorations_are_taken_off() {
        for (created_by, expected) in [
            ("/bin/sh -c #(nop) ADD file:bdca0f3cf5cab875 in / ", "ADD file:bdca0f3cf5cab875 in /"),
            ("/bin/sh -c apt-get update   && true", "RUN apt-get update && true"),
            ("RUN /bin/sh -c pip install x # buildkit", "RUN pip install x"),
            ("|1 VERSION=1 /bin/sh -c make", "RUN make"),
            ("COPY . /app # buildkit", "COPY . /app"),
            ("apko", "apko"),
        ] {
            assert_eq!(words(created_by), expected);
        }
    }
}
