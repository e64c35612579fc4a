room := advise
sees := base forecast
