/** Causes that lie with clients, what they carry, and the limits of sessions. */

export const clientNotes = {
  "client-copy": {
    seen: "The back button, a second tab or a slow answer brings an earlier state of the session back.",
    check: "The state that came with the request had been replaced by a later answer.",
    from: "State that the client carries: signed and encrypted cookies.",
    remedy:
      "Keep in the cookie only what may be old; put counters and carts on the server, or reject old versions there.",
  },
  "address-changed": {
    seen: "Users on the move are logged out when they leave the building.",
    check: "The client's address changed right before the loss.",
    from: "Affinity by source address, sessions bound to an address; mobile networks and carrier NAT.",
    remedy: "Bind by a cookie or an id that the client carries.",
  },
  "cookie-refused": {
    seen: "Some users can never log in: births are about as many as their requests, and all outcomes are N.",
    check:
      "A Set-Cookie goes out, no cookie comes back (Secure over http, SameSite, Domain or Path, a blocked third party).",
    from: "Every mechanism and backend that lives in a cookie.",
    remedy: "Correct the cookie's attributes; carry the id in the URL or a header for clients without cookies.",
  },
  "cookie-expired": {
    seen: "A user is logged out a fixed time after the login, however active.",
    check:
      "The age at the loss is constant; the cookie's Max-Age is shorter than the session (Classic ELB, ALB duration).",
    from: "Affinity cookies with a life of their own.",
    remedy: "A session cookie, or a duration beyond the absolute limit of the session.",
  },
  "cookie-overflow": {
    seen: "Users with full carts are logged out or keep seeing an old cart; small sessions are fine.",
    check:
      "The cookie would be above about 4 KiB; browsers drop it without a word, headers above the server's limit give 400 or 431.",
    from: "State in a cookie.",
    remedy: "Keep the session small, compress it, or move it to the server beyond a size.",
  },
  "link-missed": {
    seen: "Users without cookies lose their session at certain pages: the ones reached by a hand-made link.",
    check: "The request's URL has no session id, while those before and after have.",
    from: "Ids and routes that are written into links, for clients without cookies.",
    remedy: "Encode every link and redirect; or require cookies.",
  },
  "tls-session-changed": {
    seen: "Users are logged out when their browser opens a new TLS session, as after a while or with each connection.",
    check: "The loss follows a full handshake; TLS 1.3 tickets are used once.",
    from: "Affinity by TLS session id.",
    remedy: "Bind by a cookie; the TLS session is the browser's to change.",
  },
  "id-regenerated": {
    seen: "The login itself logs out: a second request under way, or a binding to the id, still uses the old one.",
    check: "The losses come within a think time of the login, where the application renews the id.",
    from: "Learned and hashed session ids, id-keyed tables, parallel requests at login.",
    remedy:
      "Honour the old id for a grace period, learn the new one from the answer, or bind by a cookie of the balancer's.",
  },
  "shared-address": {
    seen: "One server is hot and users of one office or carrier are logged out now and then.",
    check: "Many sessions behind the address in question; its binding changes hands.",
    from: "Affinity by source address behind NAT.",
    remedy: "Bind by a cookie, or by address and port where connections last.",
  },
  "token-expired": {
    seen: "Users are logged out a fixed time after the token was issued.",
    check: "The token's exp is past, and no refresh took place: refused, raced by another tab, or too late.",
    from: "Signed tokens and cookies that carry their own expiry.",
    remedy: "Refresh ahead of expiry, allow for clock skew, and let one refresh serve parallel requests.",
  },
  "token-revoked": {
    seen: "Users are logged out after a password change or an administrator's action, elsewhere than where it was done.",
    check: "The token is on the denylist, or was issued before the keys changed.",
    from: "Tokens with revocation, rotation of keys.",
    remedy: "As it should be; renew tokens of the session that asked for it, and keep the last key for a while.",
  },
  "idle-timeout": {
    seen: "A user comes back from lunch, or from a long form, and must log in again.",
    check: "The idle time at the loss is just above the limit.",
    from: "Every strategy that has an idle limit.",
    remedy:
      "Warn and extend, keep the session alive while a form is being filled in, save drafts; a longer limit is longer exposure.",
  },
  "absolute-timeout": {
    seen: "An active user must log in again after hours.",
    check: "The age at the loss is the absolute limit.",
    from: "Every strategy that has an absolute limit.",
    remedy: "Announce it, save the work, let the user authenticate again in place.",
  },
};
