#include "programs.h"
#include <stdlib.h>

enum { SIZE = 64 };

static void next_generation(long (*grid)[SIZE], long (*result)[SIZE]) {
    for (int i = 0; i < SIZE; i++) {
        const long *above = grid[(i + SIZE - 1) % SIZE], *here = grid[i], *below = grid[(i + 1) % SIZE];
        for (int j = 0; j < SIZE; j++) {
            int left = (j + SIZE - 1) % SIZE, right = (j + 1) % SIZE;
            long neighbours = above[left] + above[j] + above[right] + here[left] + here[right] +
                              below[left] + below[j] + below[right];
            result[i][j] = neighbours == 3 || (neighbours == 2 && here[j]);
        }
    }
}

void life(long n, double *out) {
    long(*grid)[SIZE] = malloc(sizeof(long[SIZE][SIZE]));
    long state = 12345, alive = 0, weighted = 0;
    for (int i = 0; i < SIZE; i++)
        for (int j = 0; j < SIZE; j++) {
            state = (state * 1103515245 + 12345) % 2147483648;
            grid[i][j] = state > 1500000000;
        }
    for (long i = 0; i < n; i++) {
        /* As the program in Python, a new grid for each generation. */
        long(*next)[SIZE] = malloc(sizeof(long[SIZE][SIZE]));
        next_generation(grid, next);
        free(grid);
        grid = next;
    }
    for (int i = 0; i < SIZE; i++)
        for (int j = 0; j < SIZE; j++) {
            alive += grid[i][j];
            weighted += grid[i][j] * (i * SIZE + j);
        }
    free(grid);
    out[0] = alive;
    out[1] = weighted;
}
