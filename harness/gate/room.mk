room := gate
sees := base claim event plan outcome run
