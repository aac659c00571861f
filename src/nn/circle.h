/* circle.h - sine and cosine within one turn. */
#ifndef LM_CIRCLE_H
#define LM_CIRCLE_H

/* Sine and cosine of an angle in [0, 2 pi], in double; error below 2^-52 of the larger. */
void lm_circle(double angle, double *sine, double *cosine);

#endif
