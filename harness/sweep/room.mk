room := sweep
sees := base chain event plan outcome run
owns := axis axes shard cell
