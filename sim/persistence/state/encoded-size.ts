/** How long data become on their way through headers. All in bytes, which in base64url are characters. */

/** base64url without padding (RFC 4648). */
export const base64Bytes = (bytes: number): number => Math.ceil((4 * bytes) / 3);

/** AES-GCM adds a nonce of 12 bytes and a tag of 16. */
export const GCM_BYTES = 28;

export interface SigningAlgorithm {
  /** The signature in base64url. */
  readonly signatureBytes: number;
  /** One core's time, as servers take it in 2026 (to be calibrated). */
  readonly signMs: number;
  readonly checkMs: number;
}

/** RFC 7518; the signature of RS256 is that of a key of 2048 bits. */
export const signingAlgorithms: Readonly<Record<string, SigningAlgorithm>> = {
  HS256: { signatureBytes: base64Bytes(32), signMs: 0.002, checkMs: 0.002 },
  ES256: { signatureBytes: base64Bytes(64), signMs: 0.05, checkMs: 0.1 },
  RS256: { signatureBytes: base64Bytes(256), signMs: 1, checkMs: 0.03 },
};

/** `{"alg":"HS256","typ":"JWT"}`, and as long with the other algorithms. */
const TOKEN_HEADER_BYTES = 27;

/** A JSON web token in compact form: header, payload and signature, with dots between. */
export const tokenBytes = (payloadBytes: number, { signatureBytes }: SigningAlgorithm): number =>
  base64Bytes(TOKEN_HEADER_BYTES) + 1 + base64Bytes(payloadBytes) + 1 + signatureBytes;
