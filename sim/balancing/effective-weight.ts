/** Sixteenths of a unit of weight, in which HAProxy counts (include/haproxy/backend-t.h, BE_WEIGHT_SCALE). */
const SCALE = 16;

/**
 * HAProxy's effective weight for its dynamic algorithms: whole sixteenths, so that slow start can raise a weight step by
 * step. HAProxy's own weights are whole; of others we take the nearest sixteenth, at least one.
 */
export function effectiveWeight(weight: number): number {
  return weight > 0 ? Math.max(1, Math.round(weight * SCALE)) : 0;
}
