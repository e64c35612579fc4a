/* fuzz_main.c - runs a fuzz target over its corpus without a fuzzer. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int main(int argc, char **argv)
{
    struct dirent *entry;
    DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
    int count = 0;
    if (!dir) {
        fprintf(stderr, "no corpus at %s\n", argc == 2 ? argv[1] : "(no argument)");
        return 1;
    }
    LLVMFuzzerTestOneInput((const unsigned char *)"", 0);
    while ((entry = readdir(dir))) {
        char path[1024];
        unsigned char *data;
        long size;
        FILE *f;
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        f = fopen(path, "rb");
        if (!f || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0)
            return 1;
        rewind(f);
        data = malloc((size_t)size + 1); /* exact size: an overread is seen */
        if (!data || fread(data, 1, (size_t)size, f) != (size_t)size)
            return 1;
        fclose(f);
        unsigned char *exact = malloc(size ? (size_t)size : 1);
        if (!exact)
            return 1;
        memcpy(exact, data, (size_t)size);
        free(data);
        LLVMFuzzerTestOneInput(exact, (size_t)size);
        free(exact);
        count++;
    }
    closedir(dir);
    printf("%d inputs\n", count);
    return count ? 0 : 1;
}
