room := recover
sees := base chain event protocol plan outcome run
owns := remedy
