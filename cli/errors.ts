/** What the process tells its caller, and mistakes that are the user's to mend. */

export const exitCodes = {
  fine: 0,
  internalError: 1,
  expectationNotMet: 10,
  usage: 64,
  invalidInput: 65,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodeHelp = `Exit codes:
  0    fine
  1    internal error (a bug; prints a stack)
  10   an expectation, a recording or a check of kit was not met
  64   wrong usage of a command or an option
  65   a scenario, a log, a recording or a results folder that cannot be used
  130  interrupted (Ctrl-C); finished runs under --out are kept`;

/** A user's mistake: its message says what is wrong and the way out, and is printed without a stack. */
export class UserError extends Error {
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: typeof exitCodes.usage | typeof exitCodes.invalidInput) {
    super(message);
    this.exitCode = exitCode;
  }
}

export const usageError = (message: string): UserError => new UserError(message, exitCodes.usage);
export const inputError = (message: string): UserError => new UserError(message, exitCodes.invalidInput);

const systemReasons: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  EACCES: "permission denied",
  EPERM: "not permitted",
  EISDIR: "it is a folder",
  ENOTDIR: "part of the path is not a folder",
  EROFS: "the file system is read-only",
  ENOSPC: "no space is left",
  EMFILE: "too many files are open",
  ELOOP: "its symbolic links lead in a circle",
  ENAMETOOLONG: "the name is too long",
};

/** The operating system's reason in words; null for what is not a system error. */
export function systemReason(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return null;
  // Node's own complaints, ERR_…, are about our code.
  return /^E[A-Z0-9]+$/.test(error.code) ? (systemReasons[error.code] ?? error.code) : null;
}
