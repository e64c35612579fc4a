room := recover
sees := base scale host chain event protocol plan outcome run
owns := remedy
