room := report
sees := base compare advise
owns := sheet
