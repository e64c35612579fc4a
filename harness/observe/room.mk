room := observe
sees := base event trend claim plan stream outcome process
