/** Causes that lie with servers, their memories, and requests that come to nothing. */

export const serverNotes = {
  crash: {
    seen: "At one instant about one user in N is logged out, N being the servers; nobody else notices.",
    check: "The losses begin with the death of one server, and the balancer logs its bound clients as D, down.",
    from: "State in one server's memory under any affinity; replicated state when every copy died at once.",
    remedy:
      "Keep a second copy: a backup on another server, or a store outside the fleet. Health checks shorten the errors, not the losses.",
  },
  "scale-in": {
    seen: "A burst of logouts with every deploy or scale-in, as large as the share of servers that were stopped.",
    check: "The losses coincide with the deploy's log rather than with anybody's crash.",
    from: "State in one server's memory, when the server is stopped before its sessions have ended.",
    remedy:
      "Drain for longer than sessions last (the last of m exponential sessions ends after about ln m lives), or keep state outside the servers.",
  },
  "state-transfer": {
    seen: "Just after a server has joined, the users who land on it are logged out; minutes later nobody is.",
    check: "Every loss is on the youngest server, and within its start-up.",
    from: "Replicated state, when the server takes traffic before it has been given the sessions of the others.",
    remedy:
      "Let it report ready only once the transfer is done, or wait longer for the transfer (Tomcat: stateTransferTimeout).",
  },
  "replication-lag": {
    seen: "The cart is older than it was and right again on reload; or a user is logged out just after the login.",
    check: "The read came to another server or replica than the last write, sooner than the lag.",
    from: "Asynchronous replication, and reads from replicas of a database or store.",
    remedy:
      "Lead users back to where they wrote (affinity, read-your-writes routing), or wait for the copy before answering. " +
      "The share at risk is P(think time < lag), times the chance of another copy.",
  },
  "write-behind": {
    seen: "After a crash users are still logged in, but the last seconds of what they did are gone.",
    check: "The writes lost are about the rate of writes times the interval of the queue.",
    from: "State that is acknowledged first and written later: write-behind caches, asynchronous queues, snapshots.",
    remedy: "Write through, shorten the interval, or put up with losing that much work at each crash.",
  },
  "near-cache": {
    seen: "Stale pages that come and go with the server that answers; a reload may show the old page again.",
    check: "The store has the newer version; the stale reads end with the cache's time to live.",
    from: "Caches of session data inside the servers, in front of a shared store.",
    remedy: "Lead users back to their server, invalidate on write, or shorten the time to live.",
  },
  "attribute-cache": {
    seen: "For some seconds after a change another server still shows what was there before, then it is right.",
    check: "The stale reads are never older than the mount's attribute cache (NFS: 3 to 60 s).",
    from: "Session files on a shared file system.",
    remedy: "Mount with actimeo=0 or noac, lock the file on read, or keep users on one server.",
  },
  "old-copy": {
    seen: "After a node has come back, carts that had been emptied or changed are back as they were before it went.",
    check: "Versions go backwards at the moment the node is added again, and only for keys that belong to it.",
    from: "Client-side hashing over cache nodes that are ejected and come back without having been emptied.",
    remedy: "Empty the node before it rejoins, or do not eject; have the client check a version.",
  },
  "concurrent-request": {
    seen: "With two tabs, or a page that polls, one of two changes is missing, without any error.",
    check: "Two requests of one session overlapped, and both had read the same version.",
    from: "Any state that is read, changed and written back whole, without a lock: last write wins.",
    remedy:
      "Lock the session for the request (and pay with waiting), merge changes, or reject the later write. At r requests per " +
      "second that take d seconds, r·d / (1 + r·d) of the changes are lost.",
  },
  "request-refused": {
    seen: "Checkout ends in a 503; the session itself is still there.",
    check: "Refusals at that minute: queues full, or no server eligible.",
    from: "Any strategy; hard affinity and a small fleet most of all.",
    remedy: "Raise capacity or the queue, retry the step with the same key, let bound users overflow to other servers.",
  },
  "request-failed": {
    seen: "Checkout ends in a 502 or 500; whether the order was placed is unknown.",
    check: "A server or the session store died, or did not answer, while the step was under way.",
    from: "Any strategy; outages of a central store reach everybody.",
    remedy:
      "Make steps repeatable with a key of their own and retry them; detect faster; remove the single point of failure.",
  },
  "request-timed-out": {
    seen: "Checkout hangs; the user gives up, or the balancer answers 504.",
    check: "Response times at that minute are above the user's patience or the balancer's timeout.",
    from: "Any strategy; locks of sessions, full pools and hot servers first.",
    remedy: "Remove the queue: capacity, load spread more evenly, shorter locks, a larger pool.",
  },
};
