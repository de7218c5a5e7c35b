"""Ways to list records that no `Listing` describes: each gets a `Call` and yields pages. One idea per file."""
