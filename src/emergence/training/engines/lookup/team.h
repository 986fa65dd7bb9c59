/* A team of threads that works on one run, and its barrier.

   A waiting thread spins briefly, then sleeps: on a machine shared with other work a thread that
   spins on takes the time its late colleague needs. */
#ifndef EMERGENCE_TEAM_H
#define EMERGENCE_TEAM_H

#include <pthread.h>
#include <stdatomic.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#define SPINS 4000 /* some tens of microseconds */

typedef struct {
    atomic_int arrived, generation;
    pthread_mutex_t lock;
    pthread_cond_t released;
} barrier;

/* What one thread knows of its team; a thread alone has no barrier. */
typedef struct {
    int rank, size;
    barrier *gate;
} team;

static const team ALONE = {0, 1, 0};

static void open_barrier(barrier *b) {
    atomic_init(&b->arrived, 0);
    atomic_init(&b->generation, 0);
    pthread_mutex_init(&b->lock, 0);
    pthread_cond_init(&b->released, 0);
}

static void close_barrier(barrier *b) {
    pthread_mutex_destroy(&b->lock);
    pthread_cond_destroy(&b->released);
}

static void wait_for_team(team t) {
    if (t.size == 1) return;
    barrier *b = t.gate;
    const int generation = atomic_load(&b->generation);
    if (atomic_fetch_add(&b->arrived, 1) == t.size - 1) {
        atomic_store(&b->arrived, 0);
        pthread_mutex_lock(&b->lock); /* a thread about to sleep sees the new generation */
        atomic_store(&b->generation, generation + 1);
        pthread_cond_broadcast(&b->released);
        pthread_mutex_unlock(&b->lock);
        return;
    }
    for (int i = 0; i < SPINS; i++) {
        if (atomic_load_explicit(&b->generation, memory_order_acquire) != generation) return;
#if defined(__x86_64__) || defined(__i386__)
        __builtin_ia32_pause();
#endif
    }
    pthread_mutex_lock(&b->lock);
    while (atomic_load(&b->generation) == generation) pthread_cond_wait(&b->released, &b->lock);
    pthread_mutex_unlock(&b->lock);
}

/* The calling thread's place in the parallel region around it. */
static team current_team(barrier *gate) {
#ifdef _OPENMP
    return (team){omp_get_thread_num(), omp_get_num_threads(), gate};
#else
    return (team){0, 1, gate};
#endif
}

#endif
