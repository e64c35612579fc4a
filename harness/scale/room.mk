room := scale
sees := base crypto
