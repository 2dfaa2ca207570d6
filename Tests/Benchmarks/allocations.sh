#!/usr/bin/env bash
# Counts what decoding flow records and reading log lines allocates: the calls of malloc and its kin in one round of the
# benchmark, less those of setting it up. Exit status 1 when a record or a line costs an allocation.
set -euo pipefail
cd "$(dirname "$0")/../.."

swift build -c release --product Benchmarks > /dev/null
program=$(swift build -c release --show-bin-path)/Benchmarks
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cat > "$folder/count.c" << 'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static atomic_ulong calls;
extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t), *__libc_memalign(size_t, size_t);
void *malloc(size_t size) { calls++; return __libc_malloc(size); }
void *calloc(size_t count, size_t size) { calls++; return __libc_calloc(count, size); }
void *realloc(void *old, size_t size) { calls++; return __libc_realloc(old, size); }
void *aligned_alloc(size_t alignment, size_t size) { calls++; return __libc_memalign(alignment, size); }
int posix_memalign(void **out, size_t alignment, size_t size) { calls++; return (*out = __libc_memalign(alignment, size)) == NULL; }
__attribute__((destructor)) static void say(void) { fprintf(stderr, "%lu\n", calls); }
END
gcc -O1 -shared -fPIC -o "$folder/count.so" "$folder/count.c"

# Allocations of a run with so many rounds.
count() { LD_PRELOAD="$folder/count.so" "$program" decode "rounds=$1" 2>&1 > "$folder/out" | tail -n 1; }

few=$(count 1)
many=$(count 3)
records=$(($("$program" records) * 2))
echo "$((many - few)) allocations for $records records, of $few for setting up and a first round"
few_lines=$(LD_PRELOAD="$folder/count.so" "$program" lines=1000 2>&1 > "$folder/out" | tail -n 1)
many_lines=$(LD_PRELOAD="$folder/count.so" "$program" lines=101000 2>&1 > "$folder/out" | tail -n 1)
echo "$((many_lines - few_lines)) allocations for 100000 lines of each kind, of $few_lines for setting up and 1000 lines"
awk -v allocations=$((many - few)) -v records="$records" -v lines=$((many_lines - few_lines)) 'BEGIN {
    printf "%.6f allocations a record, %.6f a line\n", allocations / records, lines / 100000
    exit allocations >= records / 1000 || lines >= 100
}'
