room := page
sees := base report
owns := escape
