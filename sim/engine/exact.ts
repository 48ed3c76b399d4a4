/**
 * Functions whose result is the same to the last bit on every engine: written in plain arithmetic, so that no
 * JavaScript engine's own mathematics library takes part. The model uses these and no others.
 */
import cosine from "@stdlib/math-base-special-cos";
import exponential from "@stdlib/math-base-special-exp";
import logarithmOfGamma from "@stdlib/math-base-special-gammaln";
import naturalLogarithm from "@stdlib/math-base-special-ln";
import power from "@stdlib/math-base-special-pow";

export const ln: (x: number) => number = naturalLogarithm;
export const exp: (x: number) => number = exponential;
export const pow: (base: number, exponent: number) => number = power;
export const cos: (radians: number) => number = cosine;
export const lnGamma: (x: number) => number = logarithmOfGamma;
