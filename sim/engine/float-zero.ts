/**
 * A zero that is a floating-point number from the start. A field that begins with an integer zero gets another shape with
 * its first fraction, and everything that was compiled for the old shape is thrown away in mid-run.
 */
const zero = new Float64Array(1);

/** For initial values of fields on the hot path that will hold fractions. */
export const floatZero = (): number => zero[0]!;
