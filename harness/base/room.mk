room := base
sees :=
owns := alloc arena buf bytes calloc code cpu dir error exit fail file free hash hex lack le16 le32 le64 lock log malloc nearest ns realloc rng scrap scratch strdup text wall
