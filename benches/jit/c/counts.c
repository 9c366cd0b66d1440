/* With a hash table of its own, by open addressing, that grows as it fills. */
#include "programs.h"
#include <stdlib.h>

typedef struct {
    long key, count;
} Entry;

typedef struct {
    Entry *entries;
    unsigned long mask, used;
} Table;

static Table made(unsigned long size) {
    return (Table){calloc(size, sizeof(Entry)), size - 1, 0};
}

static Entry *place(const Table *table, long key) {
    unsigned long i = (unsigned long)key * 0x9e3779b97f4a7c15u >> 32 & table->mask;
    while (table->entries[i].count != 0 && table->entries[i].key != key)
        i = (i + 1) & table->mask;
    return &table->entries[i];
}

static void grow(Table *table) {
    Table larger = made(2 * (table->mask + 1));
    for (unsigned long i = 0; i <= table->mask; i++)
        if (table->entries[i].count != 0)
            *place(&larger, table->entries[i].key) = table->entries[i];
    larger.used = table->used;
    free(table->entries);
    *table = larger;
}

void counts(long n, double *out) {
    Table table = made(8);
    long state = 1, most = 0, weighted = 0;
    for (long i = 0; i < n; i++) {
        state = (state * 1103515245 + 12345) % 2147483648;
        long key = state / 65536 % 1000;
        Entry *entry = place(&table, key);
        if (entry->count++ == 0) {
            entry->key = key;
            if (++table.used * 3 > (table.mask + 1) * 2)
                grow(&table);
        }
    }
    for (unsigned long i = 0; i <= table.mask; i++) {
        weighted += table.entries[i].key * table.entries[i].count;
        if (table.entries[i].count > most)
            most = table.entries[i].count;
    }
    free(table.entries);
    out[0] = table.used;
    out[1] = most;
    out[2] = weighted;
}
