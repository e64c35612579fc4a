room := report
sees := base
owns := sheet
