room := wasm
sees := base crypto
owns := blob call compiler engine guest import meter module trap
