room := bisect
sees := base git crypto event claim plan run outcome
