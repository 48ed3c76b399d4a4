/** What can be said of a cookie that holds a session, with the defaults of a plain signed one. */
export const signedCookieKnobs = {
  protection: {
    unit: "choice",
    choices: ["signed", "encrypted"],
    default: "signed",
    summary: "Signed can be read by the client and costs 44 bytes (HMAC-SHA256); encrypted (AES-GCM) 28 before base64.",
  },
  nameBytes: { unit: "bytes", default: 7, minimum: 1, summary: "Length of the cookie's name: `session`." },
  limitBytes: {
    unit: "bytes",
    default: 4096,
    minimum: 256,
    summary: "Largest cookie, name, `=` and value, that the browser keeps.",
  },
  overflow: {
    unit: "choice",
    choices: ["dropped", "error"],
    default: "dropped",
    summary:
      "Above the limit the browser drops it, silently, and keeps the old one; or the framework fails the request (Rails CookieOverflow).",
  },
  chunkBytes: {
    unit: "bytes",
    default: null,
    minimum: 256,
    summary:
      "Above the limit spread the value over several cookies of so much each (ASP.NET Core: 4050); then only the header's limit counts.",
  },
  headerLimitBytes: {
    unit: "bytes",
    default: 8192,
    minimum: 256,
    summary:
      "Requests whose headers are longer are refused, 431 or 400: Tomcat 8192, Apache 8190 a field, nginx 8 KiB a line, Node 16 KiB; none for no limit.",
  },
  otherHeaderBytes: {
    unit: "bytes",
    default: 500,
    minimum: 0,
    summary: "What else counts towards that limit (to be calibrated).",
  },
  assetRequests: {
    unit: "number",
    default: 0,
    minimum: 0,
    summary: "Requests for images and scripts of the same host that carry the cookie as well, for each request.",
  },
  maxAgeMs: {
    unit: "ms",
    default: null,
    minimum: 0,
    summary: "A cookie made longer ago is not accepted, and the session is over.",
  },
  renewal: {
    unit: "choice",
    choices: ["on-change", "half-window", "every-request"],
    default: "on-change",
    summary:
      "Answers that bring a new one: those to changes (Django, Rails), also when more than half of the age is over (ASP.NET Core), or all (Flask's permanent sessions).",
  },
  keys: {
    unit: "choice",
    choices: ["shared", "per-server"],
    default: "shared",
    summary:
      "Whether all servers sign with one key, or each start of a server makes one of its own, as where nobody configured a secret.",
  },
  keyLifeMs: { unit: "ms", default: null, minimum: 1, summary: "Keys are changed every so often." },
  oldKeys: {
    unit: "count",
    default: 1,
    minimum: 0,
    summary: "Keys before the present one that still check; a cookie signed with an older one is no cookie.",
  },
  replayFraction: {
    unit: "fraction",
    default: 0,
    minimum: 0,
    maximum: 1,
    summary: "Share of requests that come with a copy from earlier: a restored browser, an app's backup, an attacker.",
  },
  checksVersion: {
    unit: "flag",
    default: false,
    summary:
      "Servers keep the number of the newest copy in a store and refuse older ones, replays and late writers alike.",
  },
  versionCheckMs: {
    unit: "ms",
    default: 0.4,
    minimum: 0,
    summary: "Server to that store and back, before the work, and after it where something changed (to be calibrated).",
  },
  checkMs: {
    unit: "ms",
    default: 0,
    minimum: 0,
    summary: "CPU time to check or decrypt; microseconds for HMAC and AES.",
  },
  signMs: { unit: "ms", default: 0, minimum: 0, summary: "CPU time to sign or encrypt." },
} as const;
