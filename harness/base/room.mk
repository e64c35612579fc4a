room := base
sees :=
