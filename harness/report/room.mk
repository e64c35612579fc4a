room := report
sees := base compare
owns := sheet
