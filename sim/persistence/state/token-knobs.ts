/** What can be said of a token that says who a user is, with defaults in the middle of what providers ship. */
import { signingAlgorithms } from "./encoded-size.ts";
import { redisStationKnobs } from "./redis-knobs.ts";

const { roundTripMs, operationMs, perKibMs } = redisStationKnobs;

const shapeKnobs = {
  algorithm: {
    unit: "choice",
    choices: Object.keys(signingAlgorithms),
    default: "RS256",
    summary: "How it is signed: 43, 86 or 342 characters of signature, microseconds or a millisecond to make it.",
  },
  holds: {
    unit: "choice",
    choices: ["identity", "session"],
    default: "identity",
    summary:
      "Who the user is and some claims, with the session's data in a store as before; or all of the session, made anew at every change.",
  },
  claimsBytes: { unit: "bytes", default: 300, minimum: 1, summary: "Payload of a token that holds the identity." },
  bearer: {
    unit: "choice",
    choices: ["header", "cookie"],
    default: "header",
    summary: "How it travels: a header that a program sets, or a cookie, with the browser's limits and the user's.",
  },
  nameBytes: { unit: "bytes", default: 7, minimum: 1, summary: "Length of the cookie's name." },
  limitBytes: { unit: "bytes", default: 4096, minimum: 256, summary: "Largest cookie that the browser keeps." },
  headerLimitBytes: {
    unit: "bytes",
    default: 8192,
    minimum: 256,
    summary: "Requests whose headers are longer are refused, 431 or 400; none for no limit.",
  },
  otherHeaderBytes: {
    unit: "bytes",
    default: 500,
    minimum: 0,
    summary: "What else counts towards that limit (to be calibrated).",
  },
  checkMs: {
    unit: "ms",
    default: null,
    minimum: 0,
    summary:
      "CPU time to check it; none: the algorithm's, 0.002 (HS256), 0.1 (ES256), 0.03 ms (RS256) (to be calibrated).",
  },
  signMs: {
    unit: "ms",
    default: null,
    minimum: 0,
    summary:
      "CPU time to sign it; none: the algorithm's, 0.002 (HS256), 0.05 (ES256), 1 ms (RS256) (to be calibrated).",
  },
} as const;

const lifeKnobs = {
  lifeMs: {
    unit: "ms",
    default: 900_000,
    minimum: 1,
    summary: "It is good for so long: 5 min (Keycloak, not checked) to 60 min (Cognito).",
  },
  leewayMs: {
    unit: "ms",
    default: 0,
    minimum: 0,
    summary: "Accepted so much before and after: usual tolerances are 0 to 60 s.",
  },
  clockSkewMs: {
    unit: "ms",
    default: 0,
    minimum: 0,
    summary: "Standard deviation of the servers' clocks against the issuer's.",
  },
  refreshes: {
    unit: "flag",
    default: true,
    summary: "A token that has expired is exchanged with the issuer; otherwise the session is over.",
  },
  refreshMs: {
    unit: "ms",
    default: 30,
    minimum: 0,
    summary:
      "Round trip to the issuer, made by the server that the request reached, whose worker waits (to be calibrated).",
  },
  refreshIdleMs: {
    unit: "ms",
    default: 1_800_000,
    minimum: 0,
    summary: "The issuer forgets who has not refreshed for so long (Keycloak: 30 min, not checked).",
  },
  refreshLifeMs: {
    unit: "ms",
    default: 36_000_000,
    minimum: 0,
    summary: "It asks for a new login after so long, whatever happens (Keycloak: 10 h, not checked).",
  },
  rotates: {
    unit: "flag",
    default: false,
    summary:
      "A refresh token is good once; one that comes twice was stolen, or two requests met, and logs the user out.",
  },
  reuseGraceMs: {
    unit: "ms",
    default: 0,
    minimum: 0,
    summary: "The second time is forgiven for so long after the first.",
  },
} as const;

const revocationKnobs = {
  revokeAfterMs: {
    unit: "ms",
    default: null,
    minimum: 1,
    summary:
      "Sessions are revoked so long after their login, exponentially, this the mean: logouts elsewhere, stolen devices, people who leave. None: nobody's.",
  },
  denylist: {
    unit: "flag",
    default: false,
    summary: "Every request looks up whether its token was revoked; otherwise a token is good until it expires.",
  },
  lookupMs: { unit: "ms", default: 0.4, minimum: 0, summary: "The denylist's round trip (to be calibrated)." },
  denylistDelayMs: {
    unit: "ms",
    default: 1000,
    minimum: 0,
    summary: "Until a revocation stands in the list (to be calibrated).",
  },
  denylistFails: {
    unit: "choice",
    choices: ["closed", "open"],
    default: "closed",
    summary: "While the list does not answer: nobody passes, or everybody.",
  },
} as const;

export const tokenKnobs = { ...shapeKnobs, ...lifeKnobs, ...revocationKnobs, roundTripMs, operationMs, perKibMs };
