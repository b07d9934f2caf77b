#include "step-table.h"

#include <stddef.h>

#include "protocol.h"

static struct step steps[STEPS_MAX];
/* Slots from here on are free. */
static size_t used;

struct step *step_after(const struct step *step) {
  for (size_t i = step ? (size_t)(step - steps) + 1 : 0; i < used; i++)
    if (steps[i].state != FREE) return &steps[i];
  return NULL;
}

struct step *step_find(uint32_t stream) {
  struct step *step = step_after(NULL);
  while (step && step->stream != stream) step = step_after(step);
  return step;
}

struct step *step_slot(void) {
  for (size_t i = 0; i < used; i++)
    if (steps[i].state == FREE) return &steps[i];
  return used < STEPS_MAX ? &steps[used++] : NULL;
}

void step_table_shrink(void) {
  while (used > 0 && steps[used - 1].state == FREE) used--;
}
