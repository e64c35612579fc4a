room := observe
sees := base event trend claim outcome process
