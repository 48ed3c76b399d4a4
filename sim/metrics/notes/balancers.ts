/** Causes that lie on the way: the request did not get to the server that has the session. */

export const balancerNotes = {
  failover: {
    seen: "A slow trickle of logouts, all of users of one server, which never went down.",
    check: "Its health checks flap: down and up again while it serves; the balancer's outcome is D.",
    from: "Health checks with tight timeouts, and state that is not shared.",
    remedy:
      "More failures before down, a longer timeout, or persist to servers that are down for a moment. Cookies lose once for each flap, hashes twice.",
  },
  overflow: {
    seen: "Under load, users of busy servers lose their sessions while the others keep theirs.",
    check: "Redispatches rise together with the losses; the server was full, not dead.",
    from: "Soft or bounded affinity, redispatch after refusals, bounded-load hashing; with state that is not shared.",
    remedy:
      "Let bound users wait for their server (hard affinity, a queue), or share the state so that overflow is harmless.",
  },
  drain: {
    seen: "Users of a server are logged out the moment it begins to drain, though it still runs.",
    check: "The product moves bound users at once when a target is deregistered (AWS ALB).",
    from: "Bindings whose rule is to move when the server drains.",
    remedy: "Drain by weight first, keep bound requests on the draining server, or share the state.",
  },
  "no-affinity": {
    seen: "Logins do not stick: with N servers, N - 1 of N clicks come to a server that does not know the user.",
    check: "Outcome N on requests of users who have a session; the server changes with every request.",
    from: "No affinity, or one that does not apply: the wrong group, the wrong path, a header that is missing.",
    remedy: "Switch stickiness on where the requests go, or keep state where every server finds it.",
  },
  rehash: {
    seen: "Adding or losing one server logs out a large share of all users at once.",
    check: "Losses at a change of the fleet; modulo moves N/(N+1) of the keys, a consistent hash 1/(N+1).",
    from: "Affinity by hash: of the address, of a cookie, of the session's id.",
    remedy: "A consistent hash loses least; a cookie or table that names the server loses nobody when one is added.",
  },
  "binding-expired": {
    seen: "Users are logged out after a pause of one and the same length, well below the application's limit.",
    check: "The idle gap at the loss is just above the table's expiry or the cookie's maxidle; outcome E.",
    from: "Stick tables, learned cookies and flow tables with a time to live.",
    remedy: "Make the binding outlive the session: a longer expiry, with a table large enough to hold it.",
  },
  "binding-evicted": {
    seen: "Losses that grow with the number of clients, with no crash and no timeout that fits.",
    check: "The balancer's table is at its size, and the oldest entries go.",
    from: "Tables of bounded size that make room.",
    remedy: "A larger table, sized for clients within the expiry; cookies need none.",
  },
  "binding-refused": {
    seen: "Old users are fine, new ones cannot stay logged in.",
    check: "The balancer's table is full and does not make room (nopurge).",
    from: "Tables of bounded size that refuse new entries.",
    remedy: "A larger table or a shorter expiry; watch its fill.",
  },
  "binding-reset": {
    seen: "A change of the fleet logs out users whose own server did not change.",
    check: "All bindings of the target group begin anew when a server is added or removed.",
    from: "Products that rebuild their bindings with the set of servers, hashes of connections among them.",
    remedy: "Change the fleet at quiet hours and in one step, or bind by a cookie.",
  },
  "balancer-restart": {
    seen: "After a reload of the balancer, users are scattered over the servers: N - 1 of N lose their session.",
    check: "Losses begin with the restart and fall on users of every server alike.",
    from: "Tables in one balancer's memory.",
    remedy: "Hand tables over on reload (peers, a shared zone), or bind by what clients carry.",
  },
  "old-route": {
    seen: "After a failover a user keeps being sent to the dead server's place, and each time finds another one.",
    check: "The route in the session's id names a server that did not answer the last request.",
    from: "Routes written into the session's id (jvmRoute) that are not rewritten when a session moves.",
    remedy: "Let the server that takes over change the id's route (Tomcat: JvmRouteBinderValve).",
  },
  "unsynchronised-balancer": {
    seen: "With two balancers half of the new users are logged out on an early click, later ones stay.",
    check: "The request that lost came through another balancer than the login; outcome N or I only there.",
    from: "Tables without peers, with slow peers, or secrets and server ids that differ between balancers.",
    remedy: "Peers with a delay below the think time, one balancer per client, or cookies with the same keys on all.",
  },
};
