/** Knobs that stores of keys with a time to live share. */
export const keyedStoreKnobs = {
  perKibMs: {
    unit: "ms",
    default: 0.002,
    minimum: 0,
    summary: "Added for each KiB of the session, serialising included (to be calibrated).",
  },
  touches: {
    unit: "flag",
    default: true,
    summary: "A request that changes nothing still refreshes the expiry with an operation of its own.",
  },
  ttlMs: {
    unit: "ms",
    default: null,
    minimum: 1,
    summary:
      "Keys live so long after they were last refreshed; none: five minutes more than the idle timeout (Spring).",
  },
} as const;
