"""Discord-facing pieces that are no feature's own: words, pages, persistent components, access, errors."""
