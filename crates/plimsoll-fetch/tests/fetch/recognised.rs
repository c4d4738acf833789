//! What a fetch leaves behind is named so that a build recognises it.
