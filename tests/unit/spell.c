/* spell.c - tests of the price of an unknown word. */
#include "lm/spell.h"
#include <math.h>
#include <string.h>
#include "lm/file.h"
#include "test.h"

/* The vocabulary <unk> </s> ab a <s>: its words have a twice, b once, the end mark twice, 5
 * in all; add-one over 257 gives a 3/262, b 2/262, end 3/262, anything else 1/262. */
static void train(lm_spell *spell)
{
    lm_err e = {0};
    lm_vocab *v;
    uint32_t id;
    CHECK_OK(lm_vocab_new(&v, &e), &e);
    CHECK_OK(lm_vocab_add_mark(v, "<unk>", &v->unk, &e), &e);
    CHECK_OK(lm_vocab_add_mark(v, "</s>", &v->eos, &e), &e);
    CHECK_OK(lm_vocab_add(v, lm_slice_of("ab"), &id, &e), &e);
    CHECK_OK(lm_vocab_add(v, lm_slice_of("a"), &id, &e), &e);
    CHECK_OK(lm_vocab_add_mark(v, "<s>", &v->bos, &e), &e);
    lm_spell_train(spell, v);
    lm_vocab_free(v);
}

TEST(spell_by_hand)
{
    lm_spell spell;
    train(&spell);
    CHECK_NEAR(spell.p['a'], 3.0 / 262, 1e-17);
    CHECK_NEAR(spell.p['b'], 2.0 / 262, 1e-17);
    CHECK_NEAR(spell.p['<'], 1.0 / 262, 1e-17); /* marks are left out */
    CHECK_NEAR(spell.p[0], 1.0 / 262, 1e-17);
    CHECK_NEAR(spell.p[255], 1.0 / 262, 1e-17);
    CHECK_NEAR(spell.p[LM_SPELL_END], 3.0 / 262, 1e-17);
    CHECK_NEAR(lm_spell_bits(&spell, lm_slice_of("")), log2(262.0 / 3), 1e-13);
    CHECK_NEAR(lm_spell_bits(&spell, lm_slice_of("a")), 2 * log2(262.0 / 3), 1e-13);
    CHECK_NEAR(lm_spell_bits(&spell, lm_slice_of("ba")), log2(262.0 / 2) + 2 * log2(262.0 / 3),
               1e-13);
    CHECK_NEAR(lm_spell_bits(&spell, (lm_slice){"\xff\0", 2}), 2 * log2(262) + log2(262.0 / 3),
               1e-13);
}

TEST(spell_sums_to_one)
{
    lm_spell spell;
    double sum = 0;
    train(&spell);
    for (int i = 0; i < LM_SPELL_SIZE; i++) sum += spell.p[i];
    CHECK_NEAR(sum, 1, 1e-14);
}

TEST(spell_of_no_words_is_uniform)
{
    lm_err e = {0};
    lm_spell spell;
    lm_vocab *v;
    CHECK_OK(lm_vocab_new(&v, &e), &e);
    lm_spell_train(&spell, v);
    for (int i = 0; i < LM_SPELL_SIZE; i++) CHECK_NEAR(spell.p[i], 1.0 / 257, 1e-17);
    lm_vocab_free(v);
}

/* Opens a checkpoint with this table as `spell`. */
static lm_ckpt *written(const lm_spell *spell)
{
    lm_err e = {0};
    lm_ckpt_writer *writer;
    lm_ckpt *ckpt;
    lm_out *out;
    CHECK_OK(lm_ckpt_writer_new(&writer, "test", &e), &e);
    CHECK_OK(lm_spell_save(spell, writer, &e), &e);
    CHECK_OK(lm_out_open(&out, "spell.lm", &e), &e);
    CHECK_OK(lm_out_close(out, lm_ckpt_write(writer, out, NULL, &e), &e), &e);
    lm_ckpt_writer_free(writer);
    CHECK_OK(lm_ckpt_open(&ckpt, "spell.lm", LM_CKPT_CHECK_ALL, &e), &e);
    return ckpt;
}

TEST(spell_save_and_load)
{
    lm_err e = {0};
    lm_spell spell, loaded;
    train(&spell);
    lm_ckpt *ckpt = written(&spell);
    CHECK_INT(lm_ckpt_find(ckpt, "spell")->bytes, 264 * sizeof(double));
    CHECK_OK(lm_spell_load(&loaded, ckpt, &e), &e);
    CHECK_BYTES(&loaded, &spell, sizeof spell);
    lm_ckpt_close(ckpt);
}

TEST(spell_load_refuses_what_is_no_probability)
{
    static const double wrong[] = {0, -0.1, 1.5, (double)INFINITY, (double)NAN};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        lm_err e = {0};
        lm_spell spell, loaded;
        train(&spell);
        spell.p[7] = wrong[i];
        lm_ckpt *ckpt = written(&spell);
        CHECK_FAILS(lm_spell_load(&loaded, ckpt, &e), LM_EFORMAT, &e,
                    "spell.lm: tensor 'spell': entry 7 is not a probability");
        lm_ckpt_close(ckpt);
    }
}
