room := statements
sees := base crypto chain event sim protocol world backing
owns := computed entrance misstep peer peers reached reputation request_queue request_waiting said seat sent
