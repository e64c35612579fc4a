room := matrix
sees := base event plan outcome process
