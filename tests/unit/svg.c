/* svg.c - tests of pictures: what XML cannot hold, how wide text is. */
#include "lm/svg.h"
#include <string.h>
#include "test.h"

static void check_text(const char *text, size_t length, const char *expected)
{
    char all[512];
    lm_err e = {0};
    lm_out *out;
    lm_map map;
    CHECK_OK(lm_out_open(&out, "out", &e), &e);
    CHECK_OK(lm_svg_text(out, 1, 2.25, LM_SVG_END, (lm_slice){text, length}, &e), &e);
    CHECK_OK(lm_out_close(out, LM_OK, &e), &e);
    CHECK_OK(lm_map_open(&map, "out", &e), &e);
    CHECK(map.length < sizeof all);
    memcpy(all, map.bytes, map.length);
    all[map.length] = '\0';
    lm_map_close(&map);
    const char *start = "<text x=\"1.00\" y=\"2.25\" text-anchor=\"end\">";
    CHECK(strncmp(all, start, strlen(start)) == 0);
    CHECK(strchr(all, '>') != NULL);
    CHECK_TEXT(strchr(all, '>') + 1, expected);
}

TEST(svg_text)
{
    check_text("a & b", 5, "a &amp; b</text>\n");
    check_text("<s>\"'", 5, "&lt;s&gt;\"'</text>\n");
    check_text("\xe4\xbd\xa0\xf0\x9f\x98\x80", 7, "\xe4\xbd\xa0\xf0\x9f\x98\x80</text>\n");
    check_text("a\xff\xc3", 3, "a\xef\xbf\xbd\xef\xbf\xbd</text>\n");
    check_text("\0\x1b\x7f\t", 4, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd</text>\n");
    check_text("\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd", 9,
               "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd</text>\n");
    check_text("\xc2\x85\xc2\xa0", 4, "\xef\xbf\xbd\xc2\xa0</text>\n");
    check_text("", 0, "</text>\n");
}

TEST(svg_width)
{
    CHECK_NEAR(lm_svg_width(lm_slice_of("")), 0, 0);
    CHECK_NEAR(lm_svg_width(lm_slice_of("ab\xc3\xa4")), 3 * 0.58 * 12, 1e-9);
    CHECK_NEAR(lm_svg_width(lm_slice_of("\xe4\xbd\xa0\xe5\xa5\xbd")), 2 * 12, 1e-9);
}
