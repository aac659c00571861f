/* memory.c - the heap behind one hook, and arenas. */
#include "lm/memory.h"
#include <stdlib.h>
#include <string.h>

static void *libc_resize(void *context, void *block, size_t size)
{
    (void)context;
    if (size == 0) {
        free(block);
        return NULL;
    }
    return realloc(block, size);
}

static lm_allocator heap = {libc_resize, NULL};

void lm_allocator_set(const lm_allocator *allocator)
{
    heap = allocator ? *allocator : (lm_allocator){libc_resize, NULL};
}

void *lm_resize(void *block, size_t count, size_t size, lm_err *e)
{
    size_t bytes;
    void *moved = NULL;
    if (lm_mul_size(count, size, &bytes))
        moved = heap.resize(heap.context, block, bytes ? bytes : 1);
    if (!moved) lm_fail(e, LM_ENOMEM, "out of memory: %zu x %zu bytes", count, size);
    return moved;
}

void *lm_new(size_t count, size_t size, lm_err *e)
{
    void *block = lm_resize(NULL, count, size, e);
    if (block) memset(block, 0, count * size);
    return block;
}

lm_status lm_reserve(void *block, size_t *capacity, size_t need, size_t size, lm_err *e)
{
    if (need <= *capacity) return LM_OK;
    const size_t doubled = *capacity > SIZE_MAX / 2 ? SIZE_MAX : *capacity * 2;
    size_t room = doubled > need ? doubled : need;
    if (room < 16) room = 16;
    void *old;
    memcpy(&old, block, sizeof old);
    void *moved = lm_resize(old, room, size, e);
    if (!moved) return LM_ENOMEM;
    memcpy(block, &moved, sizeof moved);
    *capacity = room;
    return LM_OK;
}

void lm_free(void *block)
{
    if (block) heap.resize(heap.context, block, 0);
}

/* ---- arenas: a list of blocks, the newest first; each serves from its low end ---- */

enum { ARENA_BLOCK = 1 << 16, ARENA_ALIGN = 64 };

struct lm_arena_block {
    struct lm_arena_block *older;
    size_t used, room; /* of the bytes that follow this header */
};

static unsigned char *arena_take(struct lm_arena_block *block, size_t bytes, size_t align)
{
    unsigned char *start = (unsigned char *)(block + 1);
    const size_t at = (uintptr_t)(start + block->used) % align;
    const size_t gap = at ? align - at : 0;
    if (gap > block->room - block->used || bytes > block->room - block->used - gap) return NULL;
    unsigned char *taken = start + block->used + gap;
    block->used += gap + bytes;
    return taken;
}

static void *arena_bytes(lm_arena *arena, size_t bytes, size_t align, lm_err *e)
{
    unsigned char *taken = arena->blocks ? arena_take(arena->blocks, bytes, align) : NULL;
    if (taken) return taken;
    size_t room, whole;
    if (!lm_add_size(bytes, ARENA_ALIGN, &room)) room = SIZE_MAX;
    if (room < ARENA_BLOCK) room = ARENA_BLOCK;
    if (!lm_add_size(room, sizeof *arena->blocks, &whole)) whole = SIZE_MAX;
    struct lm_arena_block *block = lm_resize(NULL, whole, 1, e);
    if (!block) return NULL;
    *block = (struct lm_arena_block){arena->blocks, 0, room};
    arena->blocks = block;
    return arena_take(block, bytes, align);
}

void *lm_arena_new(lm_arena *arena, size_t count, size_t size, lm_err *e)
{
    size_t bytes;
    if (!lm_mul_size(count, size, &bytes)) {
        lm_fail(e, LM_ENOMEM, "out of memory: %zu x %zu bytes", count, size);
        return NULL;
    }
    void *taken = arena_bytes(arena, bytes, bytes >= ARENA_ALIGN ? ARENA_ALIGN : 16, e);
    if (taken) memset(taken, 0, bytes);
    return taken;
}

char *lm_arena_copy(lm_arena *arena, const char *text, size_t length, lm_err *e)
{
    char *copy = arena_bytes(arena, length + 1, 1, e);
    if (!copy) return NULL;
    if (length) memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

void lm_arena_free(lm_arena *arena)
{
    while (arena->blocks) {
        struct lm_arena_block *older = arena->blocks->older;
        lm_free(arena->blocks);
        arena->blocks = older;
    }
}
