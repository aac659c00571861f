/* tok_list.c - reads vocab.txt, the pieces of BERT's tokenizer, one a line. */
#include "tok_private.h"

static lm_status read_lines(lm_tok_pieces *pieces, lm_slice rest, lm_err *e)
{
    static const char *const special[] = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
    lm_slice line;
    for (uint32_t id = 0; lm_tok_line(&rest, &line); id++) {
        if (line.length == 0)
            return lm_tok_fail(pieces->name, true, (uint64_t)id + 1, e, "an empty line");
        LM_TRY(lm_tok_pieces_add(pieces, line, id, (uint64_t)id + 1, e));
        for (size_t i = 0; i < sizeof special / sizeof *special; i++)
            if (lm_slice_is(line, special[i])) pieces->flags[id] |= LM_TOK_SPECIAL;
    }
    return LM_OK;
}

lm_status lm_tok_read_list(lm_tokenizer **t, const lm_tok_source *source, lm_err *e)
{
    lm_tok_pieces pieces;
    LM_TRY(lm_tok_pieces_new(&pieces, source->file.name, true, e));
    lm_tok_build b = {.pieces = &pieces, .name = source->file.name, .lines = true};
    lm_status s = read_lines(&pieces, source->file.bytes, e);
    if (!s) s = lm_tok_build_end(&b, LM_TOK_WORDPIECE, "[UNK]", t, e);
    lm_tok_build_free(&b);
    lm_tok_pieces_free(&pieces);
    return s;
}
