room := gate
sees := base git claim event plan outcome run sweep
