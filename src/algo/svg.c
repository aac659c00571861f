/* svg.c - pictures in SVG. */
#include "lm/svg.h"
#include <stdbool.h>
#include "lm/utf8.h"

static const char *const anchors[] = {"start", "middle", "end"};

/* The character at text: its bytes; *c = LM_REPLACEMENT if it is none that XML could hold. */
static size_t next_char(lm_slice text, uint32_t *c)
{
    const size_t length = lm_utf8_read(text.text, text.length, c);
    const bool control = *c < 0x20 || (*c >= 0x7f && *c < 0xa0);
    if (control || *c == 0xFFFE || *c == 0xFFFF) *c = LM_REPLACEMENT;
    return length;
}

static lm_status add_text(lm_out *out, lm_slice text, lm_err *e)
{
    while (text.length) {
        uint32_t c;
        const size_t length = next_char(text, &c);
        if (c == '&')
            LM_TRY(lm_out_text(out, "&amp;", e));
        else if (c == '<')
            LM_TRY(lm_out_text(out, "&lt;", e));
        else if (c == '>')
            LM_TRY(lm_out_text(out, "&gt;", e));
        else if (c == LM_REPLACEMENT)
            LM_TRY(lm_out_text(out, "\xef\xbf\xbd", e));
        else
            LM_TRY(lm_out_write(out, text.text, length, e));
        text = (lm_slice){text.text + length, text.length - length};
    }
    return LM_OK;
}

lm_status lm_svg_begin(lm_out *out, double width, double height, const char *title, lm_err *e)
{
    LM_TRY(lm_out_printf(out, e,
                         "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%g\" height=\"%g\" "
                         "viewBox=\"0 0 %g %g\" font-family=\"sans-serif\" font-size=\"%d\">\n",
                         width, height, width, height, LM_SVG_FONT));
    LM_TRY(lm_out_text(out, "<title>", e));
    LM_TRY(add_text(out, lm_slice_of(title), e));
    return lm_out_text(out, "</title>\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n", e);
}

lm_status lm_svg_end(lm_out *out, lm_err *e)
{
    return lm_out_text(out, "</svg>\n", e);
}

lm_status lm_svg_text(lm_out *out, double x, double y, lm_svg_anchor anchor, lm_slice text,
                      lm_err *e)
{
    LM_TRY(lm_out_printf(out, e, "<text x=\"%.2f\" y=\"%.2f\" text-anchor=\"%s\">", x, y,
                         anchors[anchor]));
    LM_TRY(add_text(out, text, e));
    return lm_out_text(out, "</text>\n", e);
}

lm_status lm_svg_dot(lm_out *out, double x, double y, double radius, lm_err *e)
{
    return lm_out_printf(out, e, "<circle cx=\"%.2f\" cy=\"%.2f\" r=\"%g\" fill=\"#06c\"/>\n", x, y,
                         radius);
}

lm_status lm_svg_line(lm_out *out, double x1, double y1, double x2, double y2, lm_err *e)
{
    return lm_out_printf(out, e,
                         "<line x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" y2=\"%.2f\" "
                         "stroke=\"#bbb\"/>\n",
                         x1, y1, x2, y2);
}

/* From U+1100 on most are as wide as high; letters are on average a little more than half. */
double lm_svg_width(lm_slice text)
{
    double ems = 0;
    while (text.length) {
        uint32_t c;
        const size_t length = next_char(text, &c);
        ems += c >= 0x1100 ? 1 : 0.58;
        text = (lm_slice){text.text + length, text.length - length};
    }
    return ems * LM_SVG_FONT;
}
