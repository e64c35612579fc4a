room := shrink
sees := base chain event plan outcome run
