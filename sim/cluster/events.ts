/** The kinds of events of the model; entity and operand as noted. */

/** entity: population. */
export const ARRIVAL = 0;
/** entity: session. */
export const THINK_OVER = 1;
/** entity: request, operand: its generation, for all kinds up to RETRY. */
export const AT_BALANCER = 2;
export const AT_SERVER = 3;
export const WORK_DONE = 4;
export const READ_DONE = 5;
export const WRITE_DONE = 6;
export const ANSWER_AT_BALANCER = 7;
export const ANSWER_AT_CLIENT = 8;
export const REFUSAL_AT_BALANCER = 9;
export const FAILURE_AT_BALANCER = 10;
export const ERROR_AT_CLIENT = 11;
export const RETRY = 12;
/** entity: request; these are cancelled and need no generation. */
export const TIMEOUT = 13;
export const PATIENCE_OVER = 14;
/** entity: server. */
export const SHARED_WORK_DONE = 15;
/** entity: server, operand: balancer. */
export const HEALTH_CHECK = 16;
/** For the state backend: entity and operand are its own. */
export const STATE_ELAPSED = 17;
/** entity: index in the scenario's faults, operand: the step of the fault, its own. */
export const FAULT_STEP = 18;
/** entity: server; cancelled when it ends before. The grace of a server that was stopped is over. */
export const SERVER_KILLED = 19;
export const WINDOW_ENDS = 20;
export const WARM_UP_ENDS = 21;
/** entity: population. The next entry of a trace is due: a request, or the end of a session. */
export const TRACE_ENTRY = 22;
/** entity: balancer. Its algorithm asked for it. */
export const BALANCER_WAKES = 23;
/** entity: server, or the whole fleet where all report at once. */
export const REPORTS_DUE = 24;
/** entity: place of the report, operand: balancer. */
export const REPORT_ARRIVES = 25;
/** entity: place of the probe. */
export const PROBE_AT_SERVER = 26;
export const PROBE_ANSWERED = 27;
/** entity: request, operand: balancer; cancelled when it leaves the balancer's queue. */
export const HELD_TOO_LONG = 28;
/** For the affinity mechanism: entity and operand are its own. */
export const AFFINITY_ELAPSED = 29;
/** entity: server; cancelled when it ends before. It takes connections from now on. */
export const SERVER_OPENS = 30;
/** entity: request, operand: balancer; cancelled when it leaves the queue. It has waited for its own server long enough. */
export const HELD_FOR_SERVER = 31;
/** entity: request, operand: its generation. It waits for its session's lock, and looks again or gives up. */
export const LOCK_POLL = 40;
export const LOCK_WAIT_OVER = 41;
/** entity: the lock, operand: its grant. */
export const LOCK_LEASE_OVER = 42;
/** entity: session that its user left without a logout. */
export const SESSION_DUE = 43;
/** entity: session, operand: the mark of the visit in `open-pages.ts`. */
export const POLL_DUE = 44;
export const WARNING_DUE = 45;
export const KEEP_ALIVE_DUE = 46;
