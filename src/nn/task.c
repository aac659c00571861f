/* task.c - losses of the training loop and of evaluation. */
#include "lm/task.h"

void lm_loss_add(lm_loss *sum, lm_loss more)
{
    sum->loss += more.loss;
    sum->events += more.events;
}

double lm_loss_mean(lm_loss sum)
{
    return sum.events > 0 ? sum.loss / sum.events : 0;
}
