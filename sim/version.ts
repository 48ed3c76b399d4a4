/** Of the engine: decisions and digests are comparable between equal versions only. */
export const VERSION = "0.3.0";
